"""The manifests of whole stacks: ready-made ones, the examples', and those of `tests/stacks`.

What the plan of each kind of entry looks like is for the cases. Here, whole stacks hold together.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator import Environment

ROOT = Path(__file__).parents[2]
MANIFESTS = sorted(
    [
        *ROOT.glob("examples/*/environment.yaml"),
        *ROOT.glob("tests/stacks/*/environment.yaml"),
        *ROOT.glob("environments/*.yaml"),
    ]
)


@pytest.fixture(params=MANIFESTS, ids=[str(path.relative_to(ROOT)) for path in MANIFESTS])
def environment_of_a_stack(request: pytest.FixtureRequest) -> Environment:
    return Environment(request.param)


def test_there_is_nothing_to_warn_of(environment_of_a_stack: Environment) -> None:
    assert environment_of_a_stack.manifest.warnings == ()


def test_everything_becomes_ready_behind_all_that_it_waits_for(
    environment_of_a_stack: Environment,
) -> None:
    plan = environment_of_a_stack.plan(offline=True)
    done: set[str] = set()
    for step in plan.steps:
        assert done.issuperset(step.after), step.key
        done.add(step.key)
    for name, one in environment_of_a_stack.manifest.resources.items():
        assert (f"add {name}" if one.on else f"ready {name}") in done

"""How a run ended: the verdict, and the exit code that goes with it."""

from __future__ import annotations

import pytest

from orchestrator.artifacts.record import Verdict
from orchestrator.ci.budget import Budgets, over
from orchestrator.ci.failures import failures_of
from orchestrator.ci.tongues.outputs import outcome
from orchestrator.ci.verdict import exit_code, verdict
from orchestrator.cli.child import not_done
from orchestrator.errors import Interrupted, ManifestError, NotRemoved, StepFailed
from orchestrator.host.manifests import HostFiles
from orchestrator.lifecycle.death import engines_lost
from orchestrator.manifest import load
from orchestrator.render.report.facts import HEADINGS
from orchestrator.technologies import BUILT_IN

LATE_UP = StepFailed("ready api", "api is not ready after 9 s, when the budget of 9 s was over")
LATE_TESTS = not_done("pytest", 60.0)
LATE_DOWN = over("down", 12.0, 10.0)
LATE_ALL = over("all", 100.0, 90.0)
LEFT = NotRemoved("api was not removed")
(GONE,) = engines_lost({"docker": "it is gone"})

CASES = [
    ("all went well", 0, [], False, Verdict.PASSED, 0),
    ("tests fail", 3, [], False, Verdict.TESTS_FAILED, 3),
    ("not ready in time", None, [LATE_UP], False, Verdict.ENVIRONMENT_FAILED, 75),
    ("tests over their budget", None, [LATE_TESTS], False, Verdict.OVER_BUDGET, 75),
    ("and something has died", None, [LATE_TESTS], True, Verdict.ENVIRONMENT_FAILED, 75),
    ("removal over its budget", 0, [LATE_DOWN], False, Verdict.OVER_BUDGET, 75),
    ("all of it over its budget", 0, [LATE_ALL], False, Verdict.OVER_BUDGET, 75),
    ("failing tests, and a slow removal", 3, [LATE_DOWN], False, Verdict.TESTS_FAILED, 3),
    ("something left, after too long", 0, [LEFT, LATE_DOWN], False, Verdict.NOT_REMOVED, 74),
    ("over its budget, and cancelled", None, [LATE_TESTS, Interrupted(15)], False,
     Verdict.INTERRUPTED, 75),
    ("failing tests, and an engine that is lost", 69, [GONE, LEFT], False,
     Verdict.ENVIRONMENT_FAILED, 69),
    ("no engine to begin with", None, [GONE], False, Verdict.NOT_STARTED, 69),
    ("mistakes in the manifest", None, [ManifestError([])], False, Verdict.NOT_STARTED, 65),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "errors", "died", "ended", "told"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_how_it_ended(
    code: int | None, errors: list[BaseException], died: bool, ended: Verdict, told: int
) -> None:
    assert verdict(code, errors, died=died) is ended
    assert exit_code(code, errors, died=died) == told


def test_every_verdict_is_one_word_and_has_a_heading() -> None:
    assert outcome(Verdict.OVER_BUDGET) == "over-budget"
    assert set(HEADINGS) == {*Verdict, None}


@pytest.mark.parametrize("late", [not_done("down", 60.0), LATE_DOWN])
def test_a_part_is_about_no_resource_that_happens_to_be_called_so(late: StepFailed) -> None:
    manifest = load(
        b"services:\n  down: {image: a}\n",
        path="/x/environment.yaml",
        files=HostFiles(),
        environ={},
        technologies=BUILT_IN,
    )
    (failure,) = failures_of(late, manifest)
    assert (failure.subject, failure.spots) == ("", ())


def test_a_budget_that_was_not_passed_is_no_failure() -> None:
    assert Budgets({"down": 10.0}).passed("down", 9.9) is None

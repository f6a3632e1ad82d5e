"""Manifest and facts in, plan text out: each file in `cases` is one case.

A case has a `summary`, a `manifest`, the `facts` (empty where it has none) and the `plan`. After a
change on purpose, `GREENROOM_REWRITE_PLANS=1 pytest tests/plans` writes the plans anew; read the
difference before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.manifest import load
from orchestrator.model.facts import EngineFacts, Facts
from orchestrator.model.launch import ENVIRONMENT, RESOURCE, RUN, Found
from orchestrator.plan import plan_down, plan_text, plan_up
from orchestrator.technologies import BUILT_IN

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
REWRITE = bool(os.environ.get("GREENROOM_REWRITE_PLANS"))


class AnyFile:
    """A file system in which every file is there, so that cases need none."""

    def exists(self, path: str) -> bool:
        return True

    def is_folder(self, path: str) -> bool:
        return not Path(path).suffix and Path(path).name != "Dockerfile"

    def read(self, path: str) -> bytes:
        return b""


def planned(case: dict[str, Any]) -> str:
    """The plan's text for a case."""
    if "found" in case:
        return plan_text(plan_down("case", [found(words) for words in case["found"]]))
    manifest = load(
        case["manifest"].encode(),
        path="/project/environment.yaml",
        files=AnyFile(),
        environ=case.get("environ", {}),
        technologies=BUILT_IN,
    )
    return plan_text(plan_up(manifest, facts(case.get("facts", {})), case.get("profiles", ())))


def facts(given: dict[str, Any]) -> Facts:
    """Facts from a case: the engines that answer, the images that are there, the user's prefix."""
    return Facts(
        engines={name: EngineFacts(name) for name in given.get("engines", [])},
        images={name: f"id of {name}" for name in given.get("images", [])},
        image_prefix=given.get("image_prefix", ""),
    )


def found(words: str) -> Found:
    """`docker container ledger of run-1`: what an engine reports."""
    engine, kind, name, _, run = words.split()
    labels = {RUN: run, ENVIRONMENT: "case:1"}
    if kind in ("container", "process"):
        labels[RESOURCE] = name
    return Found(engine, kind, f"id-{name}", labels, name)


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_plan(path: Path) -> None:
    text = path.read_text()
    case = yaml.safe_load(text)
    actual = planned(case)
    if REWRITE:
        path.write_text(rewritten(text, actual))
        return
    assert actual == case["plan"], case["summary"]


def rewritten(text: str, plan: str) -> str:
    """The case's file with another plan at its end."""
    head, _, _ = text.partition("\nplan:")
    lines = "".join(f"  {line}\n" if line else "\n" for line in plan.splitlines())
    return f"{head.rstrip()}\n\nplan: |\n{lines}"


def test_every_step_stands_behind_all_it_waits_for() -> None:
    for path in CASES:
        case = yaml.safe_load(path.read_text())
        if "manifest" not in case:
            continue
        done: set[str] = set()
        manifest = load(
            case["manifest"].encode(),
            path="/project/environment.yaml",
            files=AnyFile(),
            environ=case.get("environ", {}),
            technologies=BUILT_IN,
        )
        for step in plan_up(manifest, Facts(), case.get("profiles", ())).steps:
            assert done.issuperset(step.after), f"{path.stem}: {step.key}"
            assert step.cause, f"{path.stem}: {step.key} has no cause"
            assert step.key not in done, f"{path.stem}: {step.key} is there twice"
            done.add(step.key)

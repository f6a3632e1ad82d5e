"""Manifest and facts in, plan text out: each file in `cases` is one case.

A case has a `summary`, a `manifest`, the `facts` (empty where it has none) and the `plan`. After a
change on purpose, `GREENROOM_REWRITE_PLANS=1 pytest tests/plans` writes the plans anew; read the
difference before you commit it.

What stands already is told in `facts` too, each instance with how it is:

    standing: {ledger: same, api: exited 1, cache: unhealthy, mail: unlabelled}

Whoever is told to be as the others stands as an `up` of the manifest `before` has made it (of the
case's own manifest, where it has none), with `digests_before`, `images_before` and `lock_before`
where these were others. With `fresh` and `restart` the plan is that of these commands.

`programs: {ledger: postgres 16.4 without psql}` are those of servers of this host.

`lock: {images: {redis:7: aa}, ids: {}}` is what environment.lock says; a digest or an id of a few
letters stands for one that is made of them, also where the images are told that are here.

With `keeps_snapshots`, or `snapshots: [ledger]`, the engine keeps seeded state; of those named
there is a snapshot of what the manifest says now.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.manifest import load
from orchestrator.model.facts import EngineFacts, Facts, Program
from orchestrator.model.launch import ENVIRONMENT, FINGERPRINT, RESOURCE, RUN, Found, State
from orchestrator.model.lock import Lock
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import DOCKER, PROCESS, Instance
from orchestrator.model.step import Plan, Start, StartRelay
from orchestrator.plan import plan_down, plan_text, plan_up
from orchestrator.plan.snapshots import keys
from orchestrator.technologies import BUILT_IN

START = (Start, StartRelay)

STATES = {
    "done": State("exited", 0),
    "exited 1": State("exited", 1),
    "out of memory": State("exited", 137, out_of_memory=True),
    "unhealthy": State("running", health="unhealthy"),
    "paused": State("running", detail="paused"),
    "created": State("created"),
}
"""How something that stands may be; all other words mean that it runs."""

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
REWRITE = bool(os.environ.get("GREENROOM_REWRITE_PLANS"))


class AnyFile:
    """A file system in which every file is there but for technologies, so that cases need none."""

    def exists(self, path: str) -> bool:
        return "/technologies/" not in path

    def is_folder(self, path: str) -> bool:
        return not Path(path).suffix and Path(path).name != "Dockerfile"

    def real(self, path: str) -> str:
        return path

    def read(self, path: str) -> bytes:
        return b""


def planned(case: dict[str, Any]) -> str:
    """The plan's text for a case."""
    if "found" in case:
        return plan_text(plan_down("case", [found(words) for words in case["found"]]))
    return plan_text(plan_of(case))


def plan_of(case: dict[str, Any]) -> Plan:
    """The plan for a case's manifest."""
    given = case.get("facts", {})
    manifest = loaded(case["manifest"], case)
    known = replace(with_snapshots(facts(given), given, manifest), standing=standing(case))
    return plan_up(
        manifest,
        known,
        case.get("profiles", ()),
        fresh=case.get("fresh", False),
        restart=case.get("restart", ()),
    )


def loaded(text: str, case: dict[str, Any]) -> Manifest:
    """The manifest, read as it would be in a project's folder."""
    return load(
        text.encode(),
        path="/project/environment.yaml",
        files=AnyFile(),
        environ=case.get("environ", {}),
        technologies=BUILT_IN,
    )


def facts(given: dict[str, Any], when: str = "") -> Facts:
    """Facts from a case: the engines that answer, the images that are there, the user's prefix."""
    images = given.get(f"images{when}", given.get("images", []))
    ids = images if isinstance(images, dict) else {name: f"id of {name}" for name in images}
    digests = given.get(f"digests{when}", given.get("digests", {}))
    programs = given.get(f"programs{when}", given.get("programs", {}))
    ids = {with_digest(name): id_ for name, id_ in ids.items()}
    locked = given.get(f"lock{when}", given.get("lock"))
    return Facts(
        lock=lock(locked) if locked else None,
        engines={name: EngineFacts(name) for name in given.get("engines", [])},
        images=ids,
        image_prefix=given.get("image_prefix", ""),
        digests={in_project(path): digest for path, digest in digests.items()},
        programs={name: program(words) for name, words in programs.items()},
    )


def with_digest(image: str) -> str:
    """`redis:7@aa`, or the id `@aa`: the name of an image that is here."""
    name, at, letters = image.partition("@")
    short = at and not letters.startswith("sha256:")
    return (f"{name}@{digest(letters)}" if name else digest(letters)) if short else image


def lock(given: dict[str, Any]) -> Lock:
    """What a lock file says."""
    images, ids = given.get("images", {}), given.get("ids", {})
    return Lock(
        "environment.lock",
        {name: digest(letters) for name, letters in images.items()},
        {name: digest(letters) for name, letters in ids.items()},
    )


def digest(letters: str) -> str:
    """A digest that is made of a few letters."""
    return f"sha256:{letters * 64}"[: len("sha256:") + 64]


def program(words: str) -> Program:
    """`postgres 16.4`: what is found on a host."""
    name, version, *lacks = words.split()
    return Program(f"/usr/bin/{name}", version, ("/usr/bin",), "digest", tuple(lacks[1:]))


def in_project(path: str) -> str:
    """A path below the project's folder; one of all the code that begins there keeps its mark."""
    return path if path.startswith("code:") else f"/project/{path}"


def with_snapshots(known: Facts, given: dict[str, Any], manifest: Manifest) -> Facts:
    """The same facts with the snapshots that are there."""
    if not given.get("keeps_snapshots") and "snapshots" not in given:
        return known
    known = replace(known, keeps_snapshots=True)
    found = keys(manifest.resources, known)
    return replace(known, snapshots=frozenset(found[name] for name in given.get("snapshots", [])))


def standing(case: dict[str, Any]) -> dict[Instance, Found]:
    """What stands, as an earlier `up` has made it, in the state that the case says."""
    given = case.get("facts", {})
    before = loaded(case.get("before", case["manifest"]), case)
    # Whatever could take part may stand: another `up` may have had other profiles.
    everybody = plan_up(before, facts(given, "_before"), restart=list(before.resources))
    starts = {step.instance: step for step in everybody.steps if isinstance(step, START)}
    return {
        instance: as_found(
            replace(starts[Instance(instance.resource)], instance=instance), before, how
        )
        for name, how in given.get("standing", {}).items()
        for instance in [named(name)]
    }


def named(name: str) -> Instance:
    """`api@s3` is the instance of api in the slice s3."""
    resource, _, slice_ = name.partition("@")
    return Instance(resource, slice_ or None)


def as_found(step: Start | StartRelay, manifest: Manifest, how: str) -> Found:
    """What an engine reports of something that this step has started."""
    instance = step.instance
    engine = step.engine if isinstance(step, Start) else PROCESS
    resource = manifest.resources.get(instance.resource)
    labels = {RUN: "run-1", ENVIRONMENT: "case:1", RESOURCE: str(instance)}
    return Found(
        engine=engine,
        kind="container" if engine == DOCKER else PROCESS,
        id=f"id-{instance}",
        labels=labels if how == "unlabelled" else labels | {FINGERPRINT: step.fingerprint},
        name=str(instance),
        ports={port.number: port.host or 49000 for port in resource.ports} if resource else {},
        state=STATES.get(how, State("running")),
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


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_every_step_stands_behind_all_it_waits_for(path: Path) -> None:
    case = yaml.safe_load(path.read_text())
    if "manifest" not in case:
        return
    done: set[str] = set()
    for step in plan_of(case).steps:
        assert done.issuperset(step.after), step.key
        assert step.cause, f"{step.key} has no cause"
        assert step.key not in done, f"{step.key} is there twice"
        done.add(step.key)

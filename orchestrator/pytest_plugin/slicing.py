"""Slices for tests: how long one lasts, what it is seeded with besides, and whether it is kept."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from orchestrator.pytest_plugin import running
from orchestrator.pytest_plugin.dossiers import DOSSIERS
from orchestrator.pytest_plugin.options import keeps, manifest
from orchestrator.pytest_plugin.used import meant

if TYPE_CHECKING:
    from orchestrator.environment import Environment
    from orchestrator.lifecycle.survey import Run
    from orchestrator.slicing.slices import Slice

ISOLATION = pytest.StashKey["str"]()

MARK = "seed(text, resource=None): put one more seed into this test's own slice: a file beside it"


def isolation(config: pytest.Config) -> str:
    """Return how the session's manifest isolates tests: by `test`, by `worker`, or not at all.

    Asked whenever pytest starts, so that a manifest that cannot be meant is hardly looked at; what
    is wrong with one is told when a test wants it.
    """
    if ISOLATION not in config.stash:
        config.stash[ISOLATION] = found_isolation(manifest(config))
    return config.stash[ISOLATION]


def found_isolation(name: str | None) -> str:
    """Return the same for a manifest's name or path."""
    from orchestrator.errors import GreenroomError
    from orchestrator.host import manifests
    from orchestrator.model.resource import PER_TEST, PER_WORKER, SHARED

    try:
        run = run_meant()
        path = Path(run.manifest) if run else manifests.find(name, Path.cwd())
        if b"isolation" not in path.read_bytes():
            return SHARED
        instead = run.instead if run else {}
        read = manifests.read(path, os.environ, run_modules=False, instead=instead)
        found = {one.isolation for one in read.resources.values()}
    except (GreenroomError, OSError):
        return SHARED
    return next((each for each in (PER_TEST, PER_WORKER) if each in found), SHARED)


def run_meant() -> Run | None:
    """Return the run that whoever started us has named: its manifest need not be ours."""
    run = meant()
    if not run:
        return None
    from orchestrator.lifecycle.survey import survey

    return next(iter(survey(os.environ, run).runs), None)


def scope(fixture_name: str, config: pytest.Config) -> Literal["function", "session"]:  # noqa: ARG001 - pytest names both
    """Return how long the fixture lasts: as long as one test, where each gets its own slice."""
    from orchestrator.model.resource import PER_TEST

    return "function" if isolation(config) == PER_TEST else "session"


@contextmanager
def sliced(
    environment: Environment, request: pytest.FixtureRequest
) -> Iterator[Environment | Slice]:
    """Yield what a test, or a whole worker, sees as its environment."""
    from orchestrator.model.resource import PER_TEST, PER_WORKER

    own = {one.isolation for one in environment.manifest.resources.values()}
    if PER_TEST in own and request.scope != "function":
        # What is joined by its id is known too late to decide how long the fixture lasts.
        pytest.fail(
            f"{environment.run} slices by test, and this session does not know it: "
            f"name its manifest with --environment {environment.manifest.path}",
            pytrace=False,
        )
    if PER_TEST in own:
        yield from of_test(environment, request)
    elif PER_WORKER in own:
        slice_ = environment.slices.of_worker()
        request.config.stash[DOSSIERS].see(slice_)
        yield slice_
    else:
        yield environment


def of_test(environment: Environment, request: pytest.FixtureRequest) -> Iterator[Slice]:
    """Yield a test's own slice, with its own seeds.

    It is dropped or kept when the test's tear-down is over, so that what fails there finds it.
    """
    node = request.node
    now = running.of(node)
    now.asked = time.time()
    slice_ = environment.slices.of_test()
    now.got = time.time()
    now.slice = slice_

    def end(*, keep: bool) -> None:
        if keep:
            environment.slices.keep(slice_, node.nodeid)
        else:
            slice_.drop()

    now.end = end
    for mark in reversed(list(node.iter_markers("seed"))):
        text, resource = asked_for(*mark.args, **mark.kwargs)
        slice_.seed(text, resource, str(node.path.parent))
    yield slice_


def finish(item: pytest.Item) -> None:
    """Drop a test's slice, or keep it, when all of the test is over."""
    now = running.of(item)
    end, now.end = now.end, None
    if end is None:
        return
    # What goes wrong here would end the session: the environment may be gone by now, if it is
    # somebody's own, or the run's folder. What is not dropped goes with the run.
    with suppress(Exception):
        end(keep=keeps(item.config, failed=now.has_failed))


def asked_for(text: str, resource: str | None = None) -> tuple[str, str | None]:
    """Return what a mark asks for."""
    return text, resource


def check_seed(item: pytest.Item) -> None:
    """Fail a test that wants seeds of its own and gets no slice to put them into."""
    if next(item.iter_markers("seed"), None) is None:
        return
    if "environment" not in getattr(item, "fixturenames", ()):
        pytest.fail("@pytest.mark.seed needs the fixture `environment`", pytrace=False)
    if scope("environment", item.config) != "function":
        pytest.fail(
            "@pytest.mark.seed needs a resource with `isolation: test`: "
            "what one test puts in would be seen by all others",
            pytrace=False,
        )


def note(item: pytest.Item, report: pytest.TestReport, *, addresses: bool) -> list[str]:
    """Return in lines how to look into the slice of a test that has failed, once."""
    now = running.of(item)
    if not report.failed or now.slice is None or now.noted or not keeps(item.config, failed=True):
        return []
    now.noted = True
    return [*words(now.slice, addresses=addresses), *until(item)]


def until(item: pytest.Item) -> list[str]:
    """Return in a line what to do where the environment will be gone when somebody reads this."""
    from orchestrator.errors import GreenroomError
    from orchestrator.model.launch import STAYS

    shared: Environment | None = getattr(item, "funcargs", {}).get("shared_environment")
    if shared is None or item.config.getoption("--keep-environment") != "never":
        return []
    try:
        stays = any(STAYS in found.labels for found in shared.view.instances.values())
    except GreenroomError:
        return []  # It is somebody's own, and has been removed by now.
    if stays:
        return []
    if meant():
        return ["  who has started it removes it; greenroom run --keep failed leaves it"]
    return ["  the session removes its environment; --keep-environment failed leaves it"]


def words(slice_: Slice, *, addresses: bool) -> list[str]:
    """Return in lines where a slice is that is kept, and how to look into it."""
    own = [name for name in slice_.entry.resources if name in slice_]
    lines = [f"slice {slice_.name} of {slice_.run} is kept as long as the environment is there:"]
    lines += [f"  {name}  {without_password(slice_, name)}" for name in own if addresses]
    first = next(iter(own), "RESOURCE")
    lines.append(f"  greenroom shell {first} --run {slice_.run} --slice {slice_.name}")
    return lines


def without_password(slice_: Slice, name: str) -> str:
    """Return an address that can be shown."""
    from orchestrator.addressing.passwords import secrets_of
    from orchestrator.model.secret import masker

    try:
        return masker(secrets_of(slice_.manifest))(slice_[name].url)
    except AttributeError:
        return "has no address"

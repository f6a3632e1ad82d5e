"""The tests of a run: as they were told of, else as JUnit's files have them, without a time."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from orchestrator.artifacts import tests
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.junit.counting import failing_tests, name_of, outcome
from orchestrator.artifacts.junit.elements import OWN, seconds_of
from orchestrator.artifacts.junit.reading import Refused, read
from orchestrator.artifacts.record import Record
from orchestrator.artifacts.tests import TestRecord


@dataclass(frozen=True)
class Test:
    """A test; of one that is not `timed`, only how long it took is known. `spot` is a place."""

    # pytest would take it for a class of tests.
    __test__ = False

    record: TestRecord
    timed: bool = True
    spot: str = ""

    @property
    def failed(self) -> bool:
        """Whether it failed, or could not be run."""
        return self.record.failed


def tests_of(folder: Folder, record: Record | None) -> tuple[Test, ...]:
    """Return all tests that are known of."""
    told = [Test(one, timed=_is_timed(one)) for one in tests.read(folder)]
    found = [one if one.timed else _untimed(one.record) for one in told] or [*_of_junit(folder)]
    failing = record.tests.failing if record and record.tests else ()
    spots = {one.name: str(one.spot) for one in failing if one.spot}
    return tuple(
        dataclasses.replace(one, spot=one.spot or spots.get(one.record.name, "")) for one in found
    )


def _is_timed(test: TestRecord) -> bool:
    """Whether its times can be shown: a runner's clock, or its writer, may be anything."""
    return 0 < test.began <= test.ended and math.isfinite(test.ended)


def _untimed(test: TestRecord) -> Test:
    return Test(dataclasses.replace(test, began=0.0, ended=0.0), timed=False)


def _of_junit(folder: Folder) -> Iterator[Test]:
    """Yield the cases of suites that are not the environment's."""
    try:
        suites = read(folder.junit)
    except Refused:
        return
    for suite in suites:
        if not suite.get("name", "").startswith(OWN):
            yield from map(_test, suite.iter("testcase"))


def _test(case: Element) -> Test:
    failing = next(failing_tests(case, {}), None)
    told = TestRecord(
        name=name_of(case),
        outcome=outcome(case),
        began=0.0,
        ended=seconds_of(case),
        message=failing.message if failing else "",
    )
    return Test(told, timed=False, spot=str(failing.spot) if failing and failing.spot else "")

"""Counts how the cases in suites have ended, and says of those that failed why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from xml.etree.ElementTree import Element

from orchestrator.artifacts.junit.elements import seconds_of
from orchestrator.artifacts.record import FailingTest, TestCounts
from orchestrator.model.spot import Spot

MOST = 50
"""Failing tests that are named: nobody reads more."""

WORDLESS = ("collection failure", 'failed on setup with "file ')
"""What messages of pytest begin with that say nothing of why: a line of the text does."""

MARKED = re.compile(r"^E {3,}(\S.*)$", re.MULTILINE)
"""That line."""

PLACE = re.compile(r"^(?P<file>[^\s:()]+\.\w+):(?P<line>\d+): ", re.MULTILINE)
"""Where a test failed, as pytest says at the end of its report."""


def counted(suites: Iterable[Element], names: Mapping[tuple[str, str], str]) -> TestCounts:
    """Return how many cases have ended in which way; the first ones that failed are named.

    `names` leads from class and name to how the runner itself calls a test, where that is known.
    """
    cases = [case for suite in suites for case in suite.iter("testcase")]
    ends = Counter(map(outcome, cases))
    failing = (test for case in cases for test in failing_tests(case, names))
    return TestCounts(
        passed=ends["passed"],
        failed=ends["failed"],
        errors=ends["error"],
        skipped=ends["skipped"],
        seconds=round(sum(map(seconds_of, cases)), 3),
        failing=tuple(islice(failing, MOST)),
    )


def added(one: TestCounts, other: TestCounts) -> TestCounts:
    """Return both together."""
    return TestCounts(
        passed=one.passed + other.passed,
        failed=one.failed + other.failed,
        errors=one.errors + other.errors,
        skipped=one.skipped + other.skipped,
        seconds=round(one.seconds + other.seconds, 3),
        failing=(one.failing + other.failing)[:MOST],
    )


def outcome(case: Element) -> str:
    """Return how a case has ended, as `TestRecord` names it."""
    tags = {each.tag for each in case}
    if "error" in tags:
        return "error"
    return "failed" if "failure" in tags else "skipped" if "skipped" in tags else "passed"


def failing_tests(case: Element, names: Mapping[tuple[str, str], str]) -> Iterator[FailingTest]:
    """Yield the case as a failing test, if it is one."""
    why = next((each for each in case if each.tag in ("error", "failure")), None)
    if why is None:
        return
    known = names.get((case.get("classname", ""), case.get("name", "")))
    text = why.text or ""
    message = why.get("message") or text.strip()
    if message.startswith(WORDLESS) and (marked := MARKED.findall(text)):
        message = marked[-1]
    yield FailingTest(
        name=known or name_of(case),
        message=message.partition("\n")[0].strip(),
        spot=spot(case, text),
    )


def name_of(case: Element) -> str:
    """Return how a case is called where nobody knows how its runner calls it."""
    return f"{case.get('classname', '')}.{case.get('name', '')}".removeprefix(".")


def spot(case: Element, text: str) -> Spot | None:
    """Return where a test failed, else where it stands; None where nobody says."""
    places = list(PLACE.finditer(text))
    if places:
        return Spot(file=places[-1]["file"], line=int(places[-1]["line"]))
    file, line = case.get("file"), case.get("line", "")
    return Spot(file=file, line=int(line) if line.isdecimal() else 0) if file else None

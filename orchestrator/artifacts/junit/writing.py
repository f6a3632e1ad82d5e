"""Writes suites as one document, no larger than consumers take, and without secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from xml.etree.ElementTree import Element, indent, tostring
from xml.sax.saxutils import quoteattr

from orchestrator.artifacts.junit.counting import added, counted
from orchestrator.artifacts.junit.elements import MESSAGE, clean, shown
from orchestrator.artifacts.record import TestCounts
from orchestrator.model.secret import Mask

LARGEST = 28 * 1000**2
"""Bytes of the document: GitLab takes files of less than 30 MB."""

LENGTHS = (1_000_000, 50_000, 5_000, 500, 0)
"""Characters that are kept of a text, its end: the first length with which the whole fits."""

NOT_WRITTEN = ("file", "line")
"""What some say of a case, and the schema does not know."""

Sources = Callable[[], Iterable[Element]]
"""Gives all suites, anew at each call: not all of them need be in memory at the same time."""


def write_suites(path: Path, name: str, sources: Sources, mask: Mask) -> int | None:
    """Write suites as one document; return the length to which texts were cut, None if to none.

    What is there before is replaced at the end, so that it may be one of the sources. Raises
    OSError.
    """
    part = path.with_suffix(".part")
    try:
        for length in LENGTHS:
            size, cut = _written(part, name, sources(), mask, length)
            if size <= LARGEST or length == LENGTHS[-1]:
                break
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return length if cut else None


def _written(
    path: Path, name: str, suites: Iterable[Element], mask: Mask, length: int
) -> tuple[int, bool]:
    """Write the document, or so much of it that it is too large; return its size."""
    all_, cut, body = TestCounts(), False, path.with_suffix(".body")
    try:
        with body.open("wb") as file:
            for suite in suites:
                cut = finished(suite, mask, length) or cut
                all_ = added(all_, counted([suite], {}))
                indent(suite, level=1)
                file.write(b"  " + tostring(suite, encoding="utf-8").split(b"?>\n", 1)[-1] + b"\n")
                if file.tell() > LARGEST and length:
                    return file.tell(), cut
        with path.open("wb") as whole, body.open("rb") as file:
            whole.write(head(name, all_).encode())
            while block := file.read(1 << 20):
                whole.write(block)
            whole.write(b"</testsuites>\n")
            return whole.tell(), cut
    finally:
        body.unlink(missing_ok=True)


def head(name: str, counts: TestCounts) -> str:
    """Return the beginning of the document."""
    attributes = {
        "name": clean(name),
        "tests": str(counts.total),
        "failures": str(counts.failed),
        "errors": str(counts.errors),
        "time": shown(counts.seconds),
    }
    written = " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items())
    return f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites {written}>\n'


def finished(suite: Element, mask: Mask, length: int) -> bool:
    """Mask and cut all texts of a suite, and sum it up; whether anything was cut."""
    cut = False
    for element in suite.iter():
        for key in NOT_WRITTEN if element.tag == "testcase" else ():
            element.attrib.pop(key, None)
        for key, value in element.attrib.items():
            element.set(key, mask(value)[:MESSAGE])
        if text := element.text:
            text = mask(text)
            element.text = text if len(text) <= length else shortened(text, length)
            cut = cut or len(text) > length
    sum_up(suite)
    return cut


def shortened(text: str, length: int) -> str:
    """Return the end of a text, where the trouble is."""
    return f"(the first {len(text) - length} characters are left out)\n{text[len(text) - length :]}"


def sum_up(suite: Element) -> None:
    """Set on a suite, and on those in it, what consumers want to be told of its cases."""
    counts = counted([suite], {})
    suite.set("tests", str(counts.total))
    suite.set("failures", str(counts.failed))
    suite.set("errors", str(counts.errors))
    suite.set("skipped", str(counts.skipped))
    suite.set("time", shown(counts.seconds))
    for inner in suite.findall("testsuite"):
        sum_up(inner)

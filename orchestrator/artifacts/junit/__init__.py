"""`junit.xml`: the environment as a suite of its own, and the tests' suites beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from orchestrator.artifacts import tests
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.junit.counting import added, counted
from orchestrator.artifacts.junit.finding import find
from orchestrator.artifacts.junit.of_environment import environment_suite
from orchestrator.artifacts.junit.of_records import parts, records_suite
from orchestrator.artifacts.junit.reading import Refused, read
from orchestrator.artifacts.junit.writing import LARGEST, write_suites
from orchestrator.artifacts.record import Record, TestCounts
from orchestrator.model.event import Event
from orchestrator.model.secret import Mask

__all__ = ["find", "merge", "write"]

Notice = Callable[[str], None]


def write(
    folder: Folder,
    record: Record,
    events: Iterable[Event],
    found: Sequence[Path],
    *,
    mask: Mask,
    notice: Notice,
) -> TestCounts | None:
    """Write the folder's `junit.xml`, and return how many of the tests ended in which way.

    `found` are the tests' own files. Where none of them can be read, the tests are those of which
    pytest's plugin has told; None if there are none either. What is left out, and why, is told to
    `notice`. Raises OSError.
    """
    told = list(tests.read(folder))
    names = {parts(one.name): one.name for one in told}
    own = Own(found, names, notice)
    if own.counts and own.counts.total:
        told = []
    counts = counted([records_suite(told)], names) if told else own.counts

    def sources() -> Iterator[Element]:
        yield environment_suite(record, events)
        if told:
            yield records_suite(told)
        yield from own.suites()

    name = record.name or "greenroom"
    tell_size(write_suites(folder.junit, name, sources, mask), folder.junit, notice)
    return counts and without_secrets(counts, mask)


def merge(files: Mapping[str, Path], into: Path, *, name: str, notice: Notice) -> None:
    """Merge files of JUnit that `write` has written, each under its prefix, into another one.

    The prefix stands before the names of suites and the classes of cases, so that no test is taken
    for the same one of another file. What cannot be read is left out. Raises OSError.
    """
    readable: dict[str, Path] = {}
    for prefix, path in files.items():
        if suites_of(path, notice) is not None:
            readable[prefix] = path

    def sources() -> Iterator[Element]:
        for prefix, path in readable.items():
            for suite in suites_of(path, notice) or ():
                yield prefixed(suite, prefix)

    # What is in them is without secrets already.
    tell_size(write_suites(into, name, sources, unmasked), into, notice)


def without_secrets(counts: TestCounts, mask: Mask) -> TestCounts:
    """Return the same without secrets: a test's name has its parameters in it."""
    failing = (
        dataclasses.replace(one, name=mask(one.name), message=mask(one.message))
        for one in counts.failing
    )
    return dataclasses.replace(counts, failing=tuple(failing))


def prefixed(suite: Element, prefix: str) -> Element:
    """Return a suite with a prefix before its name, and before the classes of its cases."""
    suite.set("name", f"{prefix} / {suite.get('name')}")
    # Consumers take a point for the end of a package.
    package = prefix.replace(".", "_")
    for case in suite.iter("testcase"):
        case.set("classname", f"{package}.{case.get('classname') or 'tests'}")
    for inner in suite.findall("testsuite"):
        inner.set("name", f"{prefix} / {inner.get('name')}")
    return suite


class Own:
    """The tests' own files, as far as they can be read; `counts` is what is in them."""

    def __init__(
        self, found: Sequence[Path], names: Mapping[tuple[str, str], str], notice: Notice
    ) -> None:
        self._paths: list[Path] = []
        self.counts: TestCounts | None = None
        for path in found:
            suites = suites_of(path, notice)
            if suites is not None:
                self._paths.append(path)
                self.counts = added(self.counts or TestCounts(), counted(suites, names))

    def suites(self) -> Iterator[Element]:
        """Yield all suites; a file that has changed since is left out."""
        for path in self._paths:
            yield from suites_of(path, ignore) or ()


def suites_of(path: Path, notice: Notice) -> list[Element] | None:
    """Return the suites of a file; None, with a notice, where it is not taken."""
    try:
        return read(path)
    except Refused as error:
        notice(f"{path} is left out of junit.xml: {error}")
        return None


def tell_size(cut: int | None, path: Path, notice: Notice) -> None:
    """Tell to which length texts were cut, and when the whole is too large all the same."""
    if cut is not None:
        kept = f"the last {cut} characters" if cut else "nothing"
        notice(f"of longer texts in {path.name}, only {kept} are kept")
    if path.stat().st_size > LARGEST:
        notice(f"{path.name} has more than {LARGEST // 1000**2} MB, which GitLab does not take")


def unmasked(text: str) -> str:
    """Return a text in which there is no secret."""
    return text


def ignore(_text: str) -> None:
    """Tell nobody."""

"""Reads JUnit files of others, of which nobody knows what is in them.

A file with a document type is refused: so there are no entities, which could grow without bound or
lead to other files (CWE-776, CWE-611). What is left of XML then is only elements and text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from orchestrator.artifacts.junit.elements import clean, seconds_of, shown

LARGEST = 30 * 1000**2
"""Bytes of a file; GitLab takes no larger one either."""

DEEPEST = 32
"""Elements inside of one another."""

ROOTS = ("testsuites", "testsuite")
FAILURES = ("failure", "error", "skipped")
AGAIN = ("rerunFailure", "rerunError", "flakyFailure", "flakyError")
OUTPUT = ("system-out", "system-err")

OF_SUITE = ("timestamp", "hostname", "package", "file", "url", "version")
OF_CASE = ("classname", "group", "file", "line")
"""Attributes that consumers know; the last two say where a test stands."""


class Refused(Exception):
    """A file that is not taken; the message says why."""


def read(path: Path) -> list[Element]:
    """Return the suites of a file, in the form that all consumers take. Raises Refused."""
    try:
        if not path.is_file():
            raise Refused("it is no file")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Refused(error.strerror or str(error)) from error
    if len(data) > LARGEST:
        raise Refused(f"it has more than {LARGEST // 1000**2} MB")
    root = parsed(data)
    if root.tag not in ROOTS:
        raise Refused("it is no JUnit file")
    suites = [root] if root.tag == "testsuite" else root.findall("testsuite")
    return [in_form(one, path.stem) for one in suites]


def parsed(data: bytes) -> Element:
    """Return the root of a document. Raises Refused for what is none, or has a document type."""
    builder, depth = TreeBuilder(), 0

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Refused("its elements are nested too deeply")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*_: object) -> None:
        raise Refused("it has a document type, which no JUnit file needs")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
        root = builder.close()
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code)
        raise Refused(f"line {error.lineno}: {why}") from error
    except (LookupError, ValueError) as error:
        raise Refused(f"its encoding is not known: {error}") from error
    assert isinstance(root, Element), "expat has seen one whole element"
    return root


def in_form(suite: Element, name: str) -> Element:
    """Return a suite with nothing in it but what consumers know; `name` is for one without."""
    made = Element("testsuite", name=clean(suite.get("name") or name))
    made.attrib |= known(suite, OF_SUITE)
    made.extend(properties(suite))
    for each in suite:
        match each.tag:
            case "testcase":
                made.append(case_in_form(each))
            case "testsuite":
                made.append(in_form(each, name))
            case _ if each.tag in OUTPUT:
                made.append(with_text(each))
    return made


def case_in_form(case: Element) -> Element:
    """Return a case with nothing in it but what consumers know."""
    made = Element("testcase", name=clean(case.get("name") or "without a name"))
    made.attrib |= known(case, OF_CASE)
    made.set("time", shown(seconds_of(case)))
    for each in case:
        if each.tag in FAILURES:
            made.append(with_text(each, "message", "type"))
        elif each.tag in AGAIN:
            again = with_text(each, "message", "type")
            again.set("type", again.get("type", ""))
            made.append(again)
        elif each.tag in OUTPUT:
            made.append(with_text(each))
    return made


def properties(suite: Element) -> Iterator[Element]:
    """Yield the properties of a suite."""
    pairs = [
        Element("property", name=clean(one.get("name", "")), value=clean(value or ""))
        for one in suite.findall("properties/property")
        if (value := one.get("value", one.text)) is not None and one.get("name")
    ]
    if pairs:
        made = Element("properties")
        made.extend(pairs)
        yield made


def with_text(element: Element, *attributes: str) -> Element:
    """Return an element with all text that is in it."""
    made = Element(element.tag, known(element, attributes))
    made.text = clean("".join(element.itertext())) or None
    return made


def known(element: Element, names: tuple[str, ...]) -> dict[str, str]:
    """Return those attributes of an element that have these names."""
    return {name: clean(value) for name in names if (value := element.get(name)) is not None}

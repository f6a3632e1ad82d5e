"""Suites and cases of JUnit as elements of XML, in the form that all consumers take.

That is what the schema of Jenkins' xunit plugin (`junit-10.xsd`) describes. Times are seconds.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement

from orchestrator.model.printable import printable

NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no document may have (XML 1.0, 2.2), however they are written."""

MESSAGE = 2_000
"""Characters of an attribute: what is longer stands in the text."""

OWN = "greenroom."
"""What the names of suites begin with that are an environment's, and no test's."""


def clean(text: str) -> str:
    """Return a text without what XML cannot hold: colours, bells, halves of characters."""
    return NOT_XML.sub("", printable(text.replace("\r\n", "\n")))


def suite(name: str, began: float, **properties: str) -> Element:
    """Return a suite without cases."""
    timestamp = f"{datetime.fromtimestamp(began, UTC):%Y-%m-%dT%H:%M:%S}"
    made = Element("testsuite", name=clean(name), timestamp=timestamp)
    if properties:
        below = SubElement(made, "properties")
        for key, value in properties.items():
            SubElement(below, "property", name=key, value=clean(value))
    return made


def case(of: Element, name: str, classname: str, seconds: float = 0.0) -> Element:
    """Add a case to a suite."""
    return SubElement(
        of, "testcase", name=clean(name), classname=clean(classname), time=shown(seconds)
    )


def add(of: Element, tag: str, text: str = "", *, message: str = "", kind: str = "") -> Element:
    """Add to a case how it ended (`error`, `failure`, `skipped`), or its output (`system-out`)."""
    made = SubElement(of, tag)
    if message:
        made.set("message", clean(message)[:MESSAGE])
    if kind:
        made.set("type", kind)
    made.text = clean(text) or None
    return made


def shown(seconds: float) -> str:
    """Return a time as the schema has it."""
    return f"{seconds if math.isfinite(seconds) and seconds > 0 else 0:.3f}"


def seconds_of(element: Element) -> float:
    """Return the time that an element tells; some write thousands with commas."""
    try:
        found = float(element.get("time", "0").replace(",", ""))
    except ValueError:
        return 0.0
    return found if math.isfinite(found) and found > 0 else 0.0

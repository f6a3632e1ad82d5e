"""JUnit files as the tests look at them: read by somebody else, and compared with the schema.

`junit-10.xsd` is the schema of Jenkins' xunit plugin, under the MIT licence that is in it, as the
source distribution of pytest 9.0.2 carries it (`testing/example_scripts/junit-10.xsd`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from junitparser import JUnitXml, TestSuite
from lxml import etree

SCHEMA = Path(__file__).with_name("junit-10.xsd")


@cache
def schema() -> Any:
    return etree.XMLSchema(etree.parse(SCHEMA))


def assert_valid(path: Path) -> None:
    """The file is as the schema wants it, and small enough to be read by a strict reader."""
    schema().assertValid(etree.parse(path, etree.XMLParser(huge_tree=False)))


def consumed(path: Path) -> dict[str, TestSuite]:
    """The suites by name, as junitparser reads them."""
    return {suite.name: suite for suite in JUnitXml.fromfile(str(path))}


def outcomes(suite: TestSuite) -> dict[str, str]:
    """How each case of a suite has ended, in the words of junitparser."""
    return {
        case.name: ", ".join(type(one).__name__ for one in case.result) or "Passed"
        for case in suite
    }

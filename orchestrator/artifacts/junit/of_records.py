"""The tests as pytest's plugin has told of them, where there is no file of JUnit."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from orchestrator.artifacts.junit.elements import add, case, suite
from orchestrator.artifacts.tests import TestRecord


def records_suite(records: Sequence[TestRecord]) -> Element:
    """Return the suite of these tests, in the order of their beginnings."""
    made = suite("tests", records[0].began)
    for record in records:
        classname, name = parts(record.name)
        one = case(made, name, classname, record.ended - record.began)
        match record.outcome:
            case "failed":
                add(one, "failure", text(record), message=record.message, kind="failed")
            case "error":
                add(one, "error", text(record), message=record.message, kind="error")
            case "skipped":
                add(one, "skipped", message=record.message)
        if record.dossier:
            add(one, "system-out", f"dossier: {record.dossier}\n")
    return made


def text(record: TestRecord) -> str:
    """Return where and why a test failed, as pytest ends its reports."""
    return f"{record.place}: {record.message}" if record.place else record.message


def parts(name: str) -> tuple[str, str]:
    """Return the class and the name of a test, as pytest's own files have them."""
    # What stands in brackets is a parameter, and may hold anything.
    plain, bracket, parameter = name.partition("[")
    path, *inner = plain.split("::")
    if not inner:
        return "tests", name
    module = path.removesuffix(".py").replace("/", ".").replace("\\", ".")
    return ".".join([module, *inner[:-1]]), inner[-1] + bracket + parameter

"""Every promise of docs/security.md names tests that are there, and no test here is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
NAMED = re.findall(r"^- `(tests/[\w/]+\.py)::(\w+)`$", PAGE, re.MULTILINE)
SECTIONS = re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
WITHOUT = {"Who is trusted", "What is not promised", "To report a problem"}


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_the_test_that_is_named_is_there(path: str, name: str) -> None:
    assert f"\ndef {name}(" in (ROOT / path).read_text()


@pytest.mark.parametrize(("heading", "text"), SECTIONS, ids=[heading for heading, _ in SECTIONS])
def test_every_promise_names_a_test(heading: str, text: str) -> None:
    assert ("\n- `tests/" in text) is (heading not in WITHOUT)


def test_every_file_of_tests_here_is_named() -> None:
    here = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    assert here - {Path(path).name for path, _ in NAMED} == {Path(__file__).name}

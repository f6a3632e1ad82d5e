"""docs/testcontainers.md against the modules of the testcontainers that is installed."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest
from doc_blocks import ROOT, page

pytest.importorskip("testcontainers")

PAGE = page("testcontainers.md")


def test_the_list_is_true_of_the_version_that_is_installed() -> None:
    assert f"testcontainers {importlib.metadata.version('testcontainers')}," in PAGE.prose
    checked = [sys.executable, ROOT / "scripts" / "modules", "--check"]
    done = subprocess.run(checked, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def test_each_one_says_whether_it_works_and_why_not() -> None:
    [table] = [one for one in PAGE.tables if "works" in one.header]
    verdicts = table.column("works")
    assert len(verdicts) > 50
    assert {"constructed", "run in the tests"} < set(verdicts)
    others = [one for one in verdicts if one not in ("constructed", "run in the tests")]
    assert all(one.startswith("no: ") for one in others)

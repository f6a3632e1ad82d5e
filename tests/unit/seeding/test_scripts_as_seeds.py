"""Shell scripts as seeds: what is said of one that failed."""

from __future__ import annotations

import pytest

from orchestrator.model.launch import ExecResult
from orchestrator.seeding.scripts import placed, why_it_failed


def test_lines_that_end_as_on_windows_are_told() -> None:
    """The shell's own words are no help: `set: Illegal option -`."""
    assert "save it with LF" in why_it_failed(b"#!/bin/sh\r\nset -e\r\n")
    assert why_it_failed(b"#!/bin/sh\nset -e\n") == ""


@pytest.mark.parametrize(
    ("shell", "said"),
    [
        ("/tmp/greenroom-seed.a1B2: 3: nosuch: not found", "s.sh:3: nosuch: not found"),
        ("/tmp/greenroom-seed.a1B2: line 3: nosuch: oh", "s.sh:3: nosuch: oh"),
        ("/tmp/greenroom-seed.a1B2: Permission denied", "s.sh: Permission denied"),
        ("cat: /tmp/greenroom-seed.a1B2/x: no", "cat: s.sh/x: no"),
    ],
)
def test_each_shell_s_way_to_name_a_line_becomes_ours(shell: str, said: str) -> None:
    assert placed(ExecResult(1, "", shell), "s.sh").stderr == said

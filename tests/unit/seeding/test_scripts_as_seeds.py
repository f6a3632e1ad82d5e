"""Shell scripts as seeds: what is said of one that failed."""

from __future__ import annotations

from orchestrator.seeding.scripts import why_it_failed


def test_lines_that_end_as_on_windows_are_told() -> None:
    """The shell's own words are no help: `set: Illegal option -`."""
    assert "save it with LF" in why_it_failed(b"#!/bin/sh\r\nset -e\r\n")
    assert why_it_failed(b"#!/bin/sh\nset -e\n") == ""

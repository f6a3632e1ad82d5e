"""What a command has said of a seed that failed, in our words: with the file's name and line."""

from __future__ import annotations

import re
from collections.abc import Callable

from orchestrator.model.launch import ExecResult
from orchestrator.model.loader import ExecLoader


def words_of(result: ExecResult) -> str:
    """Return what a command has said of its failure."""
    return result.stderr.strip() or result.stdout.strip()


def placed(result: ExecResult, loader: ExecLoader, label: str) -> ExecResult:
    """Return the result with every place in the file said in our words."""

    def said(match: re.Match[str]) -> str:
        return loader.place.format(file=label, **match.groupdict())

    return renamed(result, loader.location, said) if loader.location else result


def at_line(result: ExecResult, label: str, line: int, words: str) -> ExecResult:
    """Return a failed command's result with these words, behind the place in the file."""
    place = f"{label}:{line}" if line else label
    return ExecResult(result.exit_code, "", f"{place}: {words}")


def renamed(
    result: ExecResult, location: str | re.Pattern[str], said: Callable[[re.Match[str]], str]
) -> ExecResult:
    """Return the result with what a pattern finds in its output said otherwise."""
    texts = (re.sub(location, said, text) for text in (result.stdout, result.stderr))
    return ExecResult(result.exit_code, *texts)

"""`--with NAME=USE`, as it was typed: what resources use instead of what the manifest says."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.errors import UsageError

OPTION = "--with"


def choices(typed: Iterable[str] | None) -> dict[str, list[str]]:
    """Return what each resource is to use instead, one thing after the other, in the order given.

    Raises UsageError for what has not the form NAME=USE, and for what is given twice.
    """
    found: dict[str, list[str]] = {}
    for word in typed or ():
        name, equals, use = (part.strip() for part in word.partition("="))
        if not (name and equals and use):
            raise UsageError(
                f"{OPTION} {word} does not say what uses what",
                hint=f"write {OPTION} NAME=USE, for example {OPTION} ledger=postgres:15",
            )
        uses = found.setdefault(name, [])
        if use in uses:
            raise UsageError(f"{OPTION} {name}={use} is given twice", hint="leave one of them out")
        uses.append(use)
    return found


def one_each(typed: Iterable[str] | None) -> dict[str, str]:
    """Return what each resource is to use instead. Raises UsageError where that is several."""
    found = choices(typed)
    for name, uses in found.items():
        if len(uses) > 1:
            raise UsageError(
                f"{OPTION} says of {name} that it is {' and '.join(uses)}",
                hint="leave one of them out; greenroom ci runs the tests with each of them",
            )
    return {name: uses[0] for name, uses in found.items()}

"""The findings as text, and their place in a page of the documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from chaos.campaign import Gathered

BEGIN = "<!-- python -m chaos --write puts its tables between here -->"
END = "<!-- and here -->"


def text(gathered: Gathered) -> str:
    """Return the tables of a part, and every trial that did not go well."""
    return "\n\n".join(["", *_sections(gathered), *_failures(gathered)])


def write(path: Path, where: str, command: str, gathered: Iterable[Gathered]) -> None:
    """Put all tables into a page, in place of the former ones. Raises ValueError if none is."""
    before, found, rest = path.read_text().partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise ValueError(f"{path} has no place for the tables: {BEGIN} ... {END}")
    head = f"From `{command}` on {where}."
    sections = [part for one in gathered for part in [*_sections(one), *_failures(one)]]
    path.write_text("\n\n".join([before + BEGIN, head, *sections, END + after]))


def _sections(gathered: Gathered) -> Iterator[str]:
    for title, table in gathered.part.report(gathered.results):
        yield f"### {title}"
        yield table


def _failures(gathered: Gathered) -> Iterator[str]:
    if gathered.failures:
        yield f"Not well ({gathered.part.name}), each as `python -m chaos --only` takes it:"
        yield "\n".join(["```text", *gathered.failures, "```"])

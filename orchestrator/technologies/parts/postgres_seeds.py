"""How files are put into PostgreSQL: scripts and rows, by psql."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from orchestrator.model.conversation import SeedRefused
from orchestrator.model.loader import Batch, Cell, ExecLoader, Loader, RowsLoader, SeedHead, rows_by
from orchestrator.technologies.parts.postgres_state import quoted

PSQL = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")


def table(name: str) -> str:
    """Return a table's name; `sales.orders` is the table `orders` of the schema `sales`."""
    return ".".join(map(quoted, name.split(".")))


def copy_rows(head: SeedHead) -> tuple[str, ...]:
    """Return the command that copies rows into the table named after the file.

    The header names the columns, so that a file may leave out those with a default.
    """
    header = columns_of(head.first_line.removeprefix("\ufeff"))
    columns = ", ".join(quoted(name.strip()) for name in header)
    copy = f"COPY {table(head.stem)} ({columns}) FROM STDIN WITH (FORMAT csv, HEADER true)"
    return (*PSQL, "--command", copy)


def columns_of(line: str) -> list[str]:
    """Return the names in the first line of a file. Raises SeedRefused where it has none."""
    try:
        header = next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        raise SeedRefused(1, f"the names of the columns are no CSV on one line: {error}") from error
    if not header or "\x00" in line:
        what = "empty" if not header else "no text"
        raise SeedRefused(1, f"the file is {what}; its first line names the columns")
    return header


ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
"""What stands for what in COPY's text format, so that a row is one line whatever is in it."""


def put_rows(batch: Batch) -> Iterator[str]:
    """Yield a COPY with its rows behind it, as psql reads it, line by line.

    In CSV, which COPY knows as well, a line of a value could look like the end of all rows.
    """
    columns = ", ".join(map(quoted, batch.columns))
    yield f"COPY {table(batch.table)} ({columns}) FROM STDIN;\n"
    for row in batch.rows:
        yield "\t".join(map(copied, row)) + "\n"
    yield "\\.\n"


def copied(cell: Cell) -> str:
    """Return a value in COPY's text format."""
    match cell:
        case None:
            return r"\N"
        case bool():
            return "true" if cell else "false"
    return cell.translate(ESCAPES)


def run_script(_head: SeedHead) -> tuple[str, ...]:
    """Return the command that runs SQL from its standard input and stops at the first error."""
    return (*PSQL, "--file", "-")


def echo(word: str) -> bytes:
    """Return the line that lets psql print a word."""
    return f"\n\\echo {word}\n".encode()


ROWS = RowsLoader(
    # All or nothing: constraints that are deferred see the file as a whole.
    argv=(*PSQL, "--single-transaction", "--file", "-"),
    put=put_rows,
    proof=echo,
    place=re.compile(r"psql:<stdin>:(?P<line>\d+): (?:.|\n)*?(?:COPY .*, line (?P<row>\d+)|\Z)"),
)


COPIED = r"\A(?P<what>ERROR:[\s\S]*\nCONTEXT:  COPY [^\n]*, line (?P<line>\d+))"
"""How psql tells of a row of CSV: the line of the file stands last."""

SEEDS: dict[str, Loader] = {
    ".sql": ExecLoader(run_script, location="psql:<stdin>", proof=echo),
    ".sql.gz": ExecLoader(run_script, unpack="gzip", location="psql:<stdin>", proof=echo),
    ".csv": ExecLoader(copy_rows, reads_head=True, location=COPIED, place="{file}:{line}: {what}"),
    **rows_by(ROWS),
}


def create_database(name: str) -> tuple[str, ...]:
    """Return the command that makes one more database.

    It is given from where nobody else is: of a database that somebody is in, no copies can be made.
    """
    command = f"CREATE DATABASE {quoted(name)}"
    return (*PSQL, "--dbname=postgres", "--command", command)

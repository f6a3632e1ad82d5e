"""What seeds ClickHouse: its own client, beside it."""

from __future__ import annotations

import csv
from dataclasses import replace

from orchestrator.model.loader import ExecLoader, Loader, SeedHead
from orchestrator.technologies.parts.clickhouse_refusals import in_rows, in_script

DATABASE_VARIABLE = "GREENROOM_DATABASE"
"""The variable that tells whoever runs a client which database is meant."""

INTO = f'exec clickhouse-client --database "${DATABASE_VARIABLE}" "$@"'

TRACE = r"(?:, e\.what\(\) = DB::Exception)?,? Stack trace:[\s\S]*"
"""What the client adds for its own makers."""


def client(*options: str) -> tuple[str, ...]:
    """Return the command that runs the client in the database that is meant."""
    return ("sh", "-c", INTO, "clickhouse-client", *options)


def quoted(name: str) -> str:
    """Return an identifier."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def insert(head: SeedHead) -> tuple[str, ...]:
    """Return the command that takes rows of CSV, whose first line names the columns."""
    line = head.first_line.removeprefix("\ufeff")
    names = next(csv.reader([line], skipinitialspace=True), [])
    columns = ", ".join(quoted(name.strip()) for name in names)
    table = ".".join(map(quoted, head.stem.split(".")))
    return client("--query", f"INSERT INTO {table} ({columns}) FORMAT CSVWithNames")


SQL = ExecLoader(
    lambda _: client("--multiquery"),
    location=TRACE,
    place="",
    # The last statement may have no end of its own.
    proof=lambda word: f"\n;\nSELECT '{word}';\n".encode(),
    locate=in_script,
)

SEEDS: dict[str, Loader] = {
    ".sql": SQL,
    ".sql.gz": replace(SQL, unpack="gzip"),
    ".csv": ExecLoader(insert, reads_head=True, location=TRACE, place="", locate=in_rows),
}

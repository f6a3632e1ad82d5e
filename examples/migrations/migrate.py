"""Applies the numbered files in `migrations/` that the database does not have yet."""

import logging
import os
import sys
from pathlib import Path

import psycopg

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do, if it is the same for all who migrate this database.
LOCK = 20261123

HISTORY = """
    create table if not exists migrations (
        name text primary key, applied_at timestamptz not null default now()
    )
"""

log = logging.getLogger("migrate")


def migrate(connection: psycopg.Connection) -> list[str]:
    """Apply what is missing, in one transaction, and return its names."""
    with connection.transaction():
        # Two who migrate at the same time: the second waits, and finds nothing left to do.
        connection.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        connection.execute(HISTORY)
        applied = {name for (name,) in connection.execute("select name from migrations")}
        missing = [file for file in sorted(MIGRATIONS.glob("*.sql")) if file.name not in applied]
        for file in missing:
            connection.execute(file.read_bytes())
            connection.execute("insert into migrations (name) values (%s)", [file.name])
    return [file.name for file in missing]


def main() -> None:
    """Migrate the database in DATABASE_URL, and say what was applied."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(message)s")
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        for name in migrate(connection):
            log.info("applied %s", name)


if __name__ == "__main__":
    main()

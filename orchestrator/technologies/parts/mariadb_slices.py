"""How MariaDB and MySQL give each test a database of its own: made once, then brought back.

To make a database of fifty tables takes some hundred milliseconds however it is done, to empty and
fill it again a tenth of that. So a slice's database stays when it is dropped, and whoever gets its
number next gets it as it was seeded; only where its tables themselves were changed it is made anew.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from orchestrator.model.conversation import (
    Conversation,
    Credentials,
    Exchange,
    ReadLine,
    Send,
    SliceRefused,
)
from orchestrator.model.slicing import Seeded, Slicing
from orchestrator.technologies.parts.copy_names import access, template_of
from orchestrator.technologies.parts.inserts import literal, quoted
from orchestrator.technologies.parts.lines import said_until

MOST = 64
"""Databases that are kept to be used again; so many tests at once are rare."""

DONE = b"greenroom: done"

SHAPE = """
SELECT CONCAT_WS('\\t', 'column', c.table_name, table_type, column_name,
  IF(extra LIKE '%STORED GENERATED%' OR extra LIKE '%VIRTUAL GENERATED%', 'made', 'own'),
  MD5(CONCAT_WS('|', column_type, is_nullable, column_default, extra, column_key)))
  FROM information_schema.columns c
  JOIN information_schema.tables t USING (table_schema, table_name)
  WHERE c.table_schema = @db ORDER BY c.table_name, ordinal_position;
SELECT CONCAT_WS('\\t', 'index', table_name, index_name, seq_in_index, column_name)
  FROM information_schema.statistics
  WHERE table_schema = @db ORDER BY table_name, index_name, seq_in_index;
SELECT CONCAT_WS('\\t', 'trigger', trigger_name, MD5(action_statement))
  FROM information_schema.triggers WHERE trigger_schema = @db ORDER BY trigger_name;
SELECT CONCAT_WS('\\t', 'routine', routine_name, MD5(routine_definition))
  FROM information_schema.routines WHERE routine_schema = @db ORDER BY routine_name;
"""
"""A line for each table, column, index, trigger and routine of the database `@db`."""

COUNTERS = """
SELECT CONCAT_WS('\\t', a.table_name, b.auto_increment)
  FROM information_schema.tables a
  JOIN information_schema.tables b USING (table_name)
  WHERE a.table_schema = @db AND b.table_schema = @source
  AND a.auto_increment <> b.auto_increment;
"""
"""A line for each table of `@db` that does not count on from where that of `@source` does."""

SESSIONS = """
SELECT id FROM information_schema.processlist WHERE db = @db AND id <> CONNECTION_ID();
"""

CREATE = """
SELECT CONCAT('CREATE DATABASE `', REPLACE(@db, '`', '``'), '` CHARACTER SET ',
  default_character_set_name, ' COLLATE ', default_collation_name) INTO @make
  FROM information_schema.schemata WHERE schema_name = @source;
PREPARE make FROM @make;
EXECUTE make;
"""
"""Makes the database `@db`, empty, with the character set of `@source`."""

Answer = Generator[Exchange, bytes, list[str]]


def ask(*lines: str) -> Answer:
    """Run lines in the open session, and return what came. Raises SliceRefused."""
    text = "\n".join((*lines, f"SELECT '{DONE.decode()}';", ""))
    yield Send(text.encode())
    said = yield from said_until(DONE)
    words = [line.decode(errors="replace") for line in said]
    if any(line.startswith("ERROR ") for line in words):
        raise SliceRefused("\n".join(words))
    return words


def run(*lines: str) -> Conversation:
    """Run lines of which nothing is wanted back."""
    yield from ask(*lines)


def greet(_seeded: Seeded) -> Conversation:
    """Let rows be put in as they are and in any order, and what is told of tables be of now."""
    yield from run(
        # Whoever still has a transaction open there is not waited for, for long.
        "SET SESSION lock_wait_timeout = 10, innodb_lock_wait_timeout = 10;",
        "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO');",
        "SET SESSION foreign_key_checks = 0;",
        "/*!80000 SET SESSION information_schema_stats_expiry = 0 */;",
    )


def template(seeded: Seeded) -> Conversation:
    """Copy each database."""
    for database in seeded.databases:
        yield from copied(database, template_of(seeded.stem(database)))


def make(seeded: Seeded, slices: Sequence[Credentials]) -> Conversation:
    """Bring each database back to the template's state, or make it where it is not there yet."""
    source = template_of(seeded.stem(seeded.databases[0]))
    for one in slices:
        yield from brought_back(source, one.database)


def drop(_seeded: Seeded, slices: Sequence[Credentials]) -> Conversation:
    """End the sessions in the databases; these stay, for whoever is next."""
    for one in slices:
        yield from ended_sessions(one.database)


def reset(seeded: Seeded) -> Conversation:
    """Bring each shared database back; sessions with open transactions would hold its tables."""
    for database in seeded.databases:
        yield from ended_sessions(database)
        yield from brought_back(template_of(seeded.stem(database)), database)


def named(database: str, source: str = "") -> str:
    """Return what lets `@db`, and `@source`, be these databases."""
    return f"SET @db = {literal(database)}, @source = {literal(source)};"


def ended_sessions(database: str) -> Conversation:
    """End every session in a database; one that has gone by itself meanwhile is no error."""
    found = yield from ask(named(database), SESSIONS)
    if found:
        yield Send("".join(f"KILL {int(number)};\n" for number in found).encode())
        yield from drained()


def drained() -> Conversation:
    """Read what was said of sessions that had gone already."""
    yield Send(f"SELECT '{DONE.decode()}';\n".encode())
    while (yield ReadLine()) != DONE:
        pass


def brought_back(source: str, database: str) -> Conversation:
    """Let a database be as its template is."""
    wanted = yield from shape(source)
    there = yield from shape(database)
    # A trigger would have its say on rows that it has had its say on already.
    if wanted != there or any(line.startswith("trigger\t") for line in wanted):
        yield from copied(source, database)
        return
    yield from run("START TRANSACTION;", *refilled(source, database, wanted), "COMMIT;")
    yield from counted(source, database)


def shape(database: str) -> Answer:
    """Return all that makes a database, but for its rows."""
    return (yield from ask(named(database), SHAPE))


def base_tables(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each table that holds rows, with the columns that can be written."""
    found: dict[str, list[str]] = {}
    for line in lines:
        match line.split("\t"):
            case ["column", table, "BASE TABLE", column, "own", _]:
                found.setdefault(table, []).append(column)
    yield from found.items()


def refilled(source: str, database: str, lines: Sequence[str]) -> Iterator[str]:
    """Yield what empties each table and fills it from the template."""
    for table, columns in base_tables(lines):
        names = ", ".join(map(quoted, columns))
        place, origin = (f"{quoted(one)}.{quoted(table)}" for one in (database, source))
        yield f"DELETE FROM {place};"  # noqa: S608
        yield f"INSERT INTO {place} ({names}) SELECT {names} FROM {origin};"  # noqa: S608


def counted(source: str, database: str) -> Conversation:
    """Let each table count on from where the template's does."""
    found = yield from ask(named(database, source), COUNTERS)
    pairs = (line.split("\t") for line in found)
    yield from run(
        *(
            f"ALTER TABLE {quoted(database)}.{quoted(table)} AUTO_INCREMENT = {int(number)};"
            for table, number in pairs
        )
    )


def copied(source: str, database: str) -> Conversation:
    """Make a database anew as a copy of another, with its views, triggers and routines."""
    yield from run(f"DROP DATABASE IF EXISTS {quoted(database)};", named(database, source), CREATE)
    # What copies is a dump, read at once by another client: the server has no words for it.
    options = "--routines --events --triggers --single-transaction --skip-comments --no-tablespaces"
    words = f"$DUMP {options} {shell(source)} | $CLIENT {shell(database)}"
    yield from run(f"\\! ({words}) 2>&1 | sed 's/^/ERROR /'")


def shell(text: str) -> str:
    """Return a word for a shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def slicing(client: str, dump: str, data: str) -> Slicing:
    """Return how one is sliced that has these programs, and its data in this folder."""
    options = "--skip-column-names --batch --raw --unbuffered --force"
    session = f"export CLIENT={client} DUMP={dump}; exec {client} {options} information_schema 2>&1"
    return Slicing(
        access=access,
        most=MOST,
        client=("sh", "-c", session),
        greet=greet,
        template=template,
        make=make,
        drop=drop,
        reset=reset,
        pooled=True,
        tmpfs=(f"{data}:mode=1777",),
    )

"""How PostgreSQL's data is copied: to a private database for each test, and aside for later runs.

Databases are made from a template that nobody may connect to, because a session in it would block
every copy (https://www.postgresql.org/docs/current/manage-ag-templatedbs.html).
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.model.adoption import GIVEN_DATABASE
from orchestrator.model.conversation import Conversation, Credentials, Send, SliceRefused
from orchestrator.model.slicing import Seeded, Slicing
from orchestrator.model.technology import Snapshotting
from orchestrator.technologies.parts.copy_names import access, template_of
from orchestrator.technologies.parts.lines import said_until

DATA = "/var/lib/greenroom/data"

DONE = b"greenroom: done"

PSQL = "psql --no-psqlrc --quiet --tuples-only --no-align"

SESSION = ("sh", "-c", f'exec {PSQL} --dbname="${{{GIVEN_DATABASE}:-postgres}}" 2>&1')
"""A session in a database of which no copies are made."""

# Copying files takes half the time of writing each page to the log too. Before version 15 there was
# no other way, and no word for it.
GREETING = r"""
SET client_min_messages = warning;
SELECT current_setting('server_version_num')::int >= 150000 AS has_strategies \gset
\if :has_strategies
  \set strategy 'STRATEGY file_copy'
\else
  \set strategy ''
\endif
"""


# A server that starts forgets what a first session in each database notes down for later ones
# (pg_internal.init), and nobody has a session in a template: without this one, the first session in
# each copy would have to find it all out, for a millisecond. Only one at a time does so, because
# the template is closed again behind it. Who may not look at the server's files goes without.
WARMING = r"""
SELECT pg_advisory_lock(7237) \g /dev/null
SELECT has_function_privilege('pg_stat_file(text, boolean)', 'EXECUTE') AS may_look \gset
\set is_cold false
\if :may_look
  SELECT count(*) > 0 AS is_cold FROM pg_database WHERE datname = {template}
    AND (pg_stat_file(format('base/%s/pg_internal.init', oid), true)).size IS NULL \gset
\endif
\if :is_cold
  ALTER DATABASE {quoted} WITH ALLOW_CONNECTIONS true;
  \setenv PGDATABASE {template}
  \! psql --no-psqlrc --quiet --command='SELECT' >/dev/null
  ALTER DATABASE {quoted} WITH ALLOW_CONNECTIONS false;
\endif
SELECT pg_advisory_unlock(7237) \g /dev/null
"""

# A session that has ended is still there for a moment. DROP and CREATE DATABASE, when they see one,
# look again only after a tenth of a second, and whoever waits for this session waits for that too.
DISCONNECT = """
BEGIN
  PERFORM pg_terminate_backend(pid) FROM {sessions};
  FOR attempt IN 1..500 LOOP
    PERFORM pg_stat_clear_snapshot();
    EXIT WHEN NOT EXISTS (SELECT FROM {sessions});
    PERFORM pg_sleep(0.002);
  END LOOP;
END
"""


def quoted(name: str) -> str:
    """Return a name as an SQL identifier, in which a dot means nothing."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def run(*statements: str) -> Conversation:
    """Run these in the open session, each by itself. Raises SliceRefused with what was refused."""
    text = "\n".join((*statements, rf"\echo {DONE.decode()}", ""))
    yield Send(text.encode())
    said = yield from said_until(DONE)
    if any(b"ERROR:" in line or b"FATAL:" in line for line in said):
        raise SliceRefused(b"\n".join(said).decode(errors="replace"))


def copied(database: str, copy: str) -> str:
    """Return the statement that makes a copy of a database."""
    return f"CREATE DATABASE {quoted(copy)} TEMPLATE {quoted(database)} :strategy;"


def dropped(database: str) -> str:
    """Return the statement that removes a database with all its connections."""
    return f"DROP DATABASE IF EXISTS {quoted(database)} WITH (FORCE);"


def untemplated(database: str) -> str:
    """Return what lets a template be removed; there may be none yet, which ALTER would refuse."""
    words = f"ALTER DATABASE {quoted(database)} WITH IS_TEMPLATE false"
    only = f"WHERE datname = {literal(database)}"
    return f"SELECT {literal(words)} FROM pg_database {only} \\gexec"  # noqa: S608


def disconnected(*databases: str) -> str:
    """Return the statement that ends all sessions in these databases, and waits for their end."""
    names = ", ".join(map(literal, databases))
    # The server's own processes have no user. Only a superuser may end them, and whoever copies or
    # drops a database waits for them anyway.
    mine = "(usesysid IS NOT NULL OR current_setting('is_superuser') = 'on')"
    sessions = f"pg_stat_activity WHERE datname IN ({names}) AND {mine}"
    return f"DO {literal(DISCONNECT.format(sessions=sessions))};"


def greet(seeded: Seeded) -> Conversation:
    """Let the session know how this server copies best, and the server have a warm template."""
    template = template_of(seeded.stem(seeded.databases[0]))
    warming = WARMING.format(template=literal(template), quoted=quoted(template))
    yield from run(GREETING, warming, disconnected(template))


def template(seeded: Seeded) -> Conversation:
    """Make a template of each database; whoever is connected after the seeds is let go."""
    for database in seeded.databases:
        name = template_of(seeded.stem(database))
        yield from run(
            disconnected(database),
            untemplated(name),
            dropped(name),
            copied(database, name),
            f"ALTER DATABASE {quoted(name)} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false;",
        )


def make(seeded: Seeded, slices: Sequence[Credentials]) -> Conversation:
    """Make copies of the first database; the others have no address of their own."""
    source = template_of(seeded.stem(seeded.databases[0]))
    names = [one.database for one in slices]
    yield from run(*(words for name in names for words in (dropped(name), copied(source, name))))


def drop(_seeded: Seeded, slices: Sequence[Credentials]) -> Conversation:
    """Remove the databases."""
    names = [one.database for one in slices]
    yield from run(disconnected(*names), *map(dropped, names))


def reset(seeded: Seeded) -> Conversation:
    """Make each database again from its template; connections to them are closed."""
    for database in seeded.databases:
        again = copied(template_of(seeded.stem(database)), database)
        yield from run(disconnected(database), dropped(database), again)


SLICING = Slicing(
    access=access,
    most=100_000,
    client=SESSION,
    greet=greet,
    template=template,
    make=make,
    drop=drop,
    reset=reset,
    # In memory a copy takes the same few milliseconds always; on a busy disk ten times as long.
    tmpfs=(f"{DATA}:mode=1777",),
    taken=("postgres",),
    at_once=3,
)

# A base backup is consistent while the server runs, and holds only the log that it needs. Nobody
# uses the data yet, so that a fast checkpoint disturbs nobody.
COPY = """
set -e
pg_basebackup --pgdata="$1" --wal-method=fetch --checkpoint=fast --no-sync --no-manifest
if [ "$(id -u)" = 0 ]; then chown -R postgres: "$1"; fi
"""

SNAPSHOTTING = Snapshotting(copy=COPY, user="postgres", start='export PGDATA="$data"; exec "$@"')

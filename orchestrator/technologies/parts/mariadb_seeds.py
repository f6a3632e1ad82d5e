"""How MariaDB and MySQL are asked whether they are ready, set up, and given scripts and rows.

Handshake: https://mariadb.com/kb/en/connection/#initial-handshake-packet
Option files: https://mariadb.com/kb/en/configuring-mariadb-with-option-files/
"""

from __future__ import annotations

import re
from dataclasses import replace

from orchestrator.model.loader import ExecLoader, Loader, RowsLoader, rows_by
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.technology import Snapshotting
from orchestrator.model.template import Template
from orchestrator.technologies.parts.inserts import insert_rows, put_rows

HANDSHAKE = rb"(?s)^.{3}\x00\x0a"
"""The first packet of a server: its length, number 0, version 10 of the protocol."""

ERROR = r"(?P<error>ERROR \d+ \(\w+\)) at line (?P<line>\d+)"
"""How clients begin a refusal, with the line on which the statement begins."""

DATABASE_VARIABLE = "GREENROOM_DATABASE"
"""The variable that tells whoever runs a client which database is meant."""

DATA = "/var/lib/greenroom/data"

HOME = "/etc/greenroom"
"""Where clients find their option file, in which user, password and database stand."""

SETTINGS = """\
[client]
user="${self.user}"
password="${self.password}"
[mysql]
database="${self.database}"
default-character-set=utf8mb4
"""

# What the images write into SQL, shell scripts and option files, not all of them with care.
PASSWORD = (r"(?!-)[ !#-&(-\[\]-~]+", "ASCII text without quotes, `\\` and a hyphen at its start")
USER = (
    r"(?!-|(?:root|mysql|mariadb\.sys|healthcheck)$)[!#-&(-\[\]-_a-~]{1,32}",
    "at most 32 characters of ASCII, no space, quote or `\\`, and no user of the server's own",
)
OWN_DATABASES = "mysql|sys|information_schema|performance_schema"
DATABASE = (
    rf"(?!(?i:{OWN_DATABASES})$)[!-\[\]-_a-~](?:[ -\[\]-_a-~]{{0,62}}[!-\[\]-_a-~])?",
    "at most 64 characters of ASCII, no `\\` or backtick, and no database of the server's own",
)


def readiness(_user: str, _database: str) -> Readiness:
    """Ready when the server greets: it does so when it has recovered and knows its users.

    Until then nobody answers on TCP, the image's short-lived server for the initialisation neither.
    A server that refuses (too many connections, say) has 0xff in the version's place.
    """
    return Readiness(Dialogue(send=Template.literal(""), expect=HANDSHAKE))


# All rows of a file or none, with an id of 0 as it is, and backslashes that escape.
ROW_BY_ROW = (
    "SET autocommit = 0, sql_mode = CONCAT(REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', ''),"
    " ',NO_AUTO_VALUE_ON_ZERO')"
)


def select(word: str) -> bytes:
    """Return what lets a client print a word, whatever delimits statements before it."""
    return f"\n\\g\nSELECT '{word}'\\g\n".encode()


def loaders(client: str) -> dict[str, Loader]:
    """Return what seeds by the client; it would print the whole of a refused statement.

    Its option file names the shared database, and there is no variable of its own for another: so
    that a seed for a slice goes there, the database is its last argument.
    """
    into = f'exec "$0" "$@" "${DATABASE_VARIABLE}"'
    argv = ("sh", "-c", into, client, "--loose-skip-print-query-on-error")
    sql = ExecLoader(lambda _: argv, location=ERROR, place="{file}:{line}: {error}", proof=select)
    return {
        ".sql": sql,
        ".sql.gz": replace(sql, unpack="gzip"),
        ".csv": replace(sql, translate=insert_rows),
        **rows_by(
            RowsLoader(
                argv=(*argv, f"--init-command={ROW_BY_ROW}"),
                put=put_rows,
                proof=lambda word: b"COMMIT;\n" + select(word),
                place=re.compile(r"ERROR \d+ \(\w+\) at line (?P<line>\d+)"),
            )
        ),
    }


# The image of MySQL has no program that copies the data of a server that runs.
COPY = """
set -e
mariadb-backup --backup --target-dir="$1" 2>&1
mariadb-backup --prepare --target-dir="$1" 2>&1
if [ "$(id -u)" = 0 ]; then chown -R mysql: "$1"; fi
"""

SNAPSHOTTING = Snapshotting(copy=COPY, user="mysql", start='exec "$@" --datadir="$data"')


OPTIONS = (
    *(f"--datadir={DATA}", "--skip-log-bin"),
    *("--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0"),
    "--loose-innodb-flush-method=nosync",
)
"""The data lies outside the folder that the image declares a volume, and need not survive a power
cut: without that care everything is written faster."""

FILES = {
    f"{HOME}/my.cnf": SETTINGS,
    # The image gives its user one database only.
    "/docker-entrypoint-initdb.d/greenroom.sql": (
        "GRANT ALL ON *.* TO '${self.user}'@'%' WITH GRANT OPTION;\n"
    ),
}
"""What is put in before the start."""


def variables(prefix: str) -> dict[str, str]:
    """Return what an image is told, whose variables begin so."""
    return {
        f"{prefix}_USER": "${self.user}",
        f"{prefix}_PASSWORD": "${self.password}",
        f"{prefix}_DATABASE": "${self.database}",
        f"{prefix}_ROOT_PASSWORD": "${self.password}",
    }

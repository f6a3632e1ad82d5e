"""PostgreSQL that runs already, and the database that a run makes for itself there.

Variables: https://www.postgresql.org/docs/current/libpq-envars.html; the request for TLS:
https://www.postgresql.org/docs/current/protocol-message-formats.html (SSLRequest).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from orchestrator.model.adoption import Adoption, Command, OwnPlace
from orchestrator.model.conversation import Credentials
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.template import Template
from orchestrator.technologies.parts.copy_names import COPIES
from orchestrator.technologies.parts.postgres_ready import readiness as answering
from orchestrator.technologies.parts.postgres_state import literal, quoted

PSQL = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-")

SSL_REQUEST = struct.pack("!ii", 8, 80877103).decode("latin-1")

WITH_TLS = ("require", "verify-ca", "verify-full")
"""Values of `sslmode` with which nobody is let in without TLS."""

DROP = r"""
SET client_min_messages = warning;
SELECT format('ALTER DATABASE %I WITH IS_TEMPLATE false', datname)
  FROM pg_database WHERE datname ~ {names} AND datistemplate \gexec
SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', datname)
  FROM pg_database WHERE datname ~ {names} \gexec
"""


def readiness(access: Credentials, query: Mapping[str, str]) -> Readiness:
    """Ready as any other, or when it is willing to speak TLS, where that is wanted."""
    if query.get("sslmode") in WITH_TLS:
        return Readiness(Dialogue(send=Template.literal(SSL_REQUEST), expect=rb"^S"))
    return answering(access.user, access.database)


def make(_given: Credentials, name: str) -> Command:
    """Make an empty database."""
    return Command(PSQL, f"CREATE DATABASE {quoted(name)};\n".encode())


def drop(_given: Credentials, name: str) -> Command:
    """Drop the database and its copies, with all connections to them."""
    return Command(PSQL, DROP.format(names=literal(COPIES.format(name=name))).encode())


ADOPTION = Adoption(
    schemes=("postgresql", "postgres"),
    readiness=readiness,
    needs_user=True,
    tools=("psql",),
    packages={"apt-get": "postgresql-client", "brew": "libpq"},
    client_env={
        "PGHOST": "${self.host}",
        "PGPORT": "${self.port}",
        "PGCONNECT_TIMEOUT": "10",
    },
    query_env={
        "sslmode": "PGSSLMODE",
        "sslrootcert": "PGSSLROOTCERT",
        "sslcert": "PGSSLCERT",
        "sslkey": "PGSSLKEY",
        "sslcrl": "PGSSLCRL",
        "channel_binding": "PGCHANNELBINDING",
        "gssencmode": "PGGSSENCMODE",
        "target_session_attrs": "PGTARGETSESSIONATTRS",
        "options": "PGOPTIONS",
    },
    own=OwnPlace("a database", make, drop),
    sliced=True,
)

"""What the copies of a database are called, on servers where each slice is a database."""

from __future__ import annotations

import hashlib

from orchestrator.model.conversation import Credentials

LONGEST = 48
"""Bytes of a database's name that its copies' names begin with: 63 is the most for Postgres."""


COPIES = "^{name}(__template|__s[0-9]+)?$"
"""A pattern for a database and its copies, where the name has letters, digits and `_` alone."""


def access(shared: Credentials, number: int) -> Credentials:
    """Return how one gets into the slice of this number: as the same user, into its database."""
    return Credentials(shared.user, shared.password, f"{shortened(shared.database)}__s{number}")


def template_of(database: str) -> str:
    """Return the name of the template of a database."""
    return f"{shortened(database)}__template"


def guest_name(run: str, resource: str) -> str:
    """Return what a run calls its own place on a server that it did not start.

    It is the run's alone, and has no character that means something to any server.
    """
    return shortened(f"greenroom_{run}_{resource}".replace("-", "_"))


def shortened(name: str) -> str:
    """Return a name of which no two are the same when it leaves room for an ending."""
    data = name.encode()
    if len(data) <= LONGEST:
        return name
    mark = hashlib.sha256(data).hexdigest()[:8]
    return data[: LONGEST - len(mark)].decode(errors="ignore") + mark

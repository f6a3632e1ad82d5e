"""How RabbitMQ is asked whether it is ready, given definitions, and more virtual hosts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from orchestrator.model.conversation import SeedRefused
from orchestrator.model.loader import SeedHead
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.template import Template
from orchestrator.technologies.parts.refusals import each

PROTOCOL_HEADER = "AMQP\0\0\x09\x01"
CONNECTION_START = rb"^\x01\x00\x00.{4}\x00\x0a\x00\x0a"
"""A method frame on channel 0, of any size, with class 10 (connection) and method 10 (start)."""


ASCII = (r"[ -~]+", "ASCII text: RabbitMQ takes no other from its environment")


def readiness(_user: str, _database: str) -> Readiness:
    """Ready when a client's greeting is answered by the start of a connection.

    The server opens its port last of all, when the user and the virtual host are there.
    """
    return Readiness(Dialogue(send=Template.literal(PROTOCOL_HEADER), expect=CONNECTION_START))


def import_definitions(_head: SeedHead) -> tuple[str, ...]:
    """Return the command that reads exchanges, queues and bindings from its standard input."""
    return ("rabbitmqctl", "--quiet", "import_definitions")


LISTS = ("users", "vhosts", "permissions", "policies", "queues", "exchanges", "bindings")
"""What definitions list, each a mapping: https://www.rabbitmq.com/docs/definitions."""

NAMED = frozenset({"users", "vhosts", "policies", "queues", "exchanges"})


def read_definitions(_head: SeedHead, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the file as it is. Raises SeedRefused for what is no JSON, or no definitions.

    The server's own words for such are names of functions of its own.
    """
    data = b"".join(chunks)
    try:
        found = json.loads(data)
    except json.JSONDecodeError as error:
        raise SeedRefused(error.lineno, f"not JSON: {error.msg}", error.colno) from error
    except (ValueError, RecursionError) as error:
        raise SeedRefused(0, f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise SeedRefused(1, "expected definitions: a mapping with `queues`, `exchanges` and so on")
    each(((name, found[name]) for name in LISTS if name in found), lambda both: check_list(*both))
    yield data


def check_list(name: str, things: Any) -> None:
    """Raise SeedRefused for what is no list of mappings, each with a name if it needs one."""
    if not isinstance(things, list) or not all(isinstance(one, dict) for one in things):
        raise SeedRefused(0, f"`{name}` has to be a list of mappings")
    for number, one in enumerate(things, 1):
        if name in NAMED and not isinstance(one.get("name"), str):
            raise SeedRefused(0, f"number {number} of `{name}` needs a `name`")


ADD = """
rabbitmqctl --quiet add_vhost "$1" &&
exec rabbitmqctl --quiet set_permissions --vhost "$1" "$RABBITMQ_DEFAULT_USER" '.*' '.*' '.*'
"""
"""Adds a virtual host for the user that there is."""

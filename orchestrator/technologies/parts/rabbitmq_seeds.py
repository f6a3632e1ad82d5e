"""How RabbitMQ is asked whether it is ready, given definitions, and more virtual hosts."""

from __future__ import annotations

from orchestrator.model.loader import SeedHead
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.template import Template

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


ADD = """
rabbitmqctl --quiet add_vhost "$1" &&
exec rabbitmqctl --quiet set_permissions --vhost "$1" "$RABBITMQ_DEFAULT_USER" '.*' '.*' '.*'
"""
"""Adds a virtual host for the user that there is."""

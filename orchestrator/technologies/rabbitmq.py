"""RabbitMQ, as the official image runs it.

Frames: AMQP 0-9-1, https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, section 4.2.
"""

from __future__ import annotations

from orchestrator.model.adoption import Adoption
from orchestrator.model.loader import ExecLoader, SeedHead
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.technology import Technology
from orchestrator.model.template import Template
from orchestrator.technologies.parts.rabbitmq_native import NATIVE
from orchestrator.technologies.parts.rabbitmq_slices import SLICING

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


RABBITMQ = Technology(
    name="rabbitmq",
    about="RabbitMQ, a message broker (AMQP)",
    section="brokers",
    image="rabbitmq",
    version="4",
    port=5672,
    url="amqp://${self.user}:${self.password}@${self.host}:${self.port}/${self.database}",
    readiness=readiness,
    program="rabbitmq-server",
    env={
        "RABBITMQ_DEFAULT_USER": "${self.user}",
        "RABBITMQ_DEFAULT_PASS": "${self.password}",
        "RABBITMQ_DEFAULT_VHOST": "${self.database}",
    },
    database="/",
    unset={"user": "guest", "password": "guest", "database": "/"},
    user_form=ASCII,
    password_form=ASCII,
    database_form=ASCII,
    client=("sh",),
    create_database=lambda name: ("sh", "-c", ADD, "sh", name),
    seeds={".json": ExecLoader(import_definitions)},
    slicing=SLICING,
    native=NATIVE,
    adoption=Adoption(
        schemes=("amqp",),
        secure=("amqps",),
        readiness=lambda access, _query: readiness(access.user, access.database),
        database="/",
        unseeded={".json": "rabbitmqctl reads them, and works beside the broker only"},
    ),
)

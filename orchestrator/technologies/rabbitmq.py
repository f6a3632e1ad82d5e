"""RabbitMQ, as the official image runs it.

Frames: AMQP 0-9-1, https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, section 4.2.
"""

from __future__ import annotations

from orchestrator.model.adoption import Adoption
from orchestrator.model.loader import ExecLoader
from orchestrator.model.technology import Technology
from orchestrator.technologies.parts.rabbitmq_native import NATIVE
from orchestrator.technologies.parts.rabbitmq_seeds import (
    ADD,
    ASCII,
    import_definitions,
    read_definitions,
    readiness,
)
from orchestrator.technologies.parts.rabbitmq_slices import SLICING

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
    seeds={
        ".json": ExecLoader(
            import_definitions, translate=read_definitions, location=r"\AError:\s*", place=""
        )
    },
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

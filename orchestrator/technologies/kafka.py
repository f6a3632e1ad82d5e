"""Kafka, as the image of the project itself runs it: one node, broker and controller at once."""

from __future__ import annotations

from orchestrator.model.loader import WireLoader
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.technology import Technology
from orchestrator.model.template import Template
from orchestrator.technologies.parts.documents import SUFFIXES
from orchestrator.technologies.parts.kafka_seeds import check, talk
from orchestrator.technologies.parts.kafka_settings import SETTINGS
from orchestrator.technologies.parts.kafka_words import ANSWERED, METADATA

KAFKA = Technology(
    name="kafka",
    about="Kafka, a log of events",
    section="brokers",
    image="apache/kafka",
    version="4.1.1",
    port=9092,
    inside=19092,
    url="kafka://${self.host}:${self.port}",
    fields={"bootstrap": "${self.host}:${self.port}"},
    readiness=lambda _user, _database: Readiness(
        Dialogue(Template.literal(METADATA.decode("latin-1")), expect=ANSWERED)
    ),
    program="",
    env=SETTINGS,
    has_users=False,
    has_databases=False,
    client=("sh",),
    seeds=dict.fromkeys(SUFFIXES, WireLoader(talk, check)),
)

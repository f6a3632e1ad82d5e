"""NATS with JetStream, as the official image runs it.

Protocol: https://docs.nats.io/reference/reference-protocols/nats-protocol, and for streams
https://docs.nats.io/reference/reference-protocols/nats_api_reference.
"""

from __future__ import annotations

from orchestrator.model.loader import WireLoader
from orchestrator.model.technology import Technology
from orchestrator.technologies.parts.documents import SUFFIXES
from orchestrator.technologies.parts.nats_adopted import ADOPTION
from orchestrator.technologies.parts.nats_native import NATIVE
from orchestrator.technologies.parts.nats_seeds import (
    check,
    readiness,
    talk,
)
from orchestrator.technologies.parts.nats_slices import SETTINGS, SLICING

NATS = Technology(
    name="nats",
    about="NATS with JetStream, a message broker",
    section="brokers",
    image="nats",
    version="2",
    port=4222,
    url="nats://${self.user}:${self.password}@${self.host}:${self.port}",
    readiness=readiness,
    program="nats-server",
    # The smallest official image has the server as its entry point and no shell: flags only. Every
    # user of the host could read a password among them, and so that stands in a file.
    command=("-js", "-c", SETTINGS),
    files={SETTINGS: 'authorization {user: "${self.user}", password: "${self.password}"}\n'},
    has_databases=False,
    client=("sh",),
    seeds=dict.fromkeys(SUFFIXES, WireLoader(talk, check)),
    slicing=SLICING,
    native=NATIVE,
    adoption=ADOPTION,
)

"""MongoDB, as the official image runs it: a replica set of one, so that transactions work."""

from __future__ import annotations

from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.technology import Setup, Technology
from orchestrator.model.template import Template
from orchestrator.technologies.parts.mongodb_words import (
    DATABASE,
    FILES,
    GREETED,
    INITIATE,
    SEEDS,
    SERVE,
    hello,
    shell,
)

MONGODB = Technology(
    name="mongodb",
    about="MongoDB, a database of documents",
    section="databases",
    image="mongo",
    version="8",
    port=27017,
    # A client that asked for the set's members would be told an address within the container.
    url="mongodb://${self.user}:${self.password}@${self.host}:${self.port}/${self.database}"
    "?authSource=admin&directConnection=true",
    readiness=lambda _user, _database: Readiness(
        Dialogue(Template.literal(hello().decode("latin-1")), expect=GREETED)
    ),
    program="",
    command=("bash", "-c", SERVE, "mongod"),
    env={
        "MONGO_INITDB_ROOT_USERNAME": "${self.user}",
        "MONGO_INITDB_ROOT_PASSWORD": "${self.password}",
    },
    database_form=DATABASE,
    files=FILES,
    client=shell("--shell"),
    client_env={
        "MONGO_USER": "${self.user}",
        "MONGO_PASSWORD": "${self.password}",
        "MONGO_DATABASE": "${self.database}",
    },
    setup=Setup("replica set", shell("--eval", INITIATE)),
    seeds=SEEDS,
)

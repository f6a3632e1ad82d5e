"""Valkey, as its image runs it: a Redis under other names.

What is said to it is what is said to Redis: https://valkey.io/topics/protocol/.
"""

from __future__ import annotations

from dataclasses import replace

from orchestrator.technologies.parts.redis_adopted import ADOPTION
from orchestrator.technologies.parts.redis_content import content
from orchestrator.technologies.parts.redis_native import CLIENT, NATIVE
from orchestrator.technologies.redis import REDIS

CLIENT_NAME = "valkey-cli"

WITH_CLIENT = (CLIENT_NAME, "-n", "${self.database}")

VALKEY = replace(
    REDIS,
    name="valkey",
    about="Valkey, a store of keys and a cache",
    image="valkey/valkey",
    version="8",
    program="valkey-server",
    command=("valkey-server", *(REDIS.command or ())[1:]),
    client=WITH_CLIENT,
    # The second is the only one that its clients before version 8 and those of Redis know.
    client_env={"VALKEYCLI_AUTH": "${self.password}", **REDIS.client_env},
    content=content(CLIENT_NAME),
    create_database=lambda number: (CLIENT_NAME, "-n", number, "ping"),
    native=replace(
        NATIVE,
        servers=("valkey-server",),
        command=("valkey-server", *NATIVE.command[1:]),
        packages={"apt-get": "valkey-server", "brew": "valkey"},
        scripts={CLIENT_NAME: CLIENT},
    ),
    adoption=replace(
        ADOPTION,
        schemes=("valkey", "redis"),
        packages={"apt-get": "valkey-tools", "brew": "valkey"},
        client=WITH_CLIENT,
        scripts={CLIENT_NAME: CLIENT},
    ),
)

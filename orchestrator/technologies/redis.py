"""Redis, as the official image runs it.

Protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

from __future__ import annotations

from orchestrator.model.loader import WireLoader
from orchestrator.model.technology import Technology
from orchestrator.technologies.parts.redis_adopted import ADOPTION
from orchestrator.technologies.parts.redis_content import content
from orchestrator.technologies.parts.redis_native import NATIVE
from orchestrator.technologies.parts.redis_seeds import (
    readiness,
    talk,
)
from orchestrator.technologies.parts.redis_slices import SLICING

REDIS = Technology(
    name="redis",
    about="Redis, a store of keys and a cache",
    section="databases",
    image="redis",
    version="7",
    port=6379,
    url="redis://${self.user}:${self.password}@${self.host}:${self.port}/${self.database}",
    readiness=readiness,
    program="redis-server",
    # Nothing is written to disk: test data need not survive the server.
    command=(
        *("redis-server", "--save", "", "--appendonly", "no"),
        *("--requirepass", "${self.password}"),
    ),
    user="default",
    fixed_user=True,
    database="0",
    database_form=(r"[0-9]|1[0-5]", "a number from 0 to 15"),
    # The server would take it for one more of its options.
    password_form=(r"(?!--).*", "a text that does not begin with two hyphens"),
    client=("redis-cli", "-n", "${self.database}"),
    client_env={"REDISCLI_AUTH": "${self.password}"},
    seeds={".redis": WireLoader(talk)},
    # All of them are there from the start.
    create_database=lambda number: ("redis-cli", "-n", number, "ping"),
    slicing=SLICING,
    content=content("redis-cli"),
    native=NATIVE,
    adoption=ADOPTION,
)

"""testcontainers-python as its users have it: one server after another, in one process.

    python -m bench.testcontainers_peer SHEET

Says `ready` when all are up and seeded, waits for a line, stops them one after another.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from testcontainers.core.container import DockerContainer

from bench.psql import pipe

Sheet = dict[str, Any]


def main(path: str) -> None:
    """Bring up what is on the sheet; it is stopped at the end, also at a bad one."""
    sheet = json.loads(Path(path).read_text())
    with ExitStack() as stack:
        for server in sheet["servers"]:
            container = configured(server, sheet["labels"])
            stack.enter_context(container)
            seed(container, server)
        print("ready", flush=True)
        sys.stdin.readline()


def configured(server: Sheet, labels: dict[str, str]) -> DockerContainer:
    """Return the module's container with the same settings as everybody's."""
    container = MODULES[server["image"].rpartition("/")[2].partition(":")[0]](server["image"])
    container.with_envs(**server["env"]).with_kwargs(labels=labels)
    if server["command"]:
        container.with_command(list(server["command"]))
    return container


def seed(container: DockerContainer, server: Sheet) -> None:
    """Pipe the seeds in, as everybody does."""
    client = container.get_docker_client().client.api
    for one in server["seeds"]:
        pipe(client, container.get_container_id(), one["argv"], server["client_env"], one["file"])


def postgres(image: str) -> DockerContainer:
    """Return a Postgres. Modules are imported one by one, since each needs its own driver."""
    from testcontainers.community.postgres import PostgresContainer

    return PostgresContainer(image, username="bench", password="bench", dbname="bench")


def redis(image: str) -> DockerContainer:
    """Return a Redis."""
    from testcontainers.community.redis import RedisContainer

    return RedisContainer(image, password="bench")


def nats(image: str) -> DockerContainer:
    """Return a NATS."""
    from testcontainers.community.nats import NatsContainer

    return NatsContainer(image, jetstream=True)


def rabbitmq(image: str) -> DockerContainer:
    """Return a RabbitMQ."""
    from testcontainers.community.rabbitmq import RabbitMqContainer

    return RabbitMqContainer(image, username="bench", password="bench")


MODULES: dict[str, Callable[[str], DockerContainer]] = {
    "postgres": postgres,
    "redis": redis,
    "nats": nats,
    "rabbitmq": rabbitmq,
}

if __name__ == "__main__":
    main(*sys.argv[1:])

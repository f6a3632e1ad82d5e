"""A Postgres that starts from Greenroom's snapshot by bare calls, the entry point bypassed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bench.servers import Server, flags

DATA = "/var/lib/greenroom-snapshot/data"
"""Where a snapshot has the data."""

COMMAND = ("postgres", *flags("fsync=off", "full_page_writes=off", "synchronous_commit=off"))


def restored(server: Server, image: str) -> Server:
    """Return the same server with its data there already."""
    return replace(
        server,
        image=image,
        entrypoint=COMMAND[:1],
        command=COMMAND[1:],
        env=(("PGDATA", DATA),),
        run_as="postgres",
        seeds=(),
    )


def body(image: str, labels: dict[str, str]) -> dict[str, Any]:
    """Return the body of the engine's create call for one on the engine's own network."""
    return {
        "Image": image,
        "Entrypoint": list(COMMAND[:1]),
        "Cmd": list(COMMAND[1:]),
        "User": "postgres",
        "Env": [f"PGDATA={DATA}"],
        "Labels": labels,
        "ExposedPorts": {"5432/tcp": {}},
        "HostConfig": {"PortBindings": {"5432/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}},
    }

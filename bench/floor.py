"""The floor: the same containers by bare calls of the Docker SDK, each way a process of its own.

    python -m bench.floor up SHEET      make a network and everything on the sheet, all at once
    python -m bench.floor down SHEET    remove it, found by its label

It forgives nothing, tells nothing and cleans nothing up: less than this cannot be asked of the
engine. A sheet is what `bench.sheet` writes.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import docker
from docker.utils import kwargs_from_env

from bench.psql import pipe

PAUSE = 0.005
"""Seconds between two questions; without a pause they keep the servers from starting."""
PATIENCE = 60.0
"""Seconds after which a server is given up."""

Sheet = dict[str, Any]


def main(way: str, path: str) -> None:
    """Go one way with the sheet at this path."""
    sheet = json.loads(Path(path).read_text())
    client = connect(sheet)
    up(client, sheet) if way == "up" else down(client, sheet)


def connect(sheet: Sheet) -> docker.APIClient:
    """Return a client that asks for nothing beforehand, with a connection for every thread."""
    many = 4 * len(sheet["servers"]) + 8
    where = kwargs_from_env()
    client = docker.APIClient(**where, version=sheet["api"], num_pools=many, max_pool_size=many)
    # Looking for a .netrc at every request takes half of the time of a short one.
    client.trust_env = False
    return client


def up(client: docker.APIClient, sheet: Sheet) -> None:
    """Make the network and all servers; returns when all are ready and seeded."""
    with ThreadPoolExecutor(len(sheet["servers"]) + 1) as pool:
        network = pool.submit(make_network, client, sheet)
        servers = [pool.submit(bring_up, client, one, network) for one in sheet["servers"]]
        for server in servers:
            server.result()


def make_network(client: docker.APIClient, sheet: Sheet) -> None:
    """Make the network that all are on."""
    client.create_network(sheet["network"], driver="bridge", labels=sheet["labels"])


def bring_up(client: docker.APIClient, server: Sheet, network: Future[None]) -> None:
    """Create, start, wait, seed; the engine wants the network only at the start."""
    with held_port() as held:
        port = held.getsockname()[1]
        server["body"]["HostConfig"]["PortBindings"] = {
            f"{server['port']}/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]
        }
        container = client.create_container_from_config(server["body"])["Id"]  # type: ignore[no-untyped-call]
        network.result()
        client.start(container)
    wait(port, server["send"].encode("latin-1"), server["expect"].encode("latin-1"))
    for seed in server["seeds"]:
        pipe(client, container, seed["argv"], server["client_env"], seed["file"])


def held_port() -> socket.socket:
    """Return a socket that keeps a free port for us until the engine has it."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def wait(port: int, send: bytes, expect: bytes) -> None:
    """Ask until the answer is good. Raises TimeoutError."""
    until = time.monotonic() + PATIENCE
    while not answers(port, send, expect):
        if time.monotonic() > until:
            raise TimeoutError(f"port {port} gives no good answer")
        time.sleep(PAUSE)


def answers(port: int, send: bytes, expect: bytes) -> bool:
    """Whether the server's answer is good."""
    received = b""
    try:
        with socket.create_connection(("127.0.0.1", port), 1.0) as connection:
            connection.sendall(send)
            while piece := connection.recv(1 << 16):
                received += piece
                if re.search(expect, received):
                    return True
    except OSError:
        pass
    return False


def down(client: docker.APIClient, sheet: Sheet) -> None:
    """Remove all containers at once, with their volumes, then the network."""
    label = [f"{key}={value}" for key, value in sheet["labels"].items()]
    found = client.containers(all=True, filters={"label": label})
    with ThreadPoolExecutor(max(1, len(found))) as pool:
        gone = [
            pool.submit(client.remove_container, one["Id"], v=True, force=True) for one in found
        ]
        for one in gone:
            one.result()
    client.remove_network(sheet["network"])


if __name__ == "__main__":
    main(*sys.argv[1:])

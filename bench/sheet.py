"""Writes down for a child process what the engine is to be asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docker

from bench.servers import Server

LABEL = "greenroom-bench"
"""The label of all that the measurements make by themselves; its value names one measurement."""


def write(path: Path, token: str, servers: Sequence[Server]) -> None:
    """Write a sheet: names, labels, the version of the engine's API, and every server."""
    sheet = {
        "network": f"{LABEL}-{token}",
        "labels": {LABEL: token},
        "api": docker.from_env().api.api_version,
        "servers": [entry(server, token) for server in servers],
    }
    path.write_text(json.dumps(sheet))


def entry(server: Server, token: str) -> dict[str, Any]:
    """Return one server as JSON has it; bytes become the text with the same Latin-1 letters."""
    return {
        "name": server.name,
        "image": server.image,
        "command": server.command,
        "env": dict(server.env),
        "port": server.port,
        "send": server.send.decode("latin-1"),
        "expect": server.expect,
        "client_env": dict(server.client_env),
        "seeds": [{"file": str(seed.file), "argv": seed.argv} for seed in server.seeds],
        "body": body(server, token),
    }


def body(server: Server, token: str) -> dict[str, Any]:
    """Return the body of the engine's create call (ContainerCreate of its API), without ports."""
    network = f"{LABEL}-{token}"
    return {
        "Image": server.image,
        "Entrypoint": server.entrypoint,
        "User": server.run_as or "",
        "Cmd": server.command,
        "Env": [f"{name}={value}" for name, value in server.env],
        "Labels": {LABEL: token},
        "ExposedPorts": {f"{server.port}/tcp": {}},
        "HostConfig": {"NetworkMode": network},
        "NetworkingConfig": {"EndpointsConfig": {network: {"Aliases": [server.name]}}},
    }

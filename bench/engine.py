"""What the measurements themselves ask of the engine, beside the clock."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

import docker

from bench.servers import PASSWORD, USER
from bench.sheet import LABEL

COUNT = ["psql", "--no-psqlrc", "-tA", "--command", "SELECT count(*) FROM accounts"]


def remove(token: str) -> None:
    """Remove everything that carries this token; nothing is fine."""
    client, label = docker.from_env().api, {"label": f"{LABEL}={token}"}
    for container in client.containers(all=True, filters=label):
        with suppress(docker.errors.NotFound):
            client.remove_container(container["Id"], v=True, force=True)
    for network in client.networks(filters=label):
        client.remove_network(network["Id"])


def version() -> str:
    """Return the engine's name and version."""
    return f"docker {docker.from_env().api.version()['Version']}"


def looks(label: str) -> Counter[str]:
    """Return what the containers with this label are made of, as lines with how often each is.

    Two contenders did the same work when their lines are the same.
    """
    client = docker.from_env().api
    found = client.containers(all=True, filters={"label": label})
    return Counter(look(client, client.inspect_container(one["Id"])) for one in found)


def row_counts(label: str) -> Counter[str]:
    """Return only how many rows there are, of those that are not made in the same way."""
    client = docker.from_env().api
    found = client.containers(all=True, filters={"label": label})
    return Counter(f"{rows(client, client.inspect_container(one['Id']))} rows" for one in found)


def look(client: docker.APIClient, found: dict[str, Any]) -> str:
    """Return what matters of one container in one line."""
    config, host = found["Config"], found["HostConfig"]
    published = {
        (port, binding["HostIp"])
        for port, bindings in host["PortBindings"].items()
        for binding in bindings
    }
    parts = {
        "image": found["Image"],
        "command": [*(config["Entrypoint"] or []), *(config["Cmd"] or [])],
        "env": sorted(config["Env"] or []),
        "published": sorted(published),
        "tmpfs": host.get("Tmpfs") or {},
        "mounts": sorted(mount["Destination"] for mount in found["Mounts"]),
        "limits": (host.get("Memory"), host.get("NanoCpus")),
        "rows": rows(client, found),
    }
    return " ".join(f"{name}={value}" for name, value in parts.items())


def rows(client: docker.APIClient, found: dict[str, Any]) -> str:
    """Return how many rows the seeded table has; nothing for what is no Postgres."""
    config = found["Config"]
    if "postgres" not in [*(config["Entrypoint"] or []), *(config["Cmd"] or [])]:
        return ""
    env = {"PGUSER": USER, "PGPASSWORD": PASSWORD, "PGDATABASE": USER}
    execution = client.exec_create(found["Id"], COUNT, environment=env)
    answer: bytes = client.exec_start(execution["Id"])
    return answer.decode().strip()

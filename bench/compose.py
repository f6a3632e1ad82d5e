"""The same servers for Docker Compose, seeded as its users do: by the image's own start scripts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from bench.place import Place
from bench.servers import PASSWORD, USER, Server
from bench.sheet import LABEL

CHECKS = {
    "postgres": ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", USER],
    "redis": ["CMD", "redis-cli", "-a", PASSWORD, "ping"],
    # The image's own tool takes a second of both cores, and breaks a server that is still starting.
    "rabbitmq": ["CMD", "bash", "-c", "</dev/tcp/127.0.0.1/5672"],
}
"""Health checks by image. The smallest image of NATS has nothing to ask with."""

ROWS = "/seeds/accounts.csv"
COPY = f"\\copy accounts FROM '{ROWS}' WITH (FORMAT csv, HEADER true)\n"


def installed() -> bool:
    """Whether this machine has Docker Compose."""
    try:
        return subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def write(place: Place) -> Path:
    """Write the file and what it needs; JSON is YAML too."""
    (place.folder / "copy.sql").write_text(COPY)
    path = place.folder / "compose.json"
    services = {server.name: service(server, place) for server in place.servers}
    path.write_text(json.dumps({"services": services}))
    return path


def service(server: Server, place: Place) -> dict[str, Any]:
    """Return one service."""
    check = CHECKS.get(server.image.rpartition("/")[2].partition(":")[0])
    seeds = ["schema.sql:/docker-entrypoint-initdb.d/1.sql", f"accounts.csv:{ROWS}"]
    seeds.append("copy.sql:/docker-entrypoint-initdb.d/2.sql")
    entry = {
        "image": server.image,
        "command": server.command,
        "environment": dict(server.env),
        "ports": [f"127.0.0.1::{server.port}"],
        "labels": {LABEL: place.token},
        "healthcheck": check and {"test": check, "interval": "1s", "retries": 60},
        "volumes": [f"{place.folder}/{seed}:ro" for seed in seeds] if server.seeds else None,
    }
    return {key: value for key, value in entry.items() if value}

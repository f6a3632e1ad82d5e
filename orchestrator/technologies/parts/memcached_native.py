"""Memcached as a process of this host."""

from __future__ import annotations

from orchestrator.model.native import Native

NATIVE = Native(
    servers=("memcached",),
    version=r"memcached (\d+(?:\.\d+)*)",
    places=("/opt/homebrew/bin",),
    packages={"apt-get": "memcached", "brew": "memcached"},
    # Root has to name somebody whom it becomes; others stay who they are.
    command=("memcached", "-l", "127.0.0.1", "-p", "${self.port}", "-u", "nobody"),
)

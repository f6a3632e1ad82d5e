"""How the relay is started; apart from the relay, whose imports only the relay itself needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

RELAY = Path(__file__).with_name("relay.py")


def relay_command(python: str, gateway: str, ports: Mapping[int, int]) -> tuple[str, ...]:
    """Return the command that leads each of these ports of the gateway to one of the loopback.

    It starts the relay by its path and without the site's packages: that is quicker, and no module
    in the folder where it starts is taken for ours.
    """
    host = f"[{gateway}]" if ":" in gateway else gateway
    routes = (f"{host}:{port}=127.0.0.1:{target}" for port, target in ports.items())
    return (python, "-I", "-S", str(RELAY), *routes)

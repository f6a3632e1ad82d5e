"""What the engine lists and inspects, in Greenroom's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from orchestrator.model.launch import Found, State

STATUS = {
    "created": "created",
    "initialized": "created",  # Podman's word
    "configured": "created",  # Podman's word
    "running": "running",
    "paused": "running",
    "restarting": "running",
    "removing": "exited",
    "exited": "exited",
    "stopped": "exited",  # Podman's word
    "dead": "exited",
}
UNUSUAL = ("paused", "restarting", "removing", "dead")
"""The engine's words that say more than ours, and so are kept as the detail."""


def container(engine: str, item: Mapping[str, Any]) -> Found:
    """A container of ContainerList."""
    names = item.get("Names") or [""]
    return Found(
        engine=engine,
        kind="container",
        id=item["Id"],
        labels=dict(item.get("Labels") or {}),
        name=names[0].removeprefix("/"),
        ports=_ports(item.get("Ports") or []),
        state=listed_state(str(item.get("State", "")), str(item.get("Status", ""))),
    )


def network(engine: str, item: Mapping[str, Any]) -> Found:
    """A network of NetworkList."""
    return Found(engine, "network", item["Id"], dict(item.get("Labels") or {}), item["Name"])


def listed_state(state: str, status: str) -> State:
    """The state of a listed container; `status` is the sentence that `docker ps` shows."""
    code = re.match(r"Exited \((-?\d+)\)", status)
    health = re.search(r"\((?:health: )?(starting|healthy|unhealthy)\)", status)
    return State(
        status=STATUS.get(state.lower(), "exited"),
        exit_code=int(code[1]) if code else None,
        health=health[1] if health else "",
        detail=state if state in UNUSUAL else "",
    )


def inspected_state(item: Mapping[str, Any]) -> State:
    """The state of a container of ContainerInspect."""
    state = item["State"]
    word, status = str(state["Status"]), STATUS.get(str(state["Status"]).lower(), "exited")
    health = state.get("Health") or state.get("Healthcheck") or {}
    verdict = str(health.get("Status") or "").replace("none", "")
    return State(
        status=status,
        exit_code=state.get("ExitCode") if status == "exited" else None,
        out_of_memory=bool(state.get("OOMKilled")),
        health=verdict,
        detail=_detail(state, word, verdict, health),
    )


def gateway(item: Mapping[str, Any]) -> str | None:
    """The host's own address on a network of NetworkInspect or NetworkList; the IPv4 one first."""
    settings = (item.get("IPAM") or {}).get("Config") or []
    gateways = [each["Gateway"].partition("/")[0] for each in settings if each.get("Gateway")]
    return min(gateways, key=lambda text: ":" in text, default=None)


def _ports(items: list[Mapping[str, Any]]) -> dict[int, int]:
    """The published TCP ports; the engine lists one for each address family."""
    return {
        item["PrivatePort"]: item["PublicPort"]
        for item in items
        if item.get("PublicPort") and item.get("Type", "tcp") == "tcp"
    }


def _detail(state: Mapping[str, Any], word: str, verdict: str, health: Mapping[str, Any]) -> str:
    """What explains a state: the engine's error or own word, or what the health check said last."""
    if state.get("Error"):
        return str(state["Error"])
    if word in UNUSUAL:
        return word
    checks = health.get("Log") or []
    if verdict in ("", "healthy") or not checks:
        return ""
    return str(checks[-1].get("Output", "")).strip().rpartition("\n")[2]

"""What the engine lists and inspects, in Greenroom's words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.engines.docker.answers import Item, labels, number, part, parts, text, texts
from orchestrator.model.launch import Found, Image, State

STATUS = {
    "created": "created",
    "initialized": "created",  # Podman's word
    "configured": "created",  # Podman's word
    "running": "running",
    "paused": "running",
    "restarting": "exited",
    "removing": "exited",
    "exited": "exited",
    "stopped": "exited",  # Podman's word
    "dead": "exited",
}
UNUSUAL = ("paused", "restarting", "removing", "dead")
"""The engine's words that say more than ours, and so are kept as the detail."""
LOOP = 2
"""So many restarts are a loop: what it needed was ready before its start."""


def container(engine: str, thing: Item) -> Found:
    """A container of ContainerList."""
    names = texts(thing, "Names") or [""]
    return Found(
        engine=engine,
        kind="container",
        id=text(thing, "Id"),
        labels=labels(thing),
        name=names[0].removeprefix("/"),
        ports=_ports(parts(thing, "Ports")),
        state=listed_state(str(thing.get("State", "")), str(thing.get("Status", ""))),
        image=str(thing.get("ImageID") or ""),
    )


def network(engine: str, thing: Item) -> Found:
    """A network of NetworkList."""
    return Found(engine, "network", text(thing, "Id"), labels(thing), text(thing, "Name"))


def images(engine: str, thing: Item) -> Iterator[Image]:
    """An image of ImageList, once for each of its names; without one it goes by its id alone."""
    names = [name for name in texts(thing, "RepoTags") if "<none>" not in name]
    size, created = number(thing, "Size") or 0, number(thing, "Created") or 0
    for name in names or [""]:
        yield Image(engine, text(thing, "Id"), name, labels(thing), size, created)


def listed_state(state: str, status: str) -> State:
    """The state of a listed container; `status` is the sentence that `docker ps` shows."""
    code = re.match(r"(?:Exited|Restarting) \((-?\d+)\)", status)
    health = re.search(r"\((?:health: )?(starting|healthy|unhealthy)\)", status)
    return State(
        status=STATUS.get(state.lower(), "exited"),
        exit_code=int(code[1]) if code else None,
        health=health[1] if health else "",
        detail=state if state in UNUSUAL else "",
    )


def inspected_state(thing: Item) -> State:
    """The state of a container of ContainerInspect; one that restarts in a loop has ended."""
    state, word = part(thing, "State"), text(part(thing, "State"), "Status")
    status = "exited" if _loops(thing) else STATUS.get(word.lower(), "exited")
    health = part(state, "Health") or part(state, "Healthcheck")
    # While it runs once more, the code of its last end is not known any more.
    ended = status == "exited" and word != "running"
    return State(
        status=status,
        exit_code=number(state, "ExitCode") if ended else None,
        out_of_memory=bool(state.get("OOMKilled")),
        health=str(health.get("Status") or "").replace("none", ""),
        detail=_restarts(thing) if _loops(thing) else _detail(state, word, health),
    )


def gateway(thing: Item) -> str | None:
    """The host's own address on a network of NetworkInspect or NetworkList; the IPv4 one first."""
    settings = parts(part(thing, "IPAM"), "Config")
    gateways = [text(each, "Gateway").partition("/")[0] for each in settings if each.get("Gateway")]
    return min(gateways, key=lambda address: ":" in address, default=None)


def _ports(things: list[Item]) -> dict[int, int]:
    """The published TCP ports; the engine lists one for each address family."""
    pairs = (
        (number(each, "PrivatePort"), number(each, "PublicPort"))
        for each in things
        if each.get("Type", "tcp") == "tcp"
    )
    return {private: public for private, public in pairs if private and public}


def _loops(thing: Item) -> bool:
    """Whether a container ends again and again, and its policy only starts it once more."""
    policy = part(part(thing, "HostConfig"), "RestartPolicy").get("Name")
    again = (number(thing, "RestartCount") or 0) >= LOOP and policy not in (None, "", "no")
    return again or bool(part(thing, "State").get("Restarting"))


def _restarts(thing: Item) -> str:
    count = number(thing, "RestartCount") or 0
    return f"restarted {count} times" if count > 1 else "restarting"


def _detail(state: Item, word: str, health: Item) -> str:
    """What explains a state: the engine's error or own word, or what the health check said last."""
    if state.get("Error"):
        return str(state["Error"])
    if word in UNUSUAL:
        return word
    checks = parts(health, "Log")
    if health.get("Status") in (None, "", "none", "healthy") or not checks:
        return ""
    return str(checks[-1].get("Output", "")).strip().rpartition("\n")[2]

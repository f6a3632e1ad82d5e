"""Starting a module of testcontainers: its own code does, but for what creates the container.

A child runs the module in the project's interpreter. What would create the container comes to us,
is laid under what the run wants of each container (its network, labels, ports on loopback), and is
created and started as all others are. So what removal depends on is there from the first moment,
and the module's own reaper has nothing to do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from orchestrator.engines.docker import starting
from orchestrator.engines.docker.body import merged
from orchestrator.engines.docker.client import Api
from orchestrator.engines.engine import Engine
from orchestrator.errors import EngineError, ModuleFailed
from orchestrator.model.launch import Found, Launch
from orchestrator.model.module import ModuleStart
from orchestrator.modules.conversation import Child, Ended
from orchestrator.waiting import Deadline, Stopped, TimedOut

LOOK_SECONDS = 0.5
"""Between two looks at whether the container still runs, while its module waits."""

EVIDENCE_SECONDS = 3.0
EVIDENCE_LINES = 20

OURS = frozenset({"Image", "Env", "Labels", "ExposedPorts", "NetworkingConfig", "NetworkDisabled"})
OURS_OF_HOST = frozenset({"PortBindings", "NetworkMode", "PublishAllPorts", "AutoRemove", "Links"})
"""What a run decides about its containers, whatever a module wants."""


def start(api: Api, engine: Engine, launch: Launch, how: ModuleStart, deadline: Deadline) -> Found:
    """Start a module and wait as long as it waits itself. On failure nothing of it is left.

    Raises ModuleFailed with the module's words, PortTaken when a host port belongs to somebody
    else, or what creating and starting a container raise.
    """
    module = how.module
    try:
        with Child(module.python, module.folder, api.environ) as child:
            child.say({"do": "start", **request(api, how, deadline)})
            prepared = laid_under(launch, answer(child, "create", deadline))
            container = starting.create(api, prepared, deadline)
            found = starting.created(engine.name, prepared, container)
            with starting.undone(api, container, deadline.stop):
                started(api, engine, prepared, found, child, deadline)
            return found
    except Ended as ended:
        raise ModuleFailed(f"{module}: {ended}") from ended


def started(
    api: Api, engine: Engine, launch: Launch, found: Found, child: Child, deadline: Deadline
) -> None:
    """Start what was created, and wait until its module is content with it."""
    starting.fill(api, launch, found.id, deadline)
    child.say({"id": found.id})
    try:
        answer(child, "start", deadline)
        starting.run(api, launch, found.id, deadline)
        child.say({})
        answer(child, "done", deadline, watching(engine, found, deadline))
    except Ended as ended:
        raise failed(engine, found, str(ended)) from ended
    except ModuleFailed as error:
        raise failed(engine, found, error.message, error.hint) from error
    except TimedOut as late:
        hint = f"if it needs more time: `timeout: 2m` in {found.instance}"
        words = "its module was still waiting for it when its time was over"
        raise failed(engine, found, words, hint) from late


def request(api: Api, how: ModuleStart, deadline: Deadline) -> dict[str, Any]:
    """Return all that a child has to know to start a module."""
    endpoint = api.endpoint
    where: dict[str, Any] = {"base_url": endpoint.url or None}
    if endpoint.tls:
        tls = endpoint.tls
        where["tls"] = {"client_cert": tls.cert, "ca_cert": tls.ca_cert, "verify": tls.verify}
    return {
        **how.module.request,
        "host": how.host,
        "ports": dict(how.ports),
        "engine": where,
        "seconds": deadline.remaining(24 * 3600.0),
    }


def answer(
    child: Child, wanted: str, deadline: Deadline, meanwhile: Callable[[], None] = lambda: None
) -> Any:
    """Return what a child says of this kind. Raises ModuleFailed when it says what went wrong."""
    said = child.hear(deadline, meanwhile)
    if wanted in said:
        return said[wanted]
    words = said.get("failed") or said.get("message") or f"said {said} instead of {wanted}"
    raise ModuleFailed(str(words))


def laid_under(launch: Launch, body: Mapping[str, Any]) -> Launch:
    """Return the launch with what a module wants of its container under what it says itself."""
    host = {
        key: value
        for key, value in (body.get("HostConfig") or {}).items()
        if key not in OURS_OF_HOST and value not in (None, [], {})
    }
    wanted = {key: value for key, value in body.items() if key not in OURS and value is not None}
    labels = {
        key: value
        for key, value in (body.get("Labels") or {}).items()
        # By these the reaper of the user's own containers would find ours.
        if not key.startswith("org.testcontainers")
    }
    env = dict(pair.partition("=")[::2] for pair in body.get("Env") or [])
    if launch.hostname:
        wanted.pop("Hostname", None)
    return replace(
        launch,
        env={**env, **launch.env},
        options=merged({**wanted, "Labels": labels, "HostConfig": host}, launch.options),
    )


def watching(engine: Engine, found: Found, deadline: Deadline) -> Callable[[], None]:
    """Return what looks now and then whether the container still runs.

    Raises ModuleFailed when it does not: many modules would wait for a dead one until the end.
    """
    looked = time.monotonic()

    def look() -> None:
        nonlocal looked
        if time.monotonic() - looked < LOOK_SECONDS:
            return
        state = engine.state(found, deadline)
        looked = time.monotonic()
        if not state.alive:
            raise ModuleFailed("has ended")

    return look


def failed(engine: Engine, found: Found, words: str, hint: str = "") -> ModuleFailed:
    """Return the failure with all that is known of the container, which goes away now."""
    state, log = "", tuple[str, ...]()
    deadline = Deadline.after(EVIDENCE_SECONDS)
    try:
        known = engine.state(found, deadline)
        state = str(known)
        if not known.alive:
            # Whatever the module says of it, that is the cause.
            words, hint = f"{found.instance} {known} before its module was content with it", ""
        lines = engine.logs(found, deadline, tail=EVIDENCE_LINES)
        log = tuple(line.text for line in lines)
    except (EngineError, Stopped, TimedOut):
        pass
    return ModuleFailed(words, state=state, log=log, hint=hint)

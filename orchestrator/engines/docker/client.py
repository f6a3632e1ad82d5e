"""The engine's API, each call of which ends in time and fails in our words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

from orchestrator.engines.docker.answers import Half, parsed
from orchestrator.engines.docker.dialling import Dialler
from orchestrator.engines.docker.endpoint import Endpoint, find
from orchestrator.engines.docker.exchange import JSON_BODY, Query, ask, target
from orchestrator.engines.docker.patience import GRACE, outliving
from orchestrator.engines.docker.refusals import translated
from orchestrator.engines.docker.stream import Stream
from orchestrator.engines.docker.wire import Wire
from orchestrator.errors import EngineUnavailable
from orchestrator.waiting import Abandoned, Deadline, Stopped

ANSWERS_WITHIN = 30.0
"""Seconds of silence after which an engine that was asked something is given up."""
PODMAN = "Libpod-API-Version"
"""The header by which Podman tells its own version."""
ACTS_WITHIN = 120.0
"""The same for one that has to do something: under load it takes long to create and to start."""


class Turns:
    """One after the other where it is Podman that answers, all at once elsewhere.

    What starts or is removed at the same time as something else, Podman's networks may forget. All
    of a process share one lock: several engine objects may lead to the same Podman.
    """

    _lock = threading.Lock()

    def __init__(self) -> None:
        self._needed = False

    def note(self, answer: HTTPResponse) -> None:
        """Learn from any answer who it is; Podman says so in each."""
        self._needed = self._needed or PODMAN in answer.headers

    def turn(self) -> AbstractContextManager[object]:
        """The turn of a call that changes who is in a network."""
        return self._lock if self._needed else nullcontext()


class Client:
    """The short calls of one verb, each over a connection of its own."""

    def __init__(self, dialler: Dialler, deadline: Deadline, turns: Turns) -> None:
        self._dialler = dialler
        self._deadline = deadline
        self._turns = turns

    def turn(self) -> AbstractContextManager[object]:
        """The turn of a call that changes who is in a network."""
        return self._turns.turn()

    def get(self, path: str, query: Query | None = None) -> Any:
        """Ask something, and once more when the connection was cut. Stops at once when ordered."""
        wanted = target(path, query or {})
        try:
            return self._answer(self._deadline, ANSWERS_WITHIN, "GET", wanted)
        except (HTTPException, ConnectionResetError, BrokenPipeError, Half):
            return self._answer(self._deadline, ANSWERS_WITHIN, "GET", wanted)

    def change(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Mapping[str, Any] | Iterable[bytes] | None = None,
        *,
        at_once: bool = False,
    ) -> Any:
        """Have something done; the body is sent as JSON, or piece by piece as it comes.

        What the engine does `at_once` it may not be silent about for as long as about the rest. At
        the order to stop the call goes on for GRACE seconds, and raises Abandoned then.
        """
        self._deadline.check()
        longer = outliving(self._deadline, GRACE)
        data, headers = (_json(body), JSON_BODY) if isinstance(body, Mapping) else (body, {})
        try:
            wanted = target(path, query or {})
            silence = ANSWERS_WITHIN if at_once else ACTS_WITHIN
            return self._answer(longer, silence, method, wanted, headers, data)
        except Stopped:
            if longer.stop.ordered:
                raise Abandoned from None
            raise

    def _answer(
        self,
        deadline: Deadline,
        silence: float,
        method: str,
        wanted: str,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Any:
        deadline.check()
        wire = Wire(self._dialler.dial(deadline), deadline, silence)
        try:
            answer = ask(wire, self._dialler.host, method, wanted, headers or {}, body)
            self._turns.note(answer)
            return parsed(answer.read())
        finally:
            wire.hang_up()


class Api:
    """The engine's API; it is looked for at the first call."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self._endpoint: Endpoint | None = None
        self._dialler: Dialler | None = None
        self._lock = threading.Lock()
        self._turns = Turns()

    @property
    def endpoint(self) -> Endpoint:
        """Where the engine answers. Raises EngineUnavailable when the settings make no sense."""
        if self._endpoint is None:
            try:
                self._endpoint = find(self.environ, Path.home())
            except EngineUnavailable:
                raise
            except Exception as error:  # The SDK raises bare ones for a context it cannot read.
                raise EngineUnavailable(
                    f"the Docker settings make no sense: {error}",
                    hint="correct DOCKER_HOST, DOCKER_CERT_PATH, or the Docker context",
                ) from error
        return self._endpoint

    @contextmanager
    def calls(self, deadline: Deadline, doing: str) -> Iterator[Client]:
        """A client for calls that end by the deadline and fail in our words."""
        with translated(doing, self.endpoint):
            yield Client(self._connected(), deadline, self._turns)

    def stream(
        self,
        deadline: Deadline,
        doing: str,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        begins_within: float = float("inf"),
    ) -> Stream:
        """Ask for an answer that comes piece by piece. To be closed by the caller.

        `begins_within` is how many seconds of silence there may be before its head.
        """
        with translated(doing, self.endpoint):
            deadline.check()
            dialler = self._connected()
            wire = Wire(dialler.dial(deadline), deadline, begins_within)
            try:
                wanted = target(path, query or {})
                answer = ask(wire, dialler.host, method, wanted, headers or {}, body)
            except BaseException:
                wire.hang_up()
                raise
            wire.bear_silence()
            return Stream(wire, answer, lambda: translated(doing, self.endpoint))

    def _connected(self) -> Dialler:
        with self._lock:
            if self._dialler is None:
                self._dialler = Dialler(self.endpoint)
            return self._dialler


def _json(body: Mapping[str, Any]) -> str:
    # A manifest's own settings may hold dates, which YAML knows and JSON does not.
    return json.dumps(body, default=str)

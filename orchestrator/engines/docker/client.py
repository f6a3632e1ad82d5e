"""One client of the SDK for all threads; its calls end by their deadline, failing in our words."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import docker
from docker.transport import UnixHTTPAdapter
from requests import PreparedRequest, Response

from orchestrator.engines.docker.endpoint import Endpoint, find
from orchestrator.engines.docker.refusals import translated
from orchestrator.engines.docker.stream import Stream
from orchestrator.errors import EngineUnavailable
from orchestrator.waiting import Deadline

LIMIT = 120
"""Seconds after which an engine that says nothing at all is given up, whatever the deadline."""
CONNECTIONS = 64

_deadline: ContextVar[Deadline] = ContextVar("deadline")


class Client(docker.APIClient):
    """The SDK's client, with the deadline of whoever calls as every request's time limit.

    A call under way is not abandoned at the order to stop, only at the deadline: what it makes has
    to be known, or nobody would remove it.
    """

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        """Send a request. Raises Stopped or TimedOut instead when its time is over already."""
        deadline = _deadline.get()
        deadline.check()
        kwargs["timeout"] = max(deadline.remaining(LIMIT), 0.01)
        # What the environment says of proxies and certificates is meant for the web.
        kwargs |= {"proxies": {}, "verify": self.verify, "cert": self.cert}
        return super().send(request, **kwargs)


class OnePool(UnixHTTPAdapter):
    """The SDK's way to a socket, with one pool of connections.

    The SDK's own has one for each URL, and closes the oldest of 25, be it in use or not.
    """

    def get_connection(self, url: bytes | str, proxies: Any = None) -> Any:  # noqa: ARG002
        """The same pool for every URL."""
        return super().get_connection("http+docker://localhost", proxies)


class Api:
    """The engine's API: short calls through the SDK, long answers as streams."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._endpoint: Endpoint | None = None
        self._client: Client | None = None
        self._lock = threading.Lock()

    @property
    def endpoint(self) -> Endpoint:
        """Where the engine answers. Raises EngineUnavailable when the settings make no sense."""
        if self._endpoint is None:
            try:
                self._endpoint = find(self._environ, Path.home())
            except Exception as error:  # The SDK raises bare ones for a context it cannot read.
                raise EngineUnavailable(
                    f"the Docker settings make no sense: {error}",
                    hint="correct DOCKER_HOST, DOCKER_CERT_PATH, or the Docker context",
                ) from error
        return self._endpoint

    @contextmanager
    def calls(self, deadline: Deadline, doing: str) -> Iterator[Client]:
        """The client, for calls of this thread that end by the deadline and fail in our words."""
        token = _deadline.set(deadline)
        try:
            with translated(doing, deadline, self.endpoint):
                yield self._connected()
        finally:
            _deadline.reset(token)

    def stream(
        self,
        deadline: Deadline,
        doing: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Stream:
        """Ask for an answer that comes piece by piece. To be closed by the caller."""
        with self.calls(deadline, doing) as client:
            return Stream.open(
                client,
                deadline,
                method,
                path,
                translate=lambda: translated(doing, deadline, self.endpoint),
                query=query or {},
                headers=headers or {},
                body=body,
            )

    def _connected(self) -> Client:
        """The one client, made at its first use, because that asks the engine for its version."""
        with self._lock:
            if self._client is None:
                self._client = _connect(self.endpoint)
            return self._client


def _connect(endpoint: Endpoint) -> Client:
    client = Client(
        base_url=endpoint.url or None,
        version="auto",
        timeout=LIMIT,
        tls=endpoint.tls or False,
        max_pool_size=CONNECTIONS,
    )
    # Looking for a .netrc at every request takes half of the time of a short one.
    client.trust_env = False
    if endpoint.url.startswith(("unix:", "http+unix:")):
        socket = "http+unix://" + endpoint.url.partition("://")[2]
        client.mount("http+docker://", OnePool(socket, LIMIT, 1, CONNECTIONS))
    return client

"""The one place where what the SDK, HTTP and the sockets raise becomes Greenroom's own errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from socket import gaierror
from ssl import SSLError

import requests
from docker.errors import APIError, DockerException
from urllib3.exceptions import NewConnectionError

from orchestrator.engines.docker.endpoint import Endpoint
from orchestrator.errors import EngineError, EngineUnavailable, Gone, ImageUnavailable, PortTaken
from orchestrator.waiting import Deadline, TimedOut

# The engine tells a taken port by its words alone, and with the same status as everything else.
PORT_TAKEN = ("port is already allocated", "address already in use")
POOLS_EMPTY = ("predefined address pools", "non-overlapping IPv4 address pool")
NO_IMAGE = ("no such image", "image not known")
NOT_THERE = ("is not running", "no such container", "no such exec", "can only create exec sessions")
STARTING = "start Docker (or Podman's socket), or point DOCKER_HOST at an engine that runs"


class Refusal(Exception):
    """An answer by which the engine refused a call, of which the SDK did not know."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(status, words)
        self.words = words


@contextmanager
def translated(doing: str, deadline: Deadline, endpoint: Endpoint) -> Iterator[None]:
    """Let no foreign exception out: "cannot `doing`", and the engine's words.

    Raises TimedOut when the deadline was the cause, EngineUnavailable when nobody answers, and
    otherwise the EngineError that fits.
    """
    try:
        yield
    except APIError as error:
        raise refused(doing, str(error.explanation or error)) from error
    except Refusal as error:
        raise refused(doing, error.words) from error
    except (DockerException, requests.RequestException, HTTPException, OSError) as error:
        raise _broken(doing, error, deadline, endpoint) from error


def refused(doing: str, words: str) -> EngineError:
    """The error for an answer by which the engine refused a call, told apart by its words."""
    message, lower = f"cannot {doing}: {words.strip()}", words.lower()
    if _says(lower, PORT_TAKEN):
        return PortTaken(message, port=_port_in(words), hint="use another host port, or none")
    if _says(lower, POOLS_EMPTY):
        hint = 'remove left-over networks with "greenroom prune" or "docker network prune"'
        return EngineError(message, hint=hint)
    if _says(lower, NO_IMAGE):
        return ImageUnavailable(message, hint="pull or build the image first")
    if _says(lower, NOT_THERE):
        return Gone(message)
    if "cannot assign requested address" in lower:
        return EngineError(message, hint="the engine has no interface with the published address")
    # Only an instance can be gone; a missing network or path is the engine's refusal.
    return EngineError(message)


def cut(doing: str) -> EngineError:
    """The error for an answer that ended before its end."""
    return EngineError(
        f"cannot {doing}: the connection to the engine ended in the middle of its answer",
        hint="see whether the engine was restarted, and try again",
    )


def _broken(
    doing: str, error: Exception, deadline: Deadline, endpoint: Endpoint
) -> EngineError | TimedOut:
    """What it means that a call had no whole answer, found out from all the causes of `error`."""
    causes = tuple(_causes(error))
    late = _any(causes, TimeoutError, requests.Timeout)
    if late and not deadline.remaining():
        return TimedOut(doing)
    silence = _silence(causes, endpoint)
    if silence:
        return silence
    if late:
        return EngineError(f"cannot {doing}: the engine took too long to answer")
    if _any(causes, requests.JSONDecodeError, HTTPException, ConnectionError):
        return cut(doing)
    return EngineError(f"cannot {doing}: {error}")


def _silence(causes: tuple[BaseException, ...], endpoint: Endpoint) -> EngineUnavailable | None:
    """Why no engine answers, with the next step to take; None when one does, or did."""
    where = str(endpoint)
    if _any(causes, FileNotFoundError):
        return EngineUnavailable(f"there is no container engine at {where}", hint=STARTING)
    if _any(causes, PermissionError):
        return EngineUnavailable(
            f"this user may not talk to the container engine at {where}",
            hint='add yourself to its group ("sudo usermod -aG docker $USER"), log in anew',
        )
    if _any(causes, gaierror):
        return EngineUnavailable(
            f"the host of the container engine at {where} is unknown",
            hint="correct the address, or the name resolution",
        )
    if _any(causes, SSLError):
        return EngineUnavailable(
            f"the engine at {where} and its certificates do not fit: {_words(causes, SSLError)}",
            hint="correct DOCKER_CERT_PATH and DOCKER_TLS_VERIFY, or the Docker context",
        )
    if _any(causes, ConnectionRefusedError, NewConnectionError, requests.ConnectTimeout):
        return EngineUnavailable(f"no container engine answers at {where}", hint=STARTING)
    return _unusable(str(causes[0]), where)


def _unusable(words: str, where: str) -> EngineUnavailable | None:
    """What the SDK says of an address that it cannot use at all."""
    if "bind address" in words:
        hint = "an address looks like unix:///var/run/docker.sock, tcp://host:2375 or ssh://host"
        return EngineUnavailable(f"{where} is no engine's address: {words}", hint=hint)
    if "paramiko" in words:
        return EngineUnavailable(words, hint='pip install "docker[ssh]"')
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all behind it: its causes, and what urllib3 and requests wrap as arguments."""
    waiting, seen = [error], set[int]()
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        behind = (current.__cause__, getattr(current, "reason", None), *current.args)
        waiting += [each for each in behind if isinstance(each, BaseException)]


def _any(causes: tuple[BaseException, ...], *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in causes)


def _words(causes: tuple[BaseException, ...], kind: type[BaseException]) -> str:
    return next(str(cause) for cause in causes if isinstance(cause, kind))


def _port_in(words: str) -> int:
    """The port that a refusal names, 0 when it names none."""
    named = re.search(r":(\d{2,5})(?=[\s:/]|$)", words)
    return int(named[1]) if named else 0


def _says(lower: str, texts: tuple[str, ...]) -> bool:
    return any(text.lower() in lower for text in texts)

"""The one place where what HTTP, the sockets and the SDK raise becomes Greenroom's own errors."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from socket import gaierror
from ssl import SSLError

from orchestrator.engines.docker.address import NoAddress, Unreachable
from orchestrator.engines.docker.answers import Half, Nonsense
from orchestrator.engines.docker.endpoint import Endpoint
from orchestrator.engines.docker.exchange import FAILURE, Refusal
from orchestrator.engines.docker.patience import Silent
from orchestrator.errors import EngineError, EngineUnavailable, Gone, ImageUnavailable, PortTaken
from orchestrator.model.printable import on_one_line
from orchestrator.waiting import TimedOut

# The engine tells most causes by its words alone, and with the same status as everything else.
PORT_TAKEN = ("port is already allocated", "address already in use")
NO_IMAGE = ("no such image", "image not known")
NOT_THERE = ("is not running", "no such container", "no such exec", "can only create exec sessions")
MAKE_ROOM = """\
make room: "docker system df" shows what takes it, "greenroom prune" and "docker system prune" \
remove what nobody uses"""
HINTS = (
    (
        ("predefined address pools", "non-overlapping ipv4 address pool"),
        'remove left-over networks with "greenroom prune" or "docker network prune"',
    ),
    (
        ("no space left on device", "disk quota exceeded"),
        MAKE_ROOM,
    ),
    (
        ("too many open files",),
        'start less at once, or raise the limit of open files ("ulimit -n") here or for the engine',
    ),
    (
        ("is already in use by container", "name is already in use"),
        'see whose it is with "greenroom ps", and remove it with "greenroom down"',
    ),
    (
        ("is using its referenced image", "image is being used by", "image is in use"),
        "remove the container first",
    ),
    (("cannot assign requested address",), "the engine has no interface with that address"),
    (("http request to an https server",), "set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH"),
)
"""What to do about a refusal that says one of these."""

UNREACHED = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN}

STARTING = "start Docker (or Podman's socket), or point DOCKER_HOST at an engine that runs"
HANGING = 'see whether "docker info" answers; if it does not, restart the engine'
RESTARTED = "see whether the engine was restarted, and try again"
FAILING = 'try again; if it fails again, the engine\'s log says more ("journalctl -u docker")'
NO_ENGINE = "see what answers{place}: it may be a proxy, or something that is no container engine"
ASKING_SSH = """\
see that "ssh HOST docker version" works there without asking anything: the host's key has to be \
known, yours be accepted, and docker be on its PATH"""
ADDRESSES = "an address looks like unix:///var/run/docker.sock, tcp://host:2375 or ssh://host"


@contextmanager
def translated(doing: str, endpoint: Endpoint) -> Iterator[None]:
    """Let no foreign exception out: "cannot `doing`", and the engine's words.

    Raises EngineUnavailable when nobody answers, otherwise the EngineError that fits; a TimedOut
    says what was being done.
    """
    try:
        yield
    except TimedOut as error:
        if error.args:
            raise
        raise TimedOut(doing) from error
    except Refusal as error:
        raised = refused(doing, error.words, error.status)
        if error.foreign and not raised.hint:
            raised.hint = NO_ENGINE.format(place=f" at {endpoint}")
        raise raised from error
    except NoAddress as error:
        message = f"{endpoint} is no engine's address: {error}"
        raise EngineUnavailable(message, hint=ADDRESSES) from error
    except Silent as error:
        raise _silent(endpoint, error.seconds) from error
    except (Half, Nonsense, Unreachable, HTTPException, OSError, ValueError) as error:
        raise _broken(doing, error, endpoint) from error


def refused(doing: str, words: str, status: int = 0) -> EngineError:
    """The error for an answer by which the engine refused a call, told apart by its words."""
    message, lower = f"cannot {doing}: {on_one_line(words)}", words.lower()
    if _says(lower, PORT_TAKEN):
        return PortTaken(message, port=_port_in(words), hint="use another host port, or none")
    if _says(lower, NO_IMAGE):
        return ImageUnavailable(message, hint="pull or build the image first")
    if _says(lower, NOT_THERE):
        return Gone(message, hint='it has ended or was removed: see "greenroom ps"')
    # Only an instance can be gone; a missing network or path is the engine's refusal.
    hints = (hint for texts, hint in HINTS if _says(lower, texts))
    return EngineError(message, hint=next(hints, FAILING if status >= FAILURE else ""))


@contextmanager
def by_the_sdk(doing: str) -> Iterator[None]:
    """Let no exception out of what the SDK does with the files of this host but an EngineError."""
    try:
        yield
    except EngineError:
        raise
    except Exception as error:  # a broken config.json, a credential helper that fails, and more
        hint = "look at Docker's config.json and its credential helpers"
        words = on_one_line(str(error)) or type(error).__name__
        raise EngineError(f"cannot {doing}: {words}", hint=hint) from error


def cut(doing: str) -> EngineError:
    """The error for an answer that ended before its end."""
    message = f"cannot {doing}: the connection to the engine ended in the middle of its answer"
    return EngineError(message, hint=RESTARTED)


def _silent(endpoint: Endpoint, seconds: float) -> EngineUnavailable:
    message = f"the container engine at {endpoint} did not answer within {seconds:g} s"
    return EngineUnavailable(message, hint=HANGING)


def _broken(doing: str, error: Exception, endpoint: Endpoint) -> EngineError:
    """What it means that a call had no whole answer, found out from all the causes of `error`."""
    causes = tuple(_causes(error))
    if silence := _silence(causes, endpoint):
        return silence
    if _any(causes, Half, HTTPException, ConnectionError):
        return cut(doing)
    if _any(causes, Nonsense, ValueError):
        message = f"cannot {doing}: the answer from {endpoint} makes no sense: {error}"
        return EngineError(message, hint=NO_ENGINE.format(place=" there"))
    # Our own side can lack room and open files as well as the engine's.
    return refused(doing, _reason(causes), FAILURE)


def _silence(causes: tuple[BaseException, ...], endpoint: Endpoint) -> EngineUnavailable | None:
    """Why no engine answers, with the next step to take; None when one does, or did."""
    where = str(endpoint)
    if _any(causes, FileNotFoundError, NotADirectoryError):
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
    if _any(causes, ConnectionRefusedError) or _numbers(causes) & UNREACHED:
        return EngineUnavailable(f"no container engine answers at {where}", hint=STARTING)
    if "path too long" in str(causes[0]):
        message = f"{where} is no engine's address: {causes[0]}"
        return EngineUnavailable(message, hint=ADDRESSES)
    if _any(causes, Unreachable):
        words = _words(causes, Unreachable)
        hint = ASKING_SSH if where.startswith("ssh:") else STARTING
        return EngineUnavailable(f"no container engine answers at {where}: {words}", hint=hint)
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all behind it: its causes, and what the SDK's libraries wrap as arguments."""
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


def _numbers(causes: tuple[BaseException, ...]) -> set[int | None]:
    return {cause.errno for cause in causes if isinstance(cause, OSError)}


def _reason(causes: tuple[BaseException, ...]) -> str:
    """The system's words for what went wrong on our side."""
    strerrors = (cause.strerror for cause in causes if isinstance(cause, OSError))
    return next((words for words in strerrors if words), str(causes[0]))


def _port_in(words: str) -> int:
    """The port that a refusal names, 0 when it names none."""
    named = re.search(r":(\d{2,5})(?=[\s:/]|$)", words)
    return int(named[1]) if named else 0


def _says(lower: str, texts: tuple[str, ...]) -> bool:
    return any(text in lower for text in texts)

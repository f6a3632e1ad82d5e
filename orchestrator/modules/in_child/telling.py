"""Tells what a module is, from a rehearsal."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import re
from types import SimpleNamespace
from typing import Any

from .finding import kind, needs
from .making import made, parameters
from .rehearsing import HOST, Rehearsed, Surroundings
from .wrong import Wrong, said

FIRST_PORT = 61301
"""Stands in a rehearsal for the first port; the next ones stand for the others."""

ADDRESSES = re.compile(r"(url|uri|address|servers?|host|endpoint|connection_string|registry)$")
"""Ends the names of methods (without `get_`) and properties that say an address."""

URLS = ("connection_url", "url", "base_url", "api_url", "base_api_url", "endpoint")
"""What a module may call its address, the likeliest first."""

ACCESS = {
    "user": ("username", "user"),
    "password": ("password",),
    "database": ("dbname", "database"),
}

OURS = frozenset(
    {"host", "port", *ACCESS, "username", "dbname"}
    | {"cmd", "dialect", "driver", "seed", "wait_strategy_check_string"}
)
"""Names that mean something else already, or nothing to others, and become no fields."""


def described(request: dict[str, Any], around: Surroundings) -> dict[str, Any]:
    """Return all that is known of a module before it is started."""
    from testcontainers.core.container import DockerContainer

    cls = kind(request["use"])
    container = made(cls, request)
    body = rehearsal(container, request["use"].partition(".")[0])
    container._container = SimpleNamespace(id="rehearsal", status="running", reload=lambda: None)
    ports = ports_of(container, body)
    around.ports = {number: FIRST_PORT + at for at, number in enumerate(ports)}
    told = addresses(container)
    url = next((name for name in URLS if name in told), None)
    url = url or next((name for name in told if name.endswith(("_url", "_uri"))), "")
    ordered = sorted(ports, key=lambda one: str(around.ports[one]) not in told.get(url, ""))
    said = {name: template(text, ordered, around.ports) for name, text in told.items()}
    return {
        "version": importlib.metadata.version("testcontainers"),
        "image": container.image,
        "ports": [(number, ports[number]) for number in ordered],
        "url": said.pop(url, ""),
        "fields": {**texts(container, cls), **said},
        "overrides": cls.start is not DockerContainer.start,  # type: ignore[attr-defined]
        **{each: first(container, names) for each, names in ACCESS.items()},
    }


def rehearsal(container: Any, name: str) -> dict[str, Any]:
    """Start a module up to the creation of its container, and return what that would be."""
    try:
        container.start()
    except Rehearsed as end:
        return end.body
    except ImportError as error:
        raise Wrong("use", needs(name, error)) from error
    except Wrong:
        raise
    except Exception as error:
        raise refused(container, error) from error
    raise Wrong("use", "starts no container")


def refused(container: Any, error: Exception) -> Wrong:
    """Return why a container cannot be created as it is.

    Modules hand on what they do not know themselves, to the call that creates the container.
    """
    found = re.search(r"unexpected keyword argument '(\w+)'", str(error))
    if not isinstance(error, TypeError) or not found:
        return Wrong("arguments", said(error))
    cls, word = type(container), found[1]
    message = f'{cls.__name__} has no argument "{word}"'
    return Wrong("arguments", message, word=word, names=sorted(parameters(cls)))


def ports_of(container: Any, body: dict[str, Any]) -> dict[int, int | None]:
    """Return the ports, the main one first, each with the host's if the module insists on one."""
    written = [*container.ports, *(body.get("ExposedPorts") or {})]
    bound = (body.get("HostConfig") or {}).get("PortBindings") or {}
    numbers = [int(str(each).partition("/")[0]) for each in written if "/udp" not in str(each)]
    main = getattr(container, "port", None) if "port" in vars(container) else None
    numbers = sorted(dict.fromkeys(numbers), key=lambda number: str(number) != str(main))

    def fixed(number: int) -> int | None:
        places = bound.get(f"{number}/tcp") or [{}]
        return int(places[0].get("HostPort") or 0) or None

    return {number: fixed(number) for number in numbers}


def addresses(container: Any) -> dict[str, str]:
    """Return the addresses that a module says, by what it calls them."""
    found = {}
    for name in dir(type(container)):
        if name.startswith("_") or not ADDRESSES.search(name) or name == "get_container_host_ip":
            continue
        member = inspect.getattr_static(type(container), name)
        if inspect.isfunction(member) != name.startswith("get_"):
            continue
        try:
            value = getattr(container, name)
            value = value() if inspect.isfunction(member) else value
        except (Exception, SystemExit):  # noqa: S112 - it has no such address, or not this way
            continue
        short = name.removeprefix("get_")
        if isinstance(value, str) and HOST in value and short not in OURS:
            found[short] = value
    return found


def template(value: str, ports: list[int], stand_ins: dict[int, int]) -> str:
    """Return an address with references in the place of what stood for the host and the ports."""
    text = value.replace("${", "$${").replace(HOST, "${self.host}")
    for number in ports:
        own = "${self.port}" if number == ports[0] else f"${{self.{number}.port}}"
        text = text.replace(str(stand_ins[number]), own)
        # Some say the port inside where they mean the one outside.
        text = re.sub(rf"(?<=\$\{{self\.host\}}:){number}\b", own, text)
    return text


def texts(container: Any, cls: type) -> dict[str, str]:
    """Return what the module's own constructor was given, or has by default, where it is text."""
    from testcontainers.core.container import DockerContainer

    common = OURS.union(parameters(DockerContainer))
    names = [name for name in parameters(cls) if name not in common]
    values = {name: getattr(container, name, None) for name in names}
    return {n: v for n, v in values.items() if isinstance(v, str) and v and v.isprintable()}


def first(container: Any, names: tuple[str, ...]) -> str:
    """Return the first of these attributes that is text, empty when none is."""
    values = (vars(container).get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value), "")

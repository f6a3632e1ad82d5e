"""Leaves that are quantities: ports, durations, memory, counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from orchestrator.manifest.model.leaf import Leaf, settled, wrong
from orchestrator.manifest.model.texts import FROM_ENVIRONMENT
from orchestrator.manifest.reading.scalars import Scalar, kind
from orchestrator.manifest.words import quoted

_PAIR = re.compile(r"(?:[0-9.]+:|localhost:)?([0-9]{1,5}):([0-9]{1,5})(?:/tcp)?")
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DAY = 24 * 3600.0
_MEMORY = re.compile(r"([0-9]+(?:\.[0-9]+)?)([kmgt])(?:i?b)?", re.IGNORECASE)
_BYTES = {"k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
_LEAST_MEMORY = 6 * 1024**2
"""Docker refuses to run a container in less."""


def read_port(value: object) -> int:
    """The number of a port that a resource serves."""
    scalar = settled(value, "a port number")
    pair = _PAIR.fullmatch(scalar.text)
    if pair:
        raise wrong(
            f"{quoted(scalar.text)} is no port number; write {{port: {pair[2]}, host: {pair[1]}}} "
            f"for a fixed port on this host, or {pair[2]} to have one chosen"
        )
    return _port(scalar)


def read_host_port(value: object) -> int:
    """The number of a port on this host."""
    scalar = settled(value, "a port number")
    pair = _PAIR.fullmatch(scalar.text)
    if pair:
        raise wrong(
            f"{quoted(scalar.text)} is no port number; write {pair[1]}, the port on this host"
        )
    return _port(scalar)


def read_duration(value: object) -> float:
    """A duration in seconds."""
    scalar = settled(value, "a duration such as 30s")
    match = _DURATION.fullmatch(scalar.text)
    if not match:
        raise wrong(_no_duration(scalar))
    seconds = float(match[1]) * _SECONDS[match[2]]
    if not 0 < seconds <= _DAY:
        raise wrong(f"must be longer than 0s and at most 24h, not {scalar.text}")
    return seconds


def read_memory(value: object) -> int:
    """An amount of memory in bytes; `m` and `MiB` are the same, as Docker has it."""
    scalar = settled(value, "an amount of memory such as 512m")
    match = _MEMORY.fullmatch(scalar.text)
    if not match:
        bare = isinstance(scalar.value, int) and scalar.value > 0
        hint = (
            f"has no unit; write {scalar.text}m"
            if bare
            else "is no amount of memory; write 512m or 1g"
        )
        raise wrong(f"{_bare(scalar)} {hint}")
    size = int(float(match[1]) * _BYTES[match[2].lower()])
    if not _LEAST_MEMORY <= size < 2**63:
        raise wrong(
            f"{scalar.text} is too {'little' if size < 2**63 else 'much'}; write 6m or more"
        )
    return size


def read_cpus(value: object) -> float:
    """A number of processors."""
    number = settled(value, "a number of processors").value
    if isinstance(number, bool) or not isinstance(number, int | float) or number <= 0:
        raise wrong(f"must be a number above 0 such as 1.5, not {kind(value)}")
    return float(number)


def whole(lowest: int, highest: int) -> Leaf:
    """A whole number between two others."""

    def read(value: object) -> int:
        number = settled(value, "a whole number").value
        if isinstance(number, bool) or not isinstance(number, int):
            raise wrong(f"must be a whole number, not {kind(value)}")
        if not lowest <= number <= highest:
            raise wrong(f"must be between {lowest} and {highest}, not {number}")
        return number

    return _number(read, {"type": "integer", "minimum": lowest, "maximum": highest})


def _port(scalar: Scalar) -> int:
    number = scalar.value
    if isinstance(number, str) and re.fullmatch(r"[0-9]{1,5}", number):
        raise wrong(f"must be a number, not the text {quoted(number)}; take the quotes away")
    if isinstance(number, bool) or not isinstance(number, int):
        raise wrong(f"must be a port number such as 8000, not {kind(scalar)}")
    if not 1 <= number <= 65535:
        raise wrong(f"{number} is out of range; ports go from 1 to 65535")
    return number


def _no_duration(scalar: Scalar) -> str:
    number = scalar.value
    if isinstance(number, int | float) and not isinstance(number, bool):
        return f"{scalar.text} has no unit; write {scalar.text}s"
    return f"{_bare(scalar)} is no duration; write it like 500ms, 30s, 2m or 1h"


def _bare(scalar: Scalar) -> str:
    return scalar.text if isinstance(scalar.value, int | float) else quoted(scalar.text)


def _number(read: Callable[[object], object], schema: dict[str, Any]) -> Leaf:
    return Leaf(read, {"anyOf": [schema, FROM_ENVIRONMENT]})


def _measure(read: Callable[[object], object], pattern: str) -> Leaf:
    return Leaf(read, {"type": "string", "pattern": f"{pattern}|\\$\\{{env:"})


PORT_SCHEMA = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 65535}, FROM_ENVIRONMENT]}
PortNumber = Annotated[int, Leaf(read_port, PORT_SCHEMA)]
HostPort = Annotated[int, Leaf(read_host_port, PORT_SCHEMA)]
Cpus = Annotated[float, _number(read_cpus, {"type": "number", "exclusiveMinimum": 0})]
Duration = Annotated[float, _measure(read_duration, r"^[0-9]+(\.[0-9]+)?(ms|s|m|h)$")]
Memory = Annotated[int, _measure(read_memory, r"^[0-9]+(\.[0-9]+)?[kmgtKMGT]([iI]?[bB])?$")]

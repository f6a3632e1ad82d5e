"""A module of testcontainers, whose container is started by its own code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PREFIX = "testcontainers"
"""What `use` begins with, and a dot."""


@dataclass(frozen=True)
class Module:
    """What is asked of a module, and with what it is run.

    `use` is `NAME` or `NAME.CLASS`; `arguments` are its constructor's. `image`, or the `version`
    of its own one, stands for the image that it would run. `python` is the interpreter, which has
    `package` as its version of testcontainers, and `folder` where relative paths start.
    """

    use: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    image: str | None = None
    version: str | None = None
    python: str = ""
    folder: str = ""
    package: str = ""

    def __str__(self) -> str:
        return f"{PREFIX}.{self.use}"

    @property
    def request(self) -> dict[str, Any]:
        """What the child that runs it has to know."""
        return {
            "use": self.use,
            "arguments": dict(self.arguments),
            "image": self.image,
            "version": self.version,
        }


@dataclass(frozen=True)
class Described:
    """What a module says of its container before it is started.

    `ports` are its numbers, the main one first, each with the port of this host that the module
    insists on, if it does. `url` (empty: it says none) and `fields` are templates over the resource
    itself.
    """

    module: Module
    image: str
    ports: tuple[tuple[int, int | None], ...] = ()
    url: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    password: str = ""
    database: str = ""
    overrides: bool = False


@dataclass(frozen=True)
class ModuleStart:
    """How a module is started: `host` and `ports` are where the tests' side reaches its ports."""

    module: Module
    host: str
    ports: Mapping[int, int] = field(default_factory=dict)

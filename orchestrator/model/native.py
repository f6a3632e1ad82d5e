"""How a server runs as a process of this host, without a container."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Wheel:
    """A package of the Python package index that brings programs.

    They are in `folder` (a pattern, as of `glob`) of its module, or, where it has no module, among
    the scripts of the interpreter that it is installed for.
    """

    package: str
    module: str = ""
    folder: str = ""


NATIVE_DATA = "data"
"""Where in a server's folder its data is."""


NATIVE_TEMPORARY = "tmp"
"""Where in a server's folder it puts what is temporary: some remove what others have in /tmp."""


PROGRAMS = "bin"
"""Where in a server's folder the programs are that stand before all others of the same name."""


@dataclass(frozen=True)
class Native:
    """How a server runs as a process of this host, in a folder of its own, without a container.

    `servers` are the names that its program may have, `tools` the other programs that it cannot do
    without, `backup` one that only snapshots need. They are looked for on the PATH, then in
    `places` (patterns, as of `glob`), then in the `wheel`; `shadowed` is what must not be taken,
    however early it is found. `version` finds the version in what the program prints when asked by
    `asks`; without such words, in its own path. `packages` says what provides it, by the
    installer's name.

    `command` starts it, told by references where it is to listen, and `env` and `files` are its
    settings: files by their names in its folder, in which what references stand for is escaped as
    between the quotation marks of JSON. `scripts` are such files too, but programs. `prepare` is a
    shell script that makes its data in that folder; the server's command is `"$@"` to it, and is
    run when it has come to its end. What a container's files say is put in its folder too. Its data
    is in `data` there, restored from a snapshot before it starts. `client` and `client_env` stand
    in the place of, and beside, the technology's own. `ports` are names of more ports that it needs
    for itself. With `refuses_root` it is never run as root. `stop` is the signal that ends it at
    once, sent to itself alone; without one everything of it is killed, as a container is.
    """

    servers: tuple[str, ...]
    command: tuple[str, ...]
    version: str
    asks: tuple[str, ...] = ("--version",)
    tools: tuple[str, ...] = ()
    backup: str = ""
    places: tuple[str, ...] = ()
    shadowed: tuple[str, ...] = ()
    wheel: Wheel | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    prepare: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    scripts: Mapping[str, str] = field(default_factory=dict)
    client: tuple[str, ...] = ()
    client_env: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[str, ...] = ()
    refuses_root: bool = False
    stop: str = ""

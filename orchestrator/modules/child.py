"""Describes and starts modules of testcontainers. Runs in the project's interpreter, on its own.

Usage: python child.py [FOLDER]; the folder is for what is temporary, and goes with this process.
Each line of the standard input is a request, each line of the standard output an answer, both JSON;
whatever the module prints goes to the standard error. When the standard input ends, so does this
process, whatever it is doing.

A module is described by a rehearsal: it is made and started without an engine, up to the call that
would create its container, which tells everything. When it is started for good, creating and
starting the container are asked of whoever runs us, so that they are done as for all others;
the module's own waiting, and what it does in the container, is done here.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import io
import json
import os
import pkgutil
import queue
import re
import shutil
import sys
import tarfile
import threading
import traceback
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

PAUSE = 0.1
"""Seconds between two questions of a module that waits; its own is a second."""

HOST = "greenroom-host.invalid"
FIRST_PORT = 61301
"""Stand in a rehearsal for what is not known yet: the host, and one port after the other."""

NOT_MODULES = frozenset({"community", "compose", "core"})

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


class Wrong(Exception):
    """What was asked for cannot be: `key` of the manifest's entry is to blame."""

    def __init__(self, key: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.answer = {"wrong": key, "message": message, **more}


class Rehearsed(BaseException):
    """The call that would create the container, with which a rehearsal ends."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body


def catalogue() -> dict[str, str]:
    """Return where each module is imported from, by its name."""
    try:
        import testcontainers
    except ImportError as error:
        how = f"install it: {sys.executable} -m pip install testcontainers"
        raise Wrong(
            "use", f"testcontainers is not installed for {sys.executable}; {how}"
        ) from error
    packages = [testcontainers]
    if (Path(testcontainers.__path__[0]) / "community").is_dir():
        # Since 4.15 they are in there, and those beside it only warn.
        packages.append(importlib.import_module("testcontainers.community"))
    return {
        each.name: f"{package.__name__}.{each.name}"
        for package in packages
        for each in pkgutil.iter_modules(package.__path__)
        if each.name not in NOT_MODULES
    }


def imported(name: str, place: str) -> ModuleType:
    """Import a module. Raises Wrong when what it needs is not installed."""
    try:
        return importlib.import_module(place)
    except ImportError as error:
        raise Wrong(
            "use", needs(name, error), driver=(error.name or "").partition(".")[0]
        ) from error


def needs(name: str, error: ImportError) -> str:
    """Return in words which package a module lacks, and how it is installed."""
    wanted = importlib.metadata.requires("testcontainers") or []
    extra = any(f"extra == '{name}'" in each or f'extra == "{name}"' in each for each in wanted)
    package = f'"testcontainers[{name}]"' if extra else (error.name or "").partition(".")[0]
    what = f'the Python package "{error.name}"' if error.name else f"what it imports ({error})"
    how = f"install it: {sys.executable} -m pip install {package}"
    return f"testcontainers.{name} needs {what}, which {sys.executable} does not have; {how}"


def containers(module: ModuleType) -> dict[str, type]:
    """Return the kinds of containers that a module offers, by name."""
    from testcontainers.core.container import DockerContainer

    public = getattr(module, "__all__", None)
    found: dict[str, type] = {}
    for name in public or vars(module):
        each: Any = getattr(module, name, None)
        own = isinstance(each, type) and issubclass(each, DockerContainer)
        if own and (public or each.__module__.startswith(module.__name__)):
            found[name] = each
    return found


def kind(use: str) -> type:
    """Return the class that `NAME` or `NAME.CLASS` means. Raises Wrong when there is none."""
    name, _, wanted = use.partition(".")
    known = catalogue()
    if name not in known:
        raise Wrong("use", f'testcontainers has no module "{name}"', word=name, names=sorted(known))
    offered = containers(imported(name, known[name]))
    if wanted:
        if wanted not in offered:
            message = f'testcontainers.{name} has no container "{wanted}"'
            raise Wrong("use", message, word=wanted, names=sorted(offered))
        return offered[wanted]
    # One that is called like its module is meant, whatever else is there.
    alike = [each for each in offered if each.lower() in (name, f"{name}container")]
    chosen = alike or list(offered)
    if len(chosen) != 1:
        names = ", ".join(f"testcontainers.{name}.{each}" for each in sorted(offered)) or "none"
        raise Wrong("use", f"testcontainers.{name} has several containers; say which: {names}")
    return offered[chosen[0]]


def parameters(cls: type) -> dict[str, inspect.Parameter]:
    """Return what a constructor takes, also what it only hands on to the ones above."""
    found: dict[str, inspect.Parameter] = {}
    for each in cls.__mro__:
        if "__init__" not in vars(each) or each is object:
            continue
        own = inspect.signature(each.__init__).parameters  # type: ignore[misc]
        found = {**own, **found}
        if not any(one.kind is inspect.Parameter.VAR_KEYWORD for one in own.values()):
            break
    skipped = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {n: p for n, p in found.items() if n != "self" and p.kind not in skipped}


def made(cls: type, request: dict[str, Any]) -> Any:
    """Make the module's object. Raises Wrong with the constructor's words."""
    arguments, image = dict(request["arguments"]), request.get("image")
    if version := request.get("version"):
        image = re.sub(r"(:[^/]*)?(@.*)?$", "", constructed(cls, arguments).image) + f":{version}"
    if image and "image" in parameters(cls):
        return constructed(cls, {**arguments, "image": image})
    found = constructed(cls, arguments)
    found.image = image or found.image
    return found


def constructed(cls: type, arguments: dict[str, Any]) -> Any:
    """Call the constructor. Raises Wrong with its words, and what it takes."""
    try:
        return cls(**arguments)
    except Wrong:
        raise
    except Exception as error:
        required = [n for n, p in parameters(cls).items() if p.default is p.empty]
        known = ", ".join(f"{n} (required)" if n in required else n for n in parameters(cls))
        words = re.sub(r"^.*__init__\(\)", cls.__name__, said(error))
        raise Wrong("arguments", f"{words}; its arguments are {known}") from error


def said(error: BaseException) -> str:
    """Return an error's words, or its name where it has none."""
    text = str(error).strip() or type(error).__name__
    return text if isinstance(error, (TypeError, ValueError)) else f"{type(error).__name__}: {text}"


class Surroundings:
    """What modules get instead of the engine, in a rehearsal and for good."""

    def __init__(self, host: str, ports: dict[int, int]) -> None:
        self.host, self.ports = host, ports

    def client(self) -> Any:
        """Return a client that knows no engine, and ends a rehearsal at its first container."""
        import docker

        # With a version given, no engine is asked for it.
        client: Any = docker.DockerClient(base_url="http://127.0.0.1:1", version="1.41")
        client.api.create_container_from_config = self.rehearsed
        client.api.send = self.refused
        client.api.info = lambda: {"Runtimes": {}}
        return client

    def rehearsed(self, config: dict[str, Any], *_args: Any, **_more: Any) -> None:
        """End the rehearsal."""
        raise Rehearsed(config)

    def refused(self, request: Any, **_more: Any) -> None:
        """Refuse everything else."""
        raise Wrong(
            "use",
            f"cannot be described: it asks the engine beforehand ({request.method} {request.url})",
        )

    def installed(self) -> None:
        """Let every client of testcontainers be ours, and no reaper start."""
        from testcontainers.core import config, docker_client

        # Modules read these when they are imported: so they come first.
        settings = config.testcontainers_config
        settings.ryuk_disabled = True
        settings.hub_image_name_prefix = ""
        mode, around = config.ConnectionMode.docker_host, self
        ours: Any = docker_client.DockerClient

        def begin(self: Any, **_more: Any) -> None:
            self.client = around.client()
            api = self.client.api
            # That the image is there has been seen to, under the name that it has for the engine.
            api.inspect_image = lambda *_args, **_more: {"Id": "sha256:0", "RepoTags": []}
            for name in ("create_network", "create_volume", "pull", "build"):
                setattr(api, name, beyond(name))

        ours.__init__ = begin
        ours.host = lambda _self: around.host
        ours.get_connection_mode = lambda _self: mode
        ours.find_host_network = lambda _self: None
        ours.port = lambda _self, _id, port: str(around.ports[int(port)])


def beyond(call: str) -> Any:
    """Return what stands for a call that makes something that would not be the run's."""

    def refuse(*_args: Any, **_more: Any) -> None:
        what = call.replace("_", " a ", 1)
        raise Wrong("use", f"cannot be used: it wants to {what} of its own, beside its container")

    return refuse


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


class Real(Surroundings):
    """The engine itself, but for what creates and starts containers."""

    def __init__(self, request: dict[str, Any], inbox: queue.Queue[dict[str, Any]]) -> None:
        super().__init__(request["host"], {int(own): at for own, at in request["ports"].items()})
        self.request, self.inbox = request, inbox
        self.id = ""
        self.running = False

    def client(self) -> Any:
        """Return a client of the engine that asks whoever runs us for the container."""
        import docker

        where = dict(self.request["engine"])
        if where.get("tls"):
            where["tls"] = docker.tls.TLSConfig(**where["tls"])
        if str(where.get("base_url")).startswith("ssh://"):
            where["use_ssh_client"] = True
        client: Any = docker.DockerClient(**where)
        start = client.api.start
        client.api.create_container_from_config = self.create
        client.api.start = lambda container, *args, **more: self.start(start, container, args, more)
        return client

    def create(self, config: dict[str, Any], *_args: Any, **_more: Any) -> dict[str, str]:
        """Have the container created, and put into it what would be mounted from this host."""
        if self.id:
            raise Wrong("use", "starts a second container, which would not be the run's")
        host = dict(config.get("HostConfig") or {})
        mounted = [each for each in host.get("Binds") or [] if copied(each)]
        host["Binds"] = [each for each in host.get("Binds") or [] if each not in mounted]
        say({"create": {**config, "HostConfig": host}})
        self.id = self.inbox.get()["id"]
        if mounted:
            self.put(mounted)
        return {"Id": self.id}

    def put(self, mounted: list[str]) -> None:
        """Copy files and folders of this host into the container."""
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w") as archive:
            for each in mounted:
                source, target, _ = each.rsplit(":", 2)
                archive.add(source, target.lstrip("/"))
        self.client().api.put_archive(self.id, "/", data.getvalue())

    def start(self, start: Any, container: Any, args: Any, more: Any) -> Any:
        """Have the container started."""
        if self.running:
            return start(container, *args, **more)
        say({"start": self.id})
        self.inbox.get()
        self.running = True
        return None


def copied(bind: str) -> bool:
    """Whether a mount can be copied instead, to an engine on another host too.

    That is a file that is only read, or such a folder of the project's or of the module's own.
    """
    source, _, mode = bind.rsplit(":", 2) if bind.count(":") > 1 else (bind, "", "")
    path = Path(source).resolve()
    ours = any(path.is_relative_to(Path(each).resolve()) for each in (".", TEMPORARY or "."))
    return mode == "ro" and (path.is_file() or (path.is_dir() and ours))


def started(request: dict[str, Any], inbox: queue.Queue[dict[str, Any]]) -> dict[str, Any]:
    """Start a module, with all the waiting that it does itself."""
    around = Real(request, inbox)
    around.installed()
    from testcontainers.core.config import testcontainers_config

    testcontainers_config.sleep_time = PAUSE
    testcontainers_config.max_tries = int(request["seconds"] / PAUSE)
    try:
        made(kind(request["use"]), request).start()
    except Wrong:
        raise
    except ImportError as error:
        return {"failed": needs(request["use"].partition(".")[0], error)}
    except Exception as error:
        traceback.print_exc()
        return {"failed": said(error)}
    return {"done": True}


def say(answer: dict[str, Any]) -> None:
    """Answer with one line."""
    OUT.write(json.dumps(answer, default=str) + "\n")
    OUT.flush()


def listen(inbox: queue.Queue[dict[str, Any]]) -> None:
    """Pass on what comes in; at its end whoever runs us is gone, and nobody needs us any more."""
    for line in sys.stdin:
        inbox.put(json.loads(line))
    # The folder that was made for us alone: nobody else is left to remove it.
    if TEMPORARY is not None:
        shutil.rmtree(TEMPORARY, ignore_errors=True)
    os._exit(1)


def main() -> None:
    """Answer requests until there are no more."""
    inbox: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=listen, args=(inbox,), daemon=True).start()
    rehearsing: Surroundings | None = None
    while True:
        request = inbox.get()
        try:
            if request["do"] == "start":
                say(started(request, inbox))
                continue
            if rehearsing is None:
                catalogue()
                rehearsing = Surroundings(HOST, {})
                rehearsing.installed()
            say(described(request, rehearsing))
        except Wrong as wrong:
            say(wrong.answer)
        except Exception as error:
            if request["do"] == "start":
                raise
            # What a constructor takes as it is may be nonsense to all who look at it later.
            say(Wrong("arguments", said(error)).answer)


TEMPORARY = sys.argv[1] if len(sys.argv) > 1 else None
OUT = sys.stdout

if __name__ == "__main__":
    # The module may print what it likes; the answers have the standard output for themselves.
    OUT = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    main()

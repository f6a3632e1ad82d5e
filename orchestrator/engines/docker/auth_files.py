"""The files in which Docker and Podman keep logins to registries, or who keeps them.

That is `config.json` below DOCKER_CONFIG or `~/.docker`
(https://docs.docker.com/reference/cli/docker/login/#credential-stores), and for Podman besides its
`auth.json` (containers-auth.json(5)). What cannot be read is a trouble and no error: most images
are public. Nothing that is secret is ever shown.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.model.image import HUB, HUB_NAMES, ImageName

HUB_SERVER = "https://index.docker.io/v1/"
"""What Docker Hub is called where logins are kept, since before there were other registries."""
HUB_HOSTS = (*HUB_NAMES, "registry-1.docker.io")

Auth = dict[str, str]
"""A login as engines take it: `username` and `password`, or `identitytoken`, and so on."""
Trouble = Callable[[str], None]
"""Told in words what could not be read, and that it was done without."""


@dataclass(frozen=True)
class Store:
    """One file in which logins are kept, or the names of who keeps them.

    Podman's keys may go on behind the registry (`quay.io/ours`), and the longest that fits counts.
    """

    path: Path
    podman: bool
    auths: Mapping[str, Any] = field(default_factory=dict, repr=False)
    helper: str = ""
    helpers: Mapping[str, str] = field(default_factory=dict)

    def login(self, image: ImageName, trouble: Trouble) -> Auth | None:
        """Return what the file itself has for an image's registry."""
        key = self._key(self.auths, image)
        return None if key is None else self.entry(key, trouble)

    def keeper(self, image: ImageName) -> str:
        """Return the helper that keeps the login for an image's registry, empty where none does."""
        key = self._key(self.helpers, image)
        return self.helper if key is None else self.helpers[key]

    def entry(self, key: str, trouble: Trouble) -> Auth | None:
        """Return what the file has under a key; None where that is nothing, as behind a helper."""
        entry = self.auths[key]
        if not isinstance(entry, dict):
            return None
        server = {"serveraddress": server_of(key)}
        for token in ("identitytoken", "registrytoken"):
            if isinstance(entry.get(token), str) and entry[token]:
                return {token: entry[token], **server}
        user, password = entry.get("username"), entry.get("password")
        if auth := entry.get("auth"):
            user, password = _decoded(auth)
            if user is None:
                trouble(f'the "auth" of {key} in {self.path} is no base64 of USER:PASSWORD')
        if not isinstance(user, str) or not isinstance(password, str) or not user:
            return None
        return {"username": user, "password": password, **server}

    def _key(self, keys: Iterable[str], image: ImageName) -> str | None:
        """Return which of these keys is about an image."""
        known = {self._plain(key): key for key in keys}
        return next((known[name] for name in self._names(image) if name in known), None)

    def _names(self, image: ImageName) -> Iterator[str]:
        parts = image.repository.split("/") if self.podman else []
        for length in range(len(parts), 0, -1):
            yield "/".join([image.registry, *parts[:length]])
        yield image.registry

    def _plain(self, key: str) -> str:
        """Return a key without the scheme and the path that old versions of Docker wrote."""
        scheme, _, rest = key.rpartition("://")
        host, slash, path = rest.rstrip("/").partition("/")
        plain = HUB if host in HUB_HOSTS else host
        return f"{plain}{slash}{path}" if self.podman and not scheme else plain


def server_of(registry: str) -> str:
    """Return what a registry is called where logins are kept."""
    return HUB_SERVER if registry in HUB_HOSTS else registry


def read(environ: Mapping[str, str], trouble: Trouble, *, podman: bool = False) -> list[Store]:
    """Return what there is in the places of Docker, behind those of Podman where that is asked."""
    places = podman_places(environ) if podman else []
    found = [_read(path, trouble, podman=True) for path in places]
    return [each for each in [*found, _read(docker_place(environ), trouble, podman=False)] if each]


def docker_place(environ: Mapping[str, str]) -> Path:
    """Return where Docker keeps its settings."""
    folder = environ.get("DOCKER_CONFIG")
    return (Path(folder) if folder else _home(environ) / ".docker") / "config.json"


def podman_places(environ: Mapping[str, str]) -> list[Path]:
    """Return where Podman keeps logins, the first to be asked first."""
    if own := environ.get("REGISTRY_AUTH_FILE"):
        return [Path(own)]
    runtime = environ.get("XDG_RUNTIME_DIR")
    config = environ.get("XDG_CONFIG_HOME")
    folders = [Path(runtime)] if runtime else []
    folders.append(Path(config) if config else _home(environ) / ".config")
    return [folder / "containers" / "auth.json" for folder in folders]


def _read(path: Path, trouble: Trouble, *, podman: bool) -> Store | None:
    try:
        settings = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no JSON"
        trouble(f"{path} cannot be read: {reason}")
        return None
    if not isinstance(settings, dict):
        trouble(f"{path} cannot be read: it is no mapping")
        return None
    named = _mapping(settings, "credHelpers").items()
    return Store(
        path,
        podman,
        auths=_mapping(settings, "auths"),
        helper=str(settings.get("credsStore") or ""),
        helpers={key: str(name or "") for key, name in named},
    )


def _decoded(auth: object) -> tuple[str, str] | tuple[None, None]:
    try:
        user, colon, password = base64.b64decode(str(auth)).decode().partition(":")
    except ValueError:
        return None, None
    # Docker itself takes away the zeros that old versions wrote behind the password.
    return (user, password.strip("\x00")) if colon else (None, None)


def _mapping(settings: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = settings.get(key)
    return value if isinstance(value, dict) else {}


def _home(environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME")
    return Path(home) if home else Path.home()

"""How an image is built: from which files, and with which secrets."""

from __future__ import annotations

import re

from orchestrator.manifest.building.site import Site
from orchestrator.manifest.model.program import BuildPart, SecretPart
from orchestrator.model.resource import Build, BuildSecret
from orchestrator.model.secret import SHORTEST

LARGEST = 500 * 1024
"""Bytes that BuildKit takes as a secret (https://github.com/moby/buildkit, `MaxSecretSize`)."""

_SECRET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_SETS = re.compile(r"[=:]")


def image_build(part: BuildPart, platform: str | None, site: Site) -> Build:
    """What the image is made of; `platform` is that of the entry."""
    return Build(
        context=site.folder(part.context, "build", "context"),
        dockerfile=_dockerfile(part, site),
        target=part.target,
        args=dict(part.args or {}),
        inline=part.dockerfile_inline,
        secrets={name: _secret(name, one, site) for name, one in (part.secrets or {}).items()},
        network=part.network if part.network != "default" else None,
        platform=platform,
    )


def _dockerfile(part: BuildPart, site: Site) -> str:
    if part.dockerfile_inline is not None:
        if part.dockerfile is not None:
            site.wrong(
                'cannot stand beside "dockerfile"; leave one of them out',
                "build",
                "dockerfile_inline",
            )
        return Build.dockerfile
    dockerfile = part.dockerfile or Build.dockerfile
    if not site.near("build", "context"):
        keys = ("build", "dockerfile") if part.dockerfile else ("build",)
        context = site.resolved(part.context, "build", "context")
        site.file(f"{context}/{dockerfile}", *keys)
    return dockerfile


def _secret(name: str, part: SecretPart, site: Site) -> BuildSecret:
    keys = ("build", "secrets", name)
    if not _SECRET.fullmatch(name):
        site.wrong_key("must be letters, digits, dots, hyphens and underscores", *keys)
    if part.file is not None and part.env is not None:
        site.wrong('cannot stand beside "file"; leave one of them out', *keys, "env")
    elif part.file is not None:
        path = site.file(part.file, *keys, "file")
        return BuildSecret(path=path, hidden=_hidden_in(path, name, site))
    elif part.env is not None:
        value = _value(part.env, site, *keys, "env")
        return BuildSecret(value=value, hidden=(value,))
    elif not site.near(*keys):
        site.wrong('needs either "file" or "env"', *keys)
    return BuildSecret()


def _value(variable: str, site: Site, *keys: str) -> str:
    value = site.around.environ_of((*site.path, *keys)).get(variable)
    if value is None:
        site.wrong(
            f"{variable} is not set in the environment; set it, or put it into the file .env "
            "beside the manifest",
            *keys,
        )
    return value or ""


def _hidden_in(path: str, name: str, site: Site) -> tuple[str, ...]:
    """All lines of a file, and in those that set something whatever the value may be."""
    keys = ("build", "secrets", name, "file")
    if site.near(*keys):
        return ()
    try:
        data = site.around.files.read(path)
    except OSError as error:
        site.wrong(f"{path} cannot be read: {error.strerror or error}", *keys)
        return ()
    if len(data) > LARGEST:
        site.wrong(f"{path} has more than {LARGEST // 1024} KiB, too much for a secret", *keys)
        return ()
    lines = [line.strip() for line in data.decode(errors="replace").splitlines()]
    values = [line[at.end() :].strip(" \"'") for line in lines for at in _SETS.finditer(line)]
    return tuple(dict.fromkeys(text for text in (*lines, *values) if len(text) >= SHORTEST))

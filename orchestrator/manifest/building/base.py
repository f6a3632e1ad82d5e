"""What every resource has, whatever its section."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from orchestrator.manifest.building.site import Site
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.model.entry import Entry, FilePart
from orchestrator.manifest.places import Path
from orchestrator.manifest.reading.scalars import Scalar
from orchestrator.manifest.words import quoted
from orchestrator.model.resource import File, Limits, Resource
from orchestrator.model.template import Template

DEFAULT_TIMEOUT = 60.0
_VARIABLE = re.compile(r"[^\s=\x00]+")
_MODE = re.compile(r"0?o?([0-7]{3,4})")


def base(entry: Entry, site: Site) -> Resource:
    """The resource without what its section and its technology add."""
    return Resource(
        name=site.name,
        section=site.section,
        env=environment(entry.env, (*site.path, "env"), site.around.mistakes),
        files=_files(entry, site),
        needs=texts(entry.needs),
        timeout=_timeout(entry, site),
        limits=_limits(entry),
        hostname=entry.hostname,
        aliases=tuple(dict.fromkeys(entry.aliases or ())),
        pull=entry.pull or "missing",
        platform=entry.platform,
        options=entry.docker or {},
        profiles=texts(entry.profiles),
    )


def environment(
    variables: Mapping[str, Template] | None, path: Path, mistakes: Mistakes
) -> dict[str, Template]:
    """The variables at `path`, whose names must be such as an environment can have."""
    for name in variables or {}:
        if not _VARIABLE.fullmatch(name):
            mistakes.note_key((*path, name), "cannot be the name of a variable")
    return dict(variables or {})


def texts(words: Iterable[Scalar] | None) -> tuple[str, ...]:
    """What a list of words says, everything once."""
    return tuple(dict.fromkeys(word.text for word in words or ()))


def _limits(entry: Entry) -> Limits:
    return Limits(entry.limits.memory, entry.limits.cpus) if entry.limits else Limits()


def _timeout(entry: Entry, site: Site) -> float:
    inner = entry.ready.timeout if entry.ready else None
    if inner is not None and entry.timeout is not None:
        site.wrong(
            'means the same as the entry\'s own "timeout"; leave one out', "ready", "timeout"
        )
    return inner or entry.timeout or DEFAULT_TIMEOUT


def _files(entry: Entry, site: Site) -> tuple[File, ...]:
    parts = (entry.files or {}).items()
    return tuple(_file(target, part, site) for target, part in parts)


def _file(target: str, part: FilePart, site: Site) -> File:
    path = PurePosixPath(target)
    if not path.is_absolute() or ".." in path.parts or target.endswith("/"):
        site.wrong_key("must be the absolute path of a file, without ..", "files", target)
    if (part.source is None) == (part.content is None) and not site.near("files", target):
        site.wrong('needs either "source" or "content"', "files", target)
    keys = ("files", target, "source")
    source = site.file(part.source, *keys) if part.source is not None else None
    return File(path, source, part.content, _mode(part, target, site))


def _mode(part: FilePart, target: str, site: Site) -> int:
    if part.mode is None:
        return 0o644
    match = _MODE.fullmatch(part.mode.text)
    if not match:
        message = (
            f"{quoted(part.mode.text)} cannot be permissions; write them in octal, such as 0644"
        )
        site.wrong(message, "files", target, "mode")
        return 0o644
    return int(match[1], 8)

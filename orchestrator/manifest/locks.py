"""The text of a lock file, read and written. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from orchestrator.errors import LockError, ManifestError, Problem
from orchestrator.manifest.building.image import is_image_name
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.reading.decode import decode
from orchestrator.manifest.reading.scalars import Scalar, Value, is_nothing, kind
from orchestrator.manifest.reading.syntax import compose
from orchestrator.manifest.reading.tree import Tree
from orchestrator.manifest.words import did_you_mean, quoted
from orchestrator.model.lock import VERSION, Lock, locked_name

ANEW = "write it anew with: greenroom images --lock"

KEYS = ("version", "images", "ids")

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?: |$)", re.MULTILINE)

HEAD = """\
# The images of {manifest}, to the byte; up, run and the others take these and no others.
# Written by "greenroom images --lock": keep it under version control, and let that change it.
"""
IDS = """\
# These came from no registry: what stands here is the id that an engine has given them, and only
# engines that have the very same image know it.
"""


def read_lock(source: bytes, display: str) -> Lock:
    """Return what a lock file says. Raises LockError with all that is wrong, each with its line."""
    mistakes = Mistakes(display)
    try:
        return _read(source, display, mistakes)
    except ManifestError as error:
        raise _refused(error.problems) from error


def _read(source: bytes, display: str, mistakes: Mistakes) -> Lock:
    text = decode(source, mistakes)
    if conflict := _CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        words = "a conflict of two versions stands here"
        raise ManifestError([Problem(display, line, 1, "", words)])
    if not any(line.strip() and not line.startswith("#") for line in text.splitlines()):
        raise ManifestError([Problem(display, 0, 0, "", "is empty")])
    root = Tree(mistakes).value(compose(text, mistakes))
    if not isinstance(root, dict):
        mistakes.add((), f"must be a mapping with {', '.join(KEYS)}, not {kind(root)}")
        raise mistakes.error()
    _check_version(root, mistakes)
    for key in root:
        if key not in KEYS:
            near = did_you_mean(key, KEYS, f"there are {', '.join(KEYS)}")
            mistakes.add_key((key,), f"is unknown{near}")
    lock = Lock(display, *(dict(_entries(root, key, mistakes)) for key in KEYS[1:]))
    for name in lock.digests.keys() & lock.ids.keys():
        mistakes.note_key(("ids", name), 'stands among "images" as well')
    mistakes.raise_if_any()
    return lock


def _check_version(root: Mapping[str, Value], mistakes: Mistakes) -> None:
    """Raise ManifestError for a form that nobody knows yet: nothing else in it can be judged."""
    found = root.get("version")
    number = found.value if isinstance(found, Scalar) else None
    if found is None:
        mistakes.note((), '"version" is missing')
    elif not isinstance(number, int) or isinstance(number, bool) or number < 1:
        mistakes.add(("version",), f"must be {VERSION}, not {kind(found)}")
    elif number > VERSION:
        words = (
            f"was written by a newer Greenroom: this one knows the form {VERSION}, and it has the "
            f"form {number}"
        )
        mistakes.add(("version",), words)
        raise mistakes.error()


def _entries(root: Mapping[str, Value], key: str, mistakes: Mistakes) -> Iterator[tuple[str, str]]:
    """Yield each name with what it is locked to."""
    section = root.get(key)
    if section is None or is_nothing(section):
        return
    if not isinstance(section, dict):
        mistakes.add(
            (key,), f"must be a mapping such as {{postgres:16: sha256:...}}, not {kind(section)}"
        )
        return
    for name, value in section.items():
        if not is_image_name(name):
            mistakes.note_key((key, name), "is no name of an image")
        elif not locked_name(name):
            mistakes.note_key((key, name), "needs no lock: its digest says which image it is")
        elif locked_name(name) != name:
            mistakes.note_key((key, name), f"must be written {quoted(locked_name(name))}")
        if isinstance(value, Scalar) and _DIGEST.fullmatch(value.text):
            yield name, value.text
        else:
            words = f"must be sha256: and 64 digits of 0-9 and a-f, not {kind(value)}"
            mistakes.add((key, name), words)


def _refused(problems: list[Problem]) -> LockError:
    newer = any("newer Greenroom" in one.message for one in problems)
    hint = f"install that one, or {ANEW}" if newer else ANEW
    return LockError("\n".join(map(str, problems)), hint=hint, problems=tuple(problems))


def written(lock: Lock, manifest: str) -> str:
    """Return the text of a lock file: sorted, so that a change of one image is one line."""
    lines = [
        HEAD.format(manifest=manifest) + f"version: {VERSION}",
        *_section("images", lock.digests),
    ]
    if lock.ids:
        lines += [IDS.removesuffix("\n"), *_section("ids", lock.ids)]
    return "\n".join(lines) + "\n"


def _section(key: str, entries: Mapping[str, str]) -> Iterator[str]:
    yield f"{key}:" if entries else f"{key}: {{}}"
    for name, digest in sorted(entries.items()):
        # A registry by its IPv6 address is the only one that YAML would take for something else.
        yield f"  {json.dumps(name) if name.startswith('[') else name}: {digest}"

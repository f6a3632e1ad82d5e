"""Which images a Dockerfile begins with. Pure.

As https://docs.docker.com/reference/dockerfile/ has it: parser directives, lines that go on,
here-documents, `ARG` before the first `FROM`, stages, and `--from` of COPY, ADD and RUN.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SCRATCH = "scratch"
"""The name of no image at all."""

_ESCAPE = re.compile(r"#\s*escape\s*=\s*(\S)\s*", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#\s*\w+\s*=.*")
_HERE = re.compile(r"<<-?\s*([\"']?)(\w+)\1")
_VARIABLE = re.compile(
    r"\$(?:\{(?P<braced>\w+)(?:(?P<how>:?[-+])(?P<other>[^{}]*))?\}|(?P<bare>\w+))"
)
_FROM = re.compile(r"--from=(\S+)")
_MOUNT = re.compile(r"--mount=\S*?\bfrom=([^\s,]+)")

WITH_TEXTS = ("RUN", "COPY", "ADD")
"""The instructions that may have here-documents, and may take files from elsewhere."""


@dataclass
class Stage:
    """One stage: the image or stage that it begins with, its name, and whom it takes files from."""

    base: str
    name: str = ""
    others: list[str] = field(default_factory=list)


def bases(text: str, args: Mapping[str, str], target: str | None = None) -> tuple[str, ...]:
    """Return the images that a build fetches, in the file's order; stages are none.

    `args` are the build's own arguments, `target` the stage that is wanted, None: the last.
    What that does not need is not made, and so not fetched. A variable that nobody has set is
    nothing, as builders have it.
    """
    stages = list(_stages(text, args))
    found: list[str] = []
    wanted, seen = [_index(target, stages, len(stages))], set[int]()
    while wanted:
        at = wanted.pop()
        if at in seen or at is None:
            continue
        seen.add(at)
        for name in (stages[at].base, *stages[at].others):
            below = _index(name, stages, at)
            if below is not None:
                wanted.append(below)
    for at in sorted(seen):
        for name in (stages[at].base, *stages[at].others):
            if _index(name, stages, at) is None and name not in ("", SCRATCH, *found):
                found.append(name)
    return tuple(found)


def _index(name: str | None, stages: list[Stage], before: int) -> int | None:
    """Return which stage before this one is meant by a name or a number; None stands for the last.

    None where it is no stage, but an image.
    """
    if name is None:
        return before - 1 if before else None
    if name.isdecimal():
        return int(name) if int(name) < before else None
    known = [at for at in range(before) if stages[at].name == name.lower()]
    return known[-1] if known else None


def _stages(text: str, args: Mapping[str, str]) -> Iterator[Stage]:
    known: dict[str, str] = {}
    stage: Stage | None = None
    for word, rest in _instructions(text):
        if word == "FROM":
            if stage:
                yield stage
            stage = _stage(rest, known)
        elif word == "ARG" and stage is None:
            for name, default in _arguments(rest):
                known[name] = args.get(name, _filled(default, known))
        elif word in WITH_TEXTS and stage:
            stage.others += (_MOUNT if word == "RUN" else _FROM).findall(rest)
    if stage:
        yield stage


def _stage(rest: str, known: Mapping[str, str]) -> Stage:
    words = [word for word in rest.split() if not word.startswith("--")]
    named = words[2].lower() if len(words) > 2 and words[1].upper() == "AS" else ""
    return Stage(_filled(words[0], known).strip("\"'") if words else "", named)


def _arguments(rest: str) -> Iterator[tuple[str, str]]:
    """Yield each argument with its default, empty where it has none."""
    try:
        words = shlex.split(rest)
    except ValueError:
        words = rest.split()
    for word in words:
        name, _, default = word.partition("=")
        yield name, default


def _filled(text: str, known: Mapping[str, str]) -> str:
    """Return a text with the values of its variables in their places."""

    def value(found: re.Match[str]) -> str:
        name = found["braced"] or found["bare"]
        there = name in known and (bool(known[name]) or not (found["how"] or "").startswith(":"))
        if not found["how"]:
            return known.get(name, "")
        other = _filled(found["other"], known)
        if found["how"].endswith("+"):
            return other if there else ""
        return known[name] if there else other

    return _VARIABLE.sub(value, text)


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each instruction, in capitals, with what stands behind it, on one line."""
    lines = text.removeprefix("\ufeff").splitlines()
    escape, at = _escape(lines), 0
    while at < len(lines):
        whole = ""
        while at < len(lines):
            line, at = lines[at].strip(), at + 1
            # Between lines that go on, comments and empty lines are as good as not there.
            if line.startswith("#") or (whole and not line):
                continue
            whole += line.removesuffix(escape) + " "
            if not line.endswith(escape):
                break
        word, _, rest = whole.strip().partition(" ")
        if word.upper() in WITH_TEXTS:
            at = _behind(lines, at, [end for _, end in _HERE.findall(rest)])
        if word:
            yield word.upper(), rest.strip()


def _behind(lines: list[str], at: int, ends: list[str]) -> int:
    """Return where the here-documents with these ends are over."""
    for end in ends:
        while at < len(lines) and lines[at].strip("\t ") != end:
            at += 1
        at += 1
    return at


def _escape(lines: list[str]) -> str:
    """Return what ends a line that goes on; only the first lines may say so."""
    for line in lines:
        if found := _ESCAPE.fullmatch(line.strip()):
            return found[1]
        if not _DIRECTIVE.fullmatch(line.strip()):
            break
    return "\\"

"""`--with`: what a resource uses instead takes the place of what the manifest says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.manifest.including.composing import Whole
from orchestrator.manifest.mistakes import Mistakes
from orchestrator.manifest.places import Place, Source
from orchestrator.manifest.reading.scalars import Scalar, Value, is_nothing, scalar
from orchestrator.manifest.sections import ENTRIES, names_in
from orchestrator.manifest.words import did_you_mean, listed, quoted

OPTION = "--with"
"""How messages call the place where it is said."""

_BUILT = (
    "is built from a Dockerfile, and nothing stands in the place of that; what differs can be a "
    'build argument, such as args: {VERSION: "${env:VERSION}"}'
)
_COMMAND = (
    "is a command of this host, and no image stands in the place of that; let the command read the "
    'version from a variable, or give it an "image"'
)
_ADOPTED = (
    "runs already at this address, and nothing is started in its place; leave one of them out"
)


def replaced(whole: Whole, instead: Mapping[str, str], mistakes: Mistakes) -> Whole:
    """The tree in which resources use other things `instead`, by their names.

    A technology takes the place of `use`, an image that of `image`: neither what the manifest says
    of the version nor its image wins over that. What cannot be replaced is told, and stays.
    """
    for name, wanted in instead.items():
        source = Source(display=f"{OPTION} {name}={wanted}")
        found = _entry(whole.root, name)
        if found:
            whole = _Replacing(*found, wanted, source, mistakes).within(whole)
        elif not _is_somewhere(whole.root, name):
            known = list(names_in(whole.root))
            near = did_you_mean(name, known, f"there are {listed(known)}")
            words = f"no resource is called {quoted(name)}{near}"
            mistakes.in_text(Place(source=source), words)
    return whole


def _entry(root: Value, name: str) -> tuple[str, str, dict[str, Any]] | None:
    """The entry of this name with its section; None where none is, or what it is is no entry."""
    sections = root if isinstance(root, dict) else {}
    for section, entries in sections.items():
        entry = entries.get(name) if isinstance(entries, dict) else None
        if section in ENTRIES and isinstance(entry, dict):
            return section, name, entry
    return None


def _is_somewhere(root: Value, name: str) -> bool:
    """Whether anything is called so, were it in a section that nobody understands."""
    parts = root.values() if isinstance(root, dict) else ()
    return any(isinstance(entries, dict) and name in entries for entries in parts)


@dataclass(frozen=True)
class _Replacing:
    """One entry, and what it is to use instead; `source` is where that is said."""

    section: str
    name: str
    entry: dict[str, Any]
    wanted: str
    source: Source
    mistakes: Mistakes

    def within(self, whole: Whole) -> Whole:
        """The whole with the entry as it is now."""
        assert isinstance(whole.root, dict), "an entry was found in it"
        written_in = self.mistakes.places.source((self.section, self.name, self._key))
        # What stands beside the file, such as technologies of its own, is still found there.
        source = Source(written_in.path, self.source.display)
        entry = self._replaced(source)
        entries = {**whole.root[self.section], self.name: entry}
        variables = whole.environs.get(written_in, {})
        return Whole({**whole.root, self.section: entries}, {**whole.environs, source: variables})

    @property
    def _key(self) -> str:
        """The key that says what it is."""
        return "use" if self._says("use") else "image"

    def _says(self, key: str) -> bool:
        return key in self.entry and not is_nothing(self.entry[key])

    def _replaced(self, source: Source) -> dict[str, Any]:
        if words := self._refusal():
            key, message = words
            path = (self.section, self.name, key)
            self.mistakes.note_key(path, message, Place(source=source))
            return self.entry
        if not self._says("use"):
            return {**self.entry, **self._value("image", source)}
        if "/" in self.wanted:
            return {**self.entry, **self._without_version(), **self._value("image", source)}
        others = {key: value for key, value in self.entry.items() if key != "image"}
        return {**others, **self._value("use", source)}

    def _refusal(self) -> tuple[str, str] | None:
        """The key because of which nothing can be used instead, and why."""
        if self._says("at"):
            return "at", _ADOPTED
        if self._says("on"):
            server = self.entry["on"]
            of = server.text if isinstance(server, Scalar) else "SERVER"
            words = f"is one more database of a server; replace that: {OPTION} {of}={self.wanted}"
            return "on", words
        if self._says("use") or self._says("image"):
            return None
        if self._says("build"):
            return "build", _BUILT
        return ("command", _COMMAND) if self._says("command") else None

    def _value(self, key: str, source: Source) -> dict[str, Value]:
        path = (self.section, self.name, key)
        self.mistakes.places.values[path] = Place(source=source)
        return {key: scalar(self.wanted, path, plain=False)}

    def _without_version(self) -> dict[str, Value]:
        """What it uses without the version, which an image says itself."""
        use = self.entry["use"]
        if not isinstance(use, Scalar) or "${" in use.written:
            return {}
        return {"use": scalar(use.written.partition(":")[0], use.path, plain=use.plain)}

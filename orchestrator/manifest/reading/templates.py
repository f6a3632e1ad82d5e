"""A text with `${...}` in it, taken apart into what it says and what it refers to."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from orchestrator.model.secret import is_secret
from orchestrator.model.template import SELF, Reference, Template, View

_OPENING = re.compile(r"\$\$\{|\$\{")
_ENV = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:(:-|:\?|-|\?)(.*))?", re.DOTALL)
_BARE = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)((?::[-?].*)?)", re.DOTALL)
_WORD = re.compile(r"[A-Za-z0-9_-]+")


class _Mistake(Exception):
    """What is wrong with one `${...}`."""


@dataclass(frozen=True)
class Scope:
    """What a text may draw on: the caller's environment, and the names that resources have."""

    environ: Mapping[str, str] = field(default_factory=dict)
    names: Collection[str] = ()


@dataclass(frozen=True)
class Parsed:
    """A text taken apart; `from_environment` says that some of it came from there.

    `secrets` are the values among that which must not be shown.
    """

    template: Template
    mistakes: tuple[str, ...] = ()
    from_environment: bool = False
    secrets: tuple[str, ...] = ()


def parse(text: str, scope: Scope | None = None) -> Parsed:
    """Take a text apart; what cannot be understood is told and left out."""
    if "${" not in text:
        return Parsed(Template.literal(text))
    return _Parser(text, scope or Scope()).parsed()


class _Parser:
    def __init__(self, text: str, scope: Scope) -> None:
        self._text = text
        self._scope = scope
        self._parts: list[str | Reference] = []
        self._mistakes: list[str] = []
        self._from_environment = False
        self._secrets: list[str] = []

    def parsed(self) -> Parsed:
        at = 0
        while opening := _OPENING.search(self._text, at):
            self._literal(self._text[at : opening.start()])
            at = self._opened(opening)
        self._literal(self._text[at:])
        return Parsed(
            Template(tuple(self._parts)),
            tuple(self._mistakes),
            self._from_environment,
            tuple(self._secrets),
        )

    def _literal(self, text: str) -> None:
        if self._parts and isinstance(self._parts[-1], str):
            self._parts[-1] += text
        elif text:
            self._parts.append(text)

    def _opened(self, opening: re.Match[str]) -> int:
        if opening.group() == "$${":
            self._literal("${")
            return opening.end()
        closing = self._text.find("}", opening.end())
        if closing < 0:
            self._mistakes.append('"${" is never closed; write "$${" if it is meant literally')
            return len(self._text)
        self._understand(self._text[opening.end() : closing])
        return closing + 1

    def _understand(self, inner: str) -> None:
        try:
            if inner.startswith("env:"):
                self._from_environment = True
                name, value = _from_environment(inner, self._scope)
                self._literal(value)
                self._secrets += [value] if is_secret(name, value) else []
            else:
                self._parts.append(_reference(inner, self._scope))
        except _Mistake as mistake:
            self._mistakes.append(str(mistake))


def _from_environment(inner: str, scope: Scope) -> tuple[str, str]:
    """The variable's name, and the value that it has or gets."""
    match = _ENV.fullmatch(inner.removeprefix("env:"))
    if not match or "{" in inner:
        raise _Mistake(f'"${{{inner}}}" is not understood; write "${{env:NAME:-default}}"')
    name, operator, rest = match.groups()
    value = scope.environ.get(name)
    if operator in ("-", "?"):
        raise _Mistake(
            f'"${{{inner}}}" is not understood; write "${{env:{name}:{operator}{rest}}}"'
        )
    if operator is None and value is None:
        raise _Mistake(
            f"{name} is not set in the environment; "
            f'set it, or write "${{env:{name}:-}}" with a default after the hyphen'
        )
    if operator == ":?" and not value:
        raise _Mistake(f"{name} is not set in the environment: {rest or 'it is required'}")
    return name, value or rest or ""


def _reference(inner: str, scope: Scope) -> Reference:
    bare = _BARE.fullmatch(inner)
    if bare:
        raise _Mistake(_bare(bare[1], bare[2], scope))
    lazy = inner.startswith("lazy:")
    words = inner.removeprefix("lazy:").split(".")
    if "{" in inner or not 2 <= len(words) <= 4 or not all(map(_WORD.fullmatch, words)):
        raise _Mistake(
            f'"${{{inner:.60}}}" is not understood; a reference looks like "${{name.url}}"'
        )
    resource, *middle, field_ = words
    views = [word for word in middle if word in tuple(View)]
    ports = [word for word in middle if word not in tuple(View)]
    if len(views) > 1 or len(ports) > 1:
        raise _Mistake(f'"${{{inner}}}" names two {"sides" if len(views) > 1 else "ports"}')
    return Reference(
        resource, field_, ports[0] if ports else None, View(views[0]) if views else None, lazy
    )


def _bare(name: str, rest: str, scope: Scope) -> str:
    if name == SELF or name in scope.names:
        return f'"${{{name}}}" says no field; write for example "${{{name}.url}}"'
    whole = f"{name}{rest}"
    return (
        f'"${{{whole}}}" is no reference; write "${{env:{whole}}}" for the variable '
        f'of the environment, or "$${{{whole}}}" for just this text'
    )

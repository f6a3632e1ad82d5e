"""Variables in a Compose file: `$NAME`, `${NAME:-default}` and their like, as deep as they nest.

Grammar: https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from orchestrator.compose.nodes import literal
from orchestrator.model.secret import is_secret

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATORS = (":-", "-", ":?", "?", ":+", "+")

DEEPEST = 50
"""How deep variables may stand in the defaults of others."""


class BadVariable(Exception):
    """Raised for what is no variable, or one that is required and not set."""


@dataclass(frozen=True)
class Variable:
    """One variable in a text: what is to be done with it (`operator`), and the rest behind that."""

    name: str
    operator: str
    rest: str


@dataclass(frozen=True)
class Filled:
    """A text with its variables put in.

    `text` is what it means now, `written` the same for a manifest. `open` tells that `written`
    names variables, `settled` which ones it could not name, so that their values stand in it.
    `unset` are those that have neither value nor default, and `secrets` the values that must not be
    shown.
    """

    text: str
    written: str
    open: bool = False
    settled: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


def parts(text: str) -> list[str | Variable]:
    """Take a text apart. Raises BadVariable."""
    found: list[str | Variable] = []
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        found.append(text[at:dollar])
        part, at = _after(text, dollar + 1)
        found.append(part)
    found.append(text[at:])
    return [part for part in found if part != ""]


def fill(
    text: str, environ: Mapping[str, str], *, keep: bool = False, fixed: Collection[str] = ()
) -> Filled:
    """Put the variables in; with `keep` the manifest's text goes on naming those that it can.

    Those that are `fixed` it does not name: it would see other values.

    Raises BadVariable, but for a variable that is required and not set where that is kept.
    """
    if "$" not in text:
        return Filled(text, text)
    return _Filling(environ, keep, fixed).filled(text)


@dataclass
class _Filling:
    environ: Mapping[str, str]
    keep: bool
    fixed: Collection[str] = ()
    settled: list[str] = field(default_factory=list)
    unset: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    open: bool = False
    depth: int = 0

    def filled(self, text: str) -> Filled:
        now, written, plain = "", "", ""
        for part in parts(text):
            value = part if isinstance(part, str) else self._value(part)
            now += value
            # Behind a `$`, "${" would be read as an escape.
            named = None if plain.endswith("$") else self._named(part)
            if named is None:
                plain += value
            else:
                written, plain = written + literal(plain) + named, ""
            self._note(part, named, value)
        written += literal(plain)
        return Filled(
            now, written, self.open, tuple(self.settled), tuple(self.unset), tuple(self.secrets)
        )

    def _note(self, part: str | Variable, named: str | None, value: str) -> None:
        if isinstance(part, str):
            return
        if named is not None:
            self.open = True
        elif self.keep and part.name not in self.fixed:
            self.settled.append(part.name)
        if value and is_secret(part.name, value):
            self.secrets.append(value)

    def _named(self, part: str | Variable) -> str | None:
        """Return a variable as a manifest names it, None when it cannot."""
        if isinstance(part, str) or not self.keep or part.name in self.fixed:
            return None
        match part.operator:
            case "":
                return f"${{env:{part.name}:-}}"
            case ":-" | "-" if not re.search(r"[{}$]", part.rest):
                return f"${{env:{part.name}:-{part.rest}}}"
            case ":?" | "?" if not re.search(r"[{}$]", part.rest):
                return f"${{env:{part.name}:?{part.rest}}}"
        return None

    def _value(self, part: Variable) -> str:
        value = self.environ.get(part.name)
        has = bool(value) if part.operator.startswith(":") else value is not None
        match part.operator[-1:]:
            case "":
                self.unset += [part.name] if value is None else []
                return value or ""
            case "-":
                return (value or "") if has else self._nested(part.rest)
            case "+":
                return self._nested(part.rest) if has else ""
        if not has and not self.keep:
            why = self._nested(part.rest) or "it is required"
            raise BadVariable(f"{part.name} is not set in the environment: {why}")
        return value or ""

    def _nested(self, text: str) -> str:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadVariable(f"variables cannot be nested more than {DEEPEST} deep")
        found = [part if isinstance(part, str) else self._value(part) for part in parts(text)]
        self.depth -= 1
        return "".join(found)


def _after(text: str, at: int) -> tuple[str | Variable, int]:
    """Return what stands behind a `$`, and where it ends."""
    if text[at : at + 1] == "$":
        return "$", at + 1
    if text[at : at + 1] == "{":
        end = _closing(text, at)
        return _braced(text[at + 1 : end]), end + 1
    name = _NAME.match(text, at)
    if not name:
        raise BadVariable('a "$" stands alone; write "$$" if it is meant literally')
    return Variable(name[0], "", ""), name.end()


def _closing(text: str, at: int) -> int:
    depth = 0
    for position in range(at, len(text)):
        # Braces of the text itself do not count, and so it cannot end with one.
        depth += text[position] == "{" and text[position - 1] == "$"
        depth -= text[position] == "}"
        if depth == 0:
            return position
    raise BadVariable('"${" is never closed; write "$${" if it is meant literally')


def _braced(inner: str) -> Variable:
    name = _NAME.match(inner)
    rest = inner[name.end() :] if name else ""
    operator = next((one for one in _OPERATORS if rest.startswith(one)), "")
    if not name or (rest and not operator):
        raise BadVariable(f'"${{{inner:.60}}}" is no variable; write "${{NAME:-default}}"')
    return Variable(name[0], operator, rest[len(operator) :])

"""The expressions of GitHub's workflows, `${{ steps.x.outputs.y == 'z' }}`, as far as ours go.

After GitHub's documentation, "Evaluate expressions in workflows and actions".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>[A-Za-z_][\w-]*)|(?P<sign>==|!=|&&|\|\||[!().\[\]]))"
)
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
STATUS = ("always", "success", "failure", "cancelled")

Context = Mapping[str, Any]


@dataclass(frozen=True)
class Status:
    """Whether the steps before have failed, or the job was cancelled."""

    failed: bool = False
    cancelled: bool = False

    def call(self, name: str) -> bool:
        match name:
            case "always":
                return True
            case "success":
                return not self.failed and not self.cancelled
            case "failure":
                return self.failed
            case "cancelled":
                return self.cancelled
        raise AssertionError(f"no such function: {name}()")


def filled(text: object, context: Context, status: Status) -> str:
    """Return a text with what its expressions stand for."""
    return EXPRESSION.sub(lambda one: shown(evaluated(one[1], context, status)), str(text))


def condition(text: object, context: Context, status: Status) -> bool:
    """Return whether a step runs; without a word about the status, only after success."""
    whole = EXPRESSION.sub(lambda one: one[1], str(text))
    if not any(f"{name}(" in whole for name in STATUS):
        return status.call("success") and bool(evaluated(whole, context, status))
    return bool(evaluated(whole, context, status))


def shown(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def evaluated(text: str, context: Context, status: Status) -> Any:
    """Return the value of an expression; what is not there is null."""
    reading = Reading(text, context, status)
    value = reading.either()
    assert reading.done, f"what is this: {text[reading.at :]}"
    return value


@dataclass
class Reading:
    text: str
    context: Context
    status: Status
    at: int = 0

    @property
    def done(self) -> bool:
        return not self.text[self.at :].strip()

    def either(self) -> Any:
        return self._joined("||", lambda: self.both(), lambda one: not one)

    def both(self) -> Any:
        return self._joined("&&", lambda: self.compared(), bool)

    def _joined(self, sign: str, part: Callable[[], Any], goes_on: Callable[[Any], bool]) -> Any:
        value = part()
        while self._take(sign):
            other = part()
            value = other if goes_on(value) else value
        return value

    def compared(self) -> Any:
        value = self.one()
        if self._take("=="):
            return folded(value) == folded(self.one())
        if self._take("!="):
            return folded(value) != folded(self.one())
        return value

    def one(self) -> Any:
        if self._take("!"):
            return not self.one()
        if self._take("("):
            value = self.either()
            assert self._take(")")
            return value
        found = TOKEN.match(self.text, self.at)
        assert found, f"what is this: {self.text[self.at :]}"
        self.at = found.end()
        if text := found["text"]:
            return text[1:-1].replace("''", "'")
        word = found["word"]
        assert word, f"what is this: {self.text}"
        if self._take("("):
            assert self._take(")"), f"arguments are not understood: {self.text}"
            return self.status.call(word)
        return self._member(self.context.get(word))

    def _member(self, value: Any) -> Any:
        while True:
            if self._take("."):
                found = TOKEN.match(self.text, self.at)
                assert found
                assert found["word"]
                self.at = found.end()
                name = found["word"]
            elif self._take("["):
                name = self.either()
                assert self._take("]")
            else:
                return value
            value = value.get(name) if isinstance(value, Mapping) else None

    def _take(self, sign: str) -> bool:
        found = TOKEN.match(self.text, self.at)
        if found and found["sign"] == sign:
            self.at = found.end()
            return True
        return False


def folded(value: Any) -> Any:
    """Texts are compared without regard to their case."""
    return value.lower() if isinstance(value, str) else "" if value is None else value

"""Faker, which knows what names and addresses look like; imported only when rows are generated."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.errors import GreenroomError
from orchestrator.manifest.words import did_you_mean, quoted
from orchestrator.model.loader import Cell
from orchestrator.seeding.generated.clock import asks_the_clock
from orchestrator.seeding.generated.makers import as_cell

TRIES = 10
"""How many values a provider has to make alike before its rows are made."""

ABSOLUTE = "write {datetime: [2024-01-01, 2024-12-31]}, or date"


class Unfit(Exception):
    """Raised when a provider, or its arguments, cannot make rows; the words are the message."""


@dataclass(frozen=True)
class Library:
    """Faker in one language: its `generator`, and the providers' methods by name."""

    generator: Any
    methods: dict[str, Callable[..., Any]]

    @classmethod
    def load(cls, locale: str) -> Library:
        """Return it. Raises GreenroomError when it is not installed, Unfit for another locale."""
        try:
            from faker import Factory
            from faker.config import AVAILABLE_LOCALES
        except ImportError as error:
            raise GreenroomError(
                "rows are generated with faker, which is not installed",
                hint='install it with: pip install "greenroom[generate]"',
            ) from error
        if locale not in AVAILABLE_LOCALES:
            near = did_you_mean(locale, sorted(AVAILABLE_LOCALES), "it looks like de_DE")
            raise Unfit(f"faker has no locale {quoted(locale)}{near}")
        generator = Factory.create(locale)
        return cls(generator, methods_of(generator))

    def method(
        self, name: str, others: Sequence[str], arguments: list[Any], named: dict[str, Any]
    ) -> Callable[..., Any]:
        """Return a provider's method that works with these arguments, always alike.

        `others` are what could have been meant as well. Raises Unfit.
        """
        method = self.methods.get(name)
        if method is None:
            near = did_you_mean(name, [*others, *self.methods], "faker's documentation lists them")
            raise Unfit(f"faker has no provider {quoted(name)}{near}")

        def values() -> list[Cell]:
            self.generator.random = random.Random(0)  # noqa: S311 - nothing secret
            return [as_cell(method(*arguments, **named)) for _ in range(TRIES)]

        try:
            inspect.signature(method).bind(*arguments, **named)
            first = values()
            unrepeatable = asks_the_clock(values) or values() != first
        except Exception as error:
            raise Unfit(f"faker's {name}: {str(error) or type(error).__name__}") from error
        if unrepeatable:
            raise Unfit(
                f"faker's {name} depends on the clock, or on chance that no seed rules, and would "
                f"make other rows each time; for times, {ABSOLUTE}"
            )
        return method


def methods_of(generator: Any) -> dict[str, Callable[..., Any]]:
    """Return what the providers offer, by name; the first provider that has a name is asked."""
    found: dict[str, Callable[..., Any]] = {}
    for provider in generator.get_providers():
        for name in dir(provider):
            method = getattr(provider, name)
            if not name.startswith("_") and inspect.ismethod(method):
                found.setdefault(name, method)
    return found

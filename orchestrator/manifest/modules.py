"""What loading may ask of modules of testcontainers, so that it runs none of them itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from orchestrator.model.module import Described, Module


class ModuleRefused(Exception):
    """A module cannot be used as it was asked for: `key` of the entry is to blame.

    `word` is what is not known, `names` what there is instead.
    """

    def __init__(
        self, message: str, *, key: str = "use", word: str = "", names: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.key = key
        self.word = word
        self.names = names


class Modules(Protocol):
    """The modules that the project's interpreter has."""

    def describe(self, asked: Module) -> Described:
        """Say what its container would be. Raises ModuleRefused.

        What was asked comes back with the interpreter and its version of testcontainers.
        """
        ...

"""Asks modules of testcontainers what their containers would be, without an engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from orchestrator.manifest.modules import ModuleRefused
from orchestrator.model.module import Described, Module

if TYPE_CHECKING:
    from orchestrator.modules.conversation import Child

SECONDS = 60.0
"""Some make keys of 4096 bits when they are described, and the first one imports the SDK."""


class Describer:
    """The modules of a project's interpreter: one child is asked about all of a manifest's.

    It is started when the first is asked for; manifests without modules cost nothing. `folder` is
    the manifest's, beside which the interpreter is looked for.
    """

    def __init__(self, folder: str, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ
        self._children: dict[tuple[str, str], Child] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for child in self._children.values():
            child.__exit__(kind, error, traceback)
        self._children.clear()

    def describe(self, asked: Module) -> Described:
        """Say what a module's container would be. Raises ModuleRefused."""
        # Imported here, because manifests without modules need none of it.
        from orchestrator.modules.conversation import Ended
        from orchestrator.project_python import interpreter
        from orchestrator.waiting import Deadline, TimedOut

        python = interpreter(asked.python, self._folder, self._environ)
        asked = replace(asked, python=python)
        try:
            child = self._child(asked)
            child.say({"do": "describe", **asked.request})
            return described(asked, child.hear(Deadline.after(SECONDS)))
        except Ended as ended:
            # The next one is asked of another child.
            self._forget(asked)
            raise ModuleRefused(f"cannot be described: {ended}") from ended
        except TimedOut as late:
            self._forget(asked)
            words = f"cannot be described: {asked} did not answer within {SECONDS:.0f} s"
            raise ModuleRefused(words) from late

    def _child(self, asked: Module) -> Child:
        from orchestrator.modules.conversation import Child

        key = asked.python, asked.folder
        if key not in self._children:
            self._children[key] = Child(*key, self._environ).__enter__()
        return self._children[key]

    def _forget(self, asked: Module) -> None:
        if gone := self._children.pop((asked.python, asked.folder), None):
            gone.__exit__(None, None, None)


def described(asked: Module, answer: Mapping[str, Any]) -> Described:
    """Return what a child has answered. Raises ModuleRefused where that is a refusal."""
    if "wrong" in answer:
        names = answer.get("names", ())
        message, word = answer["message"], answer.get("word", "")
        raise ModuleRefused(message, key=answer["wrong"], word=word, names=names)
    return Described(
        module=replace(asked, package=answer["version"]),
        image=answer["image"],
        ports=tuple((number, host) for number, host in answer["ports"]),
        url=answer["url"],
        fields=answer["fields"],
        user=answer["user"],
        password=answer["password"],
        database=answer["database"],
        overrides=answer["overrides"],
    )

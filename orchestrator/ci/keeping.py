"""Writes down what became of a job, for people, for the CI system, and for the report."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from orchestrator import __version__
from orchestrator.addressing.masking import mask_value, masker
from orchestrator.artifacts import junit, tests
from orchestrator.artifacts.manifest_file import write_manifest
from orchestrator.artifacts.record import (
    EngineRecord,
    Failure,
    Phase,
    Record,
    TestCounts,
    Verdict,
)
from orchestrator.artifacts.timeline import Timeline
from orchestrator.artifacts.whole import write_whole
from orchestrator.ci.cause import cause
from orchestrator.ci.failures import Users, death, failures_of, users_of
from orchestrator.ci.outcome_env import outcome_env
from orchestrator.ci.result import Result
from orchestrator.ci.summary import summary
from orchestrator.ci.unfinished import in_lines, interruption
from orchestrator.ci.verdict import verdict
from orchestrator.ci.writing import Unwritten
from orchestrator.errors import Interrupted
from orchestrator.host.manifests import named, shown_as
from orchestrator.model.event import CommandStarted
from orchestrator.model.manifest import Manifest
from orchestrator.render import report
from orchestrator.render.failing import as_text
from orchestrator.render.words import died


@dataclass(frozen=True)
class Kept:
    """What was written, for whoever tells of it; `last_words` are for the end of the log."""

    record: Record
    summary: str
    last_words: tuple[str, ...]


@dataclass
class Keeping:
    """Writes everything; what cannot be written is told to `notice` at the end, and hides nothing.

    `patterns` are those of the tests' own JUnit files; without any they are looked for. `ci` is the
    name of the CI system. `unwritten` knows what could not be written before.
    """

    result: Result
    patterns: tuple[str, ...]
    ci: str
    notice: Callable[[str], None]
    began: float
    unwritten: Unwritten = field(default_factory=Unwritten)
    ended: float = field(default_factory=time.time)

    def keep(self) -> Kept:
        """Write all files, each made of those before it."""
        folder, record = self.result.folder, self.record()
        here, text = os.fspath(Path.cwd()), ""
        with self.unwritten.writing("manifest"):
            self.write_manifest()
        with self.unwritten.writing("JUnit file"):
            record = dataclasses.replace(record, tests=self.write_junit(record))
        with self.unwritten.writing("record"):
            write_whole(folder.record, record.to_json())
        with self.unwritten.writing("summary"):
            text = summary(record, self.timeline, folder, here)
            write_whole(folder.summary, text)
        with self.unwritten.writing("outcome"):
            write_whole(folder.variables, outcome_env(record, folder, here))
        with self.unwritten.writing("report"):
            report.write(folder)
        self.unwritten.tell(self.notice)
        return Kept(record, text, tuple(self.last_words(record)))

    def write_manifest(self) -> None:
        """Write what was understood of the manifest, if there was one to be read."""
        environment = self.result.environment
        if environment is not None:
            write_manifest(
                self.result.folder,
                environment.manifest,
                environment.mask,
                profiles=environment.profiles,
                instead=dict(self.result.instead),
            )

    def write_junit(self, record: Record) -> TestCounts | None:
        """Write the environment and the tests as suites, and return how the tests have ended."""
        result = self.result
        began = [one.at for one in result.events if isinstance(one, CommandStarted)]
        found = (
            junit.find(
                self.patterns,
                result.command,
                environ={**os.environ, **result.variables},
                here=result.here,
                folder=result.folder,
                since=began[0],
                notice=self.notice,
                by_custom=result.alone,
            )
            if began
            else []
        )
        mask = masker(()) if result.environment is None else result.environment.mask
        return junit.write(
            result.folder, record, result.events, found, mask=mask, notice=self.notice
        )

    def record(self) -> Record:
        """Return all that became of it; no secret is in it."""
        result, manifest = self.result, self.manifest
        died_too = bool(result.deaths)
        record = Record(
            name=manifest.name if manifest else "",
            manifest=named(Path(manifest.path), result.manifest) if manifest else result.manifest,
            verdict=verdict(result.code, result.errors, died=died_too),
            exit_code=result.exit_code,
            began=self.began,
            ended=self.ended,
            run=self.timeline.run,
            command=result.command,
            failures=tuple(self.failures()),
            phases=tuple(self.phases()),
            engines=result.engines
            or tuple(EngineRecord(name=one) for one in self.timeline.engines),
            resources=result.resources,
            instead=dict(result.instead),
            options=result.options,
            ci=self.ci,
            greenroom=__version__,
        )
        if result.environment is None:
            return record
        return mask_value(record, result.environment.mask)

    @property
    def manifest(self) -> Manifest | None:
        """The manifest, None where there was none to be read."""
        return None if self.result.environment is None else self.result.environment.manifest

    @cached_property
    def timeline(self) -> Timeline:
        """When everything happened."""
        return Timeline.of(self.result.events, tests.read(self.result.folder))

    @cached_property
    def users(self) -> Users:
        """Who needs which image."""
        return users_of(self.result.events)

    def failures(self) -> Iterator[Failure]:
        """Yield what went wrong: what has died first, because it may be why all else did."""
        if manifest := self.manifest:
            yield from (death(one, manifest) for one in self.result.deaths)
        for error in self.result.errors:
            first, *others = failures_of(error, self.manifest, self.users)
            yield self.interruption(first) if isinstance(error, Interrupted) else first
            yield from others

    def phases(self) -> Iterator[Phase]:
        """Yield the phases, with their budgets."""
        for phase in self.timeline.phases:
            yield dataclasses.replace(phase, budget=self.result.budgets.of(phase.name))

    def last_words(self, record: Record) -> Iterator[str]:
        """Yield where everything is and, last of all, what went wrong; no secret is in it."""
        environment = self.result.environment
        text = "\n".join(self._last_words(record))
        yield from (text if environment is None else environment.mask(text)).split("\n")

    def _last_words(self, record: Record) -> Iterator[str]:
        yield f"artifacts: {shown_as(self.result.folder.path)}"
        if not self.result.errors:
            yield from cause(record)
            return
        if record.verdict is Verdict.TESTS_FAILED:
            yield from cause(dataclasses.replace(record, failures=()))
        for event in self.result.deaths:
            yield from died(event)
        for error in self.result.errors:
            if isinstance(error, Interrupted):
                yield from in_lines(self.interruption(failures_of(error, self.manifest)[0]))
            yield from as_text(error, places=self.places).splitlines()

    def interruption(self, failure: Failure) -> Failure:
        """Say of an interruption what it has found under way."""
        return interruption(failure, self.result, self.manifest, self.users)

    def places(self, error: BaseException) -> list[str]:
        """Return where in the user's files an error has its cause."""
        return [str(one) for one in failures_of(error, self.manifest, self.users)[0].spots]

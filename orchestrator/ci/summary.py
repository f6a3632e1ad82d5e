"""What there is to know of a run, for people, in Markdown: the cause first, all else behind it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from orchestrator.artifacts.record import PHASES, ResourceRecord, Verdict
from orchestrator.ci.cause import cause
from orchestrator.ci.findings import name_of
from orchestrator.ci.markdown import NOTHING, block, code, table
from orchestrator.ci.tongues.places import below
from orchestrator.errors import ManifestError
from orchestrator.plan.images import is_id
from orchestrator.render.words import about, seconds, short_digest, under_way

if TYPE_CHECKING:
    from orchestrator.artifacts.folder import Folder
    from orchestrator.artifacts.record import FailingTest, Record
    from orchestrator.artifacts.spans import Span
    from orchestrator.artifacts.timeline import Timeline

TESTS = 50
"""Failing tests that are listed; the report has all."""

SHARE = 0.05
"""What part of the critical path a step has that is worth naming: there are 20 at most."""

OF_A_CHECK = ("--with", "--profile", "--engine")
"""The options that decide what a manifest means, without which there may be no mistake in it."""

COLUMNS = {
    "start": ("start", "adopt", "restore"),
    "ready": ("ready",),
    "seed": ("own", "add", "seed", "template"),
}
"""Which steps of a resource are counted together."""


def summary(record: Record, timeline: Timeline, folder: Folder, here: str) -> str:
    """Return the summary; `here` is the folder from which the one of the artifacts is named."""
    sections = (
        _head(record),
        _tests(record),
        _resources(record, timeline),
        _times(record, timeline),
        _again(record),
        _artifacts(record, folder, here),
    )
    return "\n".join("\n".join([*lines, ""]) for lines in map(list, sections) if lines)


def _head(record: Record) -> Iterator[str]:
    yield f"## {code(name_of(record))}: {record.verdict}"
    if lines := cause(record):
        yield ""
        yield from block(lines)


def _tests(record: Record) -> Iterator[str]:
    if record.tests is None:
        return
    yield f"### Tests: {record.tests.words}, in {seconds(record.tests.seconds)}"
    yield ""
    shown = record.tests.failing[:TESTS]
    yield from (_test(one) for one in shown)
    rest = record.tests.failed + record.tests.errors - len(shown)
    if shown and rest > 0:
        yield f"- and {rest} more, in the report"


def _test(test: FailingTest) -> str:
    place = f" ({code(str(test.spot))})" if test.spot else ""
    return f"- {code(test.name)}{place}" + (f": {code(test.message)}" if test.message else "")


def _resources(record: Record, timeline: Timeline) -> Iterator[str]:
    known = {one.name: one for one in record.resources}
    names = list(dict.fromkeys([*timeline.resources, *known]))
    if not names:
        return
    yield "### Resources"
    yield ""
    heads = ["name", "what", "state", *COLUMNS]
    yield from table(heads, (_row(name, known.get(name), timeline) for name in names))


def _row(name: str, known: ResourceRecord | None, timeline: Timeline) -> list[str]:
    spans = timeline.of_subject(name)
    took = [_took([one for one in spans if one.verb in verbs]) for verbs in COLUMNS.values()]
    what = (known.use or known.image) if known else ""
    state = known.state if known else "" if spans else "not started"
    return [code(name), code(short_digest(what) if is_id(what) else what), code(state), *took]


def _took(spans: list[Span]) -> str:
    """Return how long these steps took together, and how they ended where it was not well."""
    if not spans:
        return NOTHING
    ended = next((f", {one.outcome}" for one in spans if one.outcome != "done"), "")
    return f"{seconds(sum(one.seconds for one in spans))}{ended}"


def _times(record: Record, timeline: Timeline) -> Iterator[str]:
    if not record.phases:
        return
    yield f"### Where the {seconds(record.ended - record.began)} went"
    yield ""
    rows = [
        [
            PHASES.get(one.name, one.name),
            seconds(one.seconds),
            NOTHING if one.budget is None else seconds(one.budget),
        ]
        for one in record.phases
    ]
    rest = record.ended - record.began - sum(one.seconds for one in record.phases)
    if rest > 0:
        rows.append(["planning, and all that is between", seconds(rest), NOTHING])
    yield from table(["part", "took", "budget"], rows)
    path = [leg.span for leg in timeline.critical_path()]
    share = SHARE * sum(one.seconds for one in path)
    slow = [one for one in path if one.seconds >= share or one.outcome != "done"]
    if slow:
        yield ""
        yield "What decided how long it took until everything was ready, in the order of time:"
        yield ""
        yield from map(_step, slow)


def _step(span: Span) -> str:
    subject = code(about(span.subject, span.step))
    ended = "" if span.outcome == "done" else f", {span.outcome}"
    return f"- {seconds(span.seconds)}: {subject}, {code(under_way(span.step))}{ended}"


def _again(record: Record) -> Iterator[str]:
    yield "### Again, on your machine"
    yield ""
    yield from block([again(record)], "console")


def again(record: Record) -> str:
    """Return the command that does the same without a pipeline; of a wrong manifest, a check."""
    instead = (("--with", f"{name}={use}") for name, use in record.instead.items())
    given = [*instead, *record.options]
    manifest = [record.manifest] if record.manifest else []
    wrong = record.verdict is Verdict.NOT_STARTED and record.exit_code == ManifestError.exit_code
    if wrong:
        asked = [one for one in given if one[0] in OF_A_CHECK]
        return shlex.join(["greenroom", "check", *manifest, *_words(asked)])
    command = ["--", *record.command] if record.command else []
    return shlex.join(["greenroom", "run", *manifest, *_words(given), *command])


def _words(options: Iterable[tuple[str, str]]) -> list[str]:
    """Return options as the words of a command line; those without a value are one."""
    return [word for one in options for word in one if word]


def _artifacts(record: Record, folder: Folder, here: str) -> Iterator[str]:
    yield "### Artifacts"
    yield ""
    yield f"In {code(below(here, here, str(folder.path)))}:"
    yield ""
    parts = (
        (folder.report, "what happened when, all logs, the tests", True),
        (folder.junit, "the environment and the tests, as suites", True),
        (folder.output, "what the tests wrote", record.phase("tests")),
        (folder.logs, "the log of each resource", record.resources),
    )
    for path, what, there in parts:
        if there:
            yield f"- {code(folder.relative(path))}: {what}"
    engines = [code(f"{one.name} {one.version}") for one in record.engines]
    facts = [code(record.run) if record.run else "", *engines]
    facts += [f"Greenroom {record.greenroom}" if record.greenroom else ""]
    if any(facts):
        yield ""
        yield " · ".join(fact for fact in facts if fact)

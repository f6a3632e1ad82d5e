"""What the page's script is given, as values of JSON.

Times are milliseconds since the report's origin, `from` and `to`; a time that nobody knows is null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.artifacts.record import ResourceRecord
from orchestrator.artifacts.spans import Answer, Span
from orchestrator.model.resource import Instance
from orchestrator.render import words
from orchestrator.render.report.escaping import visible
from orchestrator.render.report.logs import Log
from orchestrator.render.report.material import OUTPUT, Material
from orchestrator.render.report.phases import TITLES, phases
from orchestrator.render.report.told_tests import Test

MOST_ANSWERS = 50
"""How many answers of a probe are shown, the last ones."""

Value = dict[str, Any]


class Data:
    """Makes the values; `origin` is the time from which they count."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.origin = material.origin
        self._ids = {id(span): number for number, span in enumerate(material.timeline.spans)}

    def whole(self) -> Value:
        """Return all of it."""
        timeline = self.material.timeline
        return {
            "name": visible(self.material.name),
            "origin": self.origin,
            "to": self.ms(self.ended()),
            "ready": timeline.is_ready,
            "phases": [
                self.part(one.began, one.ended)
                | {"name": one.name, "title": TITLES.get(one.name, one.name), "budget": one.budget}
                for one in phases(self.material)
            ],
            "rows": list(self.rows()),
            "spans": [self.span(span) for span in timeline.spans],
            "path": [
                {"span": self._ids[id(leg.span)], "gap": 1000 * leg.gap}
                for leg in timeline.critical_path()
            ],
            "moments": [
                {"at": self.ms(one.at), "kind": one.kind}
                | {"text": visible(one.text), "subject": visible(one.subject)}
                for one in timeline.moments
            ],
            "tests": [self.test(test) for test in self.material.tests],
            "resources": [self.resource(one) for one in known_resources(self.material)],
            "logs": [self.log(log) for log in self.material.logs],
        }

    def ms(self, at: float) -> float:
        """Return a time as the page counts."""
        return round(1000 * (at - self.origin), 3)

    def part(self, began: float, ended: float) -> Value:
        """Return a part of the time."""
        return {"from": self.ms(began), "to": self.ms(max(began, ended))}

    def ended(self) -> float:
        """Return when all that is known has ended."""
        record = self.material.record
        if record:
            return max(self.material.timeline.ended, record.ended, self.origin)
        last = [at for log in self.material.logs for at, _ in log.lines[-1:] if at]
        return max(self.material.timeline.ended, self.origin, *last)

    def rows(self) -> Iterator[Value]:
        """Yield what has spans, in the order of their beginnings."""
        rows: dict[str, list[Span]] = {}
        for span in self.material.timeline.spans:
            rows.setdefault(words.about(span.subject, span.step), []).append(span)
        for name, spans in rows.items():
            yield {
                "name": visible(name),
                "short": visible(words.short(name)),
                "spans": [self._ids[id(span)] for span in spans],
            }

    def span(self, span: Span) -> Value:
        """Return a step, with the numbers of the steps that it has waited for."""
        before = [self._ids[id(one)] for one in self.material.timeline.before(span)]
        return self.part(span.began, span.ended) | {
            "step": visible(span.step),
            "subject": visible(span.subject),
            "verb": span.verb,
            "words": visible(words.under_way(span.step)),
            "phase": span.phase,
            "outcome": str(span.outcome),
            "cause": visible(span.cause),
            "after": before,
            "message": visible(span.message),
            "answers": [self.answer(one) for one in span.answers[-MOST_ANSWERS:]],
            "unsaid": max(0, len(span.answers) - MOST_ANSWERS),
        }

    def answer(self, answer: Answer) -> list[object]:
        """Return when a probe was answered, and what."""
        return [self.ms(answer.at), visible(answer.text)]

    def test(self, one: Test) -> Value:
        """Return a test; of one that is not timed, `from` and `to` are null."""
        test = one.record
        window = self.part(test.began, test.ended) if one.timed else {"from": None, "to": None}
        return window | {
            "taken": 1000 * (test.ended - test.began),
            "spot": visible(one.spot),
            "name": visible(test.name),
            "outcome": visible(test.outcome),
            "worker": visible(test.worker),
            "slice": visible(test.slice),
            "addresses": visible_items(test.addresses),
            "message": visible(test.message),
            "dossier": visible(test.dossier),
        }

    def resource(self, one: ResourceRecord) -> Value:
        """Return what the page tells of an instance besides its row in the table."""
        spans = self.material.timeline.of_subject(one.name)
        facts = {
            "steps": "; ".join(self.taken(span) for span in spans if span.phase == "up"),
            "uses": one.use,
            "image": one.image,
            "runs on": one.engine,
            "address": one.address,
            "health": one.health,
            "out of memory": "yes" if one.out_of_memory else "",
            "log file": one.log,
        }
        return {"name": visible(one.name), "facts": visible_items(facts)}

    def taken(self, span: Span) -> str:
        """Return in words how long a step took, and when it ended."""
        ended = words.seconds(max(0.0, span.ended - self.origin))
        return f"{words.done(span.step)} after {words.seconds(span.seconds)}, at {ended}"

    def log(self, log: Log) -> Value:
        """Return a log; the times and the texts of its lines are lists of the same length."""
        record = self.material.record
        cut = any(one.cut for one in (record.resources if record else ()) if one.log == log.file)
        return {
            "name": visible(log.name),
            "title": "command" if log.name == OUTPUT else visible(log.name),
            "file": visible(log.file),
            "size": log.size,
            "gaps": [list(gap) for gap in log.gaps],
            "cut": cut,
            "times": [None if at is None else self.ms(at) for at, _ in log.lines],
            "texts": [text for _, text in log.lines],
        }


def known_resources(material: Material) -> list[ResourceRecord]:
    """Return what the record says of instances, else as much as the events do."""
    if material.record and material.record.resources:
        return list(material.record.resources)
    logs = {log.name: log for log in material.logs}
    return [
        ResourceRecord(
            name=name,
            resource=Instance.of(name).resource,
            section="",
            log=logs[name].file if name in logs else "",
        )
        for name in material.timeline.resources
    ]


def visible_items(items: Mapping[str, str]) -> list[list[str]]:
    """Return pairs, without those that say nothing."""
    return [[visible(name), visible(value)] for name, value in items.items() if value]

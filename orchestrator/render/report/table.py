"""The table of resources, as HTML. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.artifacts.record import ResourceRecord
from orchestrator.artifacts.spans import Outcome, Span
from orchestrator.render import words
from orchestrator.render.report.data import known_resources
from orchestrator.render.report.escaping import escaped
from orchestrator.render.report.facts import brief
from orchestrator.render.report.material import Material


@dataclass(frozen=True)
class Row:
    """A resource as the table shows it; `kind` is `good`, `bad` or `warn`."""

    resource: ResourceRecord
    kind: str
    state: str
    spans: tuple[Span, ...]


def resource_rows(material: Material) -> str:
    """Return the rows of the table, those that are not well first."""
    order = ("bad", "warn", "good")
    rows = sorted(_rows(material), key=lambda row: order.index(row.kind))
    return "".join(_row(row, material) for row in rows)


def _rows(material: Material) -> Iterator[Row]:
    timeline = material.timeline
    died = {one.subject: one.text for one in timeline.moments if one.kind == "died"}
    for one in known_resources(material):
        spans = tuple(span for span in timeline.of_subject(one.name) if span.phase != "down")
        yield Row(one, *_state(one, spans, died.get(one.name, "")), spans)


def _state(one: ResourceRecord, spans: tuple[Span, ...], death: str) -> tuple[str, str]:
    """Return how well a resource is, and in words how it was at the end."""
    broken = next((span for span in spans if span.outcome is Outcome.FAILED), None)
    if broken:
        return "bad", "; ".join(text for text in (f"{broken.verb} failed", one.state) if text)
    if death:
        return "bad", f"died: {death}"
    if one.out_of_memory or (one.status in ("exited", "gone") and one.exit_code):
        return "bad", one.state
    if not spans and not one.state:
        return "warn", "not started"
    if spans and spans[-1].outcome is not Outcome.DONE:
        return "warn", f"{words.under_way(spans[-1].step)}: {spans[-1].outcome}"
    return "good", one.state or words.done(spans[-1].step)


def _row(row: Row, material: Material) -> str:
    one = row.resource
    lines = {log.name: len(log.lines) + log.left_out for log in material.logs}.get(one.name, 0)
    use = f'<span class="use">{escaped(one.use or words.short(one.image))}</span>'
    times = " · ".join(
        f"{span.verb} {words.seconds(span.seconds)}"
        for span in row.spans
        if span.outcome is not Outcome.STOPPED and span.phase == "up"
    )
    total = words.seconds(row.spans[-1].ended - row.spans[0].began) if row.spans else ""
    return (
        f'<tr class="{row.kind}" data-resource="{escaped(one.name)}">'
        f'<th scope="row"><span class="name">{escaped(one.name)}</span> {use}</th>'
        f'<td><span class="state">{brief(row.state)}</span></td>'
        f'<td title="{escaped(times)}">{total}</td>'
        f'<td class="lines">{f"{lines:,}" if lines else ""}</td></tr>'
    )

"""What the page says without its script, as HTML: the verdict, the cause, the phases. Pure."""

from __future__ import annotations

import shlex
import time

from orchestrator.artifacts.record import Verdict
from orchestrator.render import words
from orchestrator.render.report.cause import Cause, failing
from orchestrator.render.report.escaping import escaped
from orchestrator.render.report.material import Material
from orchestrator.render.report.phases import TITLES, phases
from orchestrator.render.report.told_tests import Test

HEADINGS = {
    Verdict.PASSED: ("good", "Passed"),
    Verdict.TESTS_FAILED: ("bad", "Tests failed"),
    Verdict.ENVIRONMENT_FAILED: ("bad", "The environment failed"),
    Verdict.OVER_BUDGET: ("bad", "Over budget"),
    Verdict.NOT_REMOVED: ("bad", "Something was not removed"),
    Verdict.INTERRUPTED: ("warn", "Interrupted"),
    Verdict.NOT_STARTED: ("bad", "Nothing was started"),
    None: ("warn", "Not finished"),
}

LONGEST = 400
"""Characters of a text of others that the first screen shows."""


def heading(verdict: Verdict | None) -> tuple[str, str]:
    """Return the kind of a verdict (`good`, `bad`, `warn`), and how the page says it."""
    return HEADINGS[verdict]


def brief(text: str) -> str:
    """Return a text as HTML, without the end of one that is very long."""
    return escaped(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def circumstances(material: Material) -> str:
    """Return when and how it ran, as items of a list."""
    record, timeline = material.record, material.timeline
    ended = record.ended if record else timeline.ended
    run = record.run if record else timeline.run
    items = [
        words.seconds(max(0.0, ended - material.origin)) if material.origin else "",
        f"exit code {record.exit_code}" if record else "",
        f"run {run}" if run else "",
        moment(material.origin),
        *timeline.engines,
        record.manifest if record else "",
        shlex.join(record.command if record else timeline.command),
        f"on {record.ci}" if record and record.ci else "",
        *(f"{name}={use}" for name, use in (record.instead.items() if record else ())),
        *(" ".join(filter(None, one)) for one in (record.options if record else ())),
        f"greenroom {record.greenroom}" if record and record.greenroom else "",
    ]
    return "".join(f"<li>{brief(item)}</li>" for item in items if item)


def moment(at: float) -> str:
    """Return a time for people, empty where nobody knows it."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at)) if at else ""
    except (ValueError, OverflowError, OSError):
        return ""


def cause_section(found: Cause | None, material: Material) -> str:
    """Return why it ended so, or that all is well."""
    if found is None:
        return f'<p class="calm">{escaped(calm(material))}</p>'
    parts = [f'<h2 id="why">{brief(found.title)}</h2>']
    if found.facts:
        rows = "".join(
            f"<div><dt>{escaped(label)}</dt><dd>{brief(text)}</dd></div>"
            for label, text in found.facts
        )
        parts.append(f'<dl class="why">{rows}</dl>')
    if found.log:
        parts.append(f"<pre>{'&#10;'.join(brief(line) for line in found.log)}</pre>")
    if found.tests:
        parts.append(f'<ul class="failing">{"".join(map(failing_test, found.tests))}</ul>')
    if found.more:
        words = f"and {found.more} more" if found.tests else f"tests that failed: {found.more}"
        parts.append(f'<p class="more">{words}, below</p>')
    if found.window:
        parts.append(log_button(found.window, material.origin))
    return "".join(parts)


def calm(material: Material) -> str:
    """Return a sentence for a run in which nothing is known to have gone wrong."""
    record, tests = material.record, material.tests
    if record and record.verdict is Verdict.PASSED:
        if not tests:
            return "The command ended with 0, and nothing went wrong in the environment."
        count = f"All {len(tests)} tests" if len(tests) > 1 else "The only test"
        return f"{count} passed or were skipped, and nothing went wrong in the environment."
    return "Nothing is known of what went wrong; what was kept is below."


def failing_test(test: Test) -> str:
    """Return a failing test, with a place for a link to it."""
    words = ": ".join(text for text in (test.spot, test.record.message) if text)
    message = f'<span class="message">{brief(words)}</span>' if words else ""
    return f'<li><span class="jump" data-test>{brief(test.record.name)}</span>{message}</li>'


def log_button(window: tuple[str, float, float], origin: float) -> str:
    """Return what the script makes a button of, to see a log at that time."""
    subject, began, ended = window
    return (
        f'<p class="look" hidden data-log="{escaped(subject)}"'
        f' data-from="{1000 * (began - origin):.0f}" data-to="{1000 * (ended - origin):.0f}"></p>'
    )


def notes_section(material: Material) -> str:
    """Return what the reader should know about what is missing."""
    items = "".join(f"<li>{escaped(note)}</li>" for note in material.notes)
    return f'<ul class="notes">{items}</ul>' if items else ""


def phase_items(material: Material) -> str:
    """Return the phases with their times and budgets, as items of a list."""
    found = []
    for phase in phases(material):
        title = TITLES.get(phase.name, phase.name)
        budget = f" of {phase.budget:g} s" if phase.budget else ""
        over = " over" if phase.budget and phase.seconds > phase.budget else ""
        found.append(
            f'<li class="phase{over}" data-phase="{escaped(phase.name)}">'
            f"<b>{escaped(title)}</b> {words.seconds(phase.seconds)}{budget}"
            f"{' (budget passed)' if over else ''}</li>"
        )
    return "".join(found)


def tests_line(material: Material) -> str:
    """Return in words how the tests ended."""
    counts = material.record.tests if material.record else None
    if material.tests:
        failed = len(failing(material))
        return f"{len(material.tests):,} tests, {failed:,} failed"
    return counts.words if counts else ""

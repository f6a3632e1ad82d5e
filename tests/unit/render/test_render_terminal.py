"""The live display, recorded: what stays on the screen, how wide it is, what it never does."""

from __future__ import annotations

import io
import threading
from dataclasses import replace

import pytest
from events_in import WAY_DOWN, WAY_UP, begun, broke, done, noticed, starts
from rich.console import Console

from orchestrator.model.event import (
    Event,
    ImagesDone,
    ImagesWanted,
    RunCompared,
    RunReady,
    StepDone,
    StepStarted,
)
from orchestrator.render.terminal import Terminal


class Screen:
    """A terminal that is written to, and what can be read on it."""

    def __init__(self, width: int = 80, height: int = 24, *, encoding: str = "utf-8") -> None:
        self.bytes = io.BytesIO()
        self.stream = io.TextIOWrapper(self.bytes, encoding=encoding, write_through=True)
        self.console = Console(
            file=self.stream,
            force_terminal=True,
            width=width,
            height=height,
            highlight=False,
            color_system=None,
            legacy_windows=False,
        )
        self.shown = Terminal(self.stream, console=self.console)

    def show(self, events: list[Event]) -> list[str]:
        """Show events and return what is on the screen then."""
        for event in events:
            self.shown.show(event)
        self.shown.close()
        return self.read()

    def read(self) -> list[str]:
        """Return the lines of the screen: what was erased or overwritten is gone."""
        lines, row = [""], 0
        text = self.bytes.getvalue().decode(self.stream.encoding)
        for part in split(text):
            if part == "\n":
                row += 1
                lines += [""] * (row + 1 - len(lines))
            elif part == "UP":
                row -= 1
            elif part == "ERASE":
                lines[row] = ""
            else:
                lines[row] += part
        return [line.rstrip() for line in lines]


def split(text: str) -> list[str]:
    """Take the few control sequences that rich uses apart."""
    import re

    found = []
    for part in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\n|\r|[^\x1b\n\r]+", text):
        if part.startswith("\x1b["):
            found += {"A": ["UP"], "K": ["ERASE"]}.get(part[-1], [])
        elif part != "\r":
            found.append(part)
    return found


def test_every_line_stays_with_its_mark_and_time() -> None:
    assert Screen().show(WAY_UP) == [
        "payments · run payments-x7k2 · docker 28.1",
        " ✓ ledger     1.7 s  ready and seeded",
        " ✓ api        0.4 s  ready",
        " ✓ migrate    0.6 s  done",
        " ✓ nats:2    12.3 s  pulled",
        "ready in 13.4 s",
        "",
    ]


def test_images_are_fetched_for_no_run() -> None:
    names = ("r.test/m/nats:2", "redis:7")
    steps = [f"pull {names[0]}", f"push {names[1]}"]
    events: list[Event] = [
        ImagesWanted(at=0, name="payments", images=names),
        *(starts(0, step) for step in steps),
        *(done(2, step, 2) for step in steps),
        ImagesDone(at=2, seconds=2),
    ]
    shown = ["payments", " ✓ nats:2     2.0 s  pulled", " ✓ redis:7    2.0 s  pushed", ""]
    assert Screen().show(events) == shown


def test_the_way_down_is_one_line() -> None:
    assert Screen().show(WAY_DOWN) == ["removed 3 in 0.40 s", ""]


def test_a_failure_marks_its_line_and_stops_the_others() -> None:
    failure: list[Event] = [
        begun("ledger", "api", waits={"api": ("ledger",)}),
        starts(0, "start ledger"),
        broke(1, "start ledger", "no space left"),
        *WAY_DOWN,
    ]
    lines = Screen().show(failure)
    assert lines[1] == " ✗ ledger    1.0 s  no space left"
    assert lines[2] == " · api              waiting for ledger"
    assert lines[3:] == ["removed 3 in 0.40 s", ""]


@pytest.mark.parametrize("width", [30, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = "a-resource-with-a-rather-long-name"
    events: list[Event] = [
        begun(long, "b"),
        starts(0, f"start {long}"),
        broke(1, f"start {long}", "because " * 40),
    ]
    lines = Screen(width).show(events)
    assert max(map(len, lines)) <= width
    # On the narrowest one the title stands above the board, on two lines.
    assert len(lines) == (6 if width == 30 else 4)


def test_forty_resources_fit_on_24_lines_until_all_are_ready() -> None:
    names = [f"cache-{number:02}" for number in range(40)]
    screen = Screen()
    screen.shown.show(begun(*names))
    for name in names:
        screen.shown.show(starts(0, f"start {name}"))
    assert screen.shown.__rich__().plain.count("\n") < 23
    assert "and 21 under way" in screen.shown.__rich__().plain
    lines = screen.show([WAY_UP[-1]])
    assert len([line for line in lines if "cache-" in line]) == 40
    assert lines[-2] == "ready in 13.4 s"


def test_where_the_terminal_has_no_unicode_ascii_stands_in() -> None:
    text = "\n".join(Screen(encoding="latin-1").show([*WAY_UP[:-1], broke(14, "ready api", "no")]))
    assert " + ledger" in text
    assert " x api" in text


def test_what_is_noticed_stands_above_the_live_lines() -> None:
    lines = Screen().show([begun("a"), noticed("by the way"), starts(0, "start a")])
    assert lines[0] == "by the way"
    assert lines[1].startswith("payments · run")


def test_a_sentence_is_shown_with_the_next_drawing_and_at_once_where_nothing_is_drawn() -> None:
    screen = Screen()
    screen.shown.say("nothing yet")
    screen.shown.show(begun("a"))
    screen.shown.say("interrupted")
    assert screen.show([])[-2:] == ["interrupted", ""]
    assert screen.read()[0] == "nothing yet"


def test_many_threads_may_tell_at_once() -> None:
    screen = Screen()
    screen.shown.show(begun(*(f"r{number}" for number in range(20))))

    def tell(number: int) -> None:
        for _ in range(50):
            screen.shown.show(starts(0, f"start r{number}"))

    threads = [threading.Thread(target=tell, args=(number,), daemon=True) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    screen.show(WAY_DOWN)


def test_what_is_made_anew_has_its_line_and_the_way_up_stays_on_the_screen() -> None:
    kept, anew = ("cache", "kept", "nothing has changed"), ("api", "made anew", "its image has")
    events: list[Event] = [
        RunCompared(at=100, run="payments-x7k2", changes=(kept, anew)),
        begun("cache", "api"),
    ]
    for step in ("keep cache", "ready cache", "remove container api", "start api", "ready api"):
        subject = step.split()[-1]
        events.append(StepStarted(at=100, step=step, subject=subject, cause="-"))
        events.append(StepDone(at=100.5, step=step, subject=subject, seconds=0.5))
    events.append(RunReady(at=101, run="payments-x7k2", seconds=1, addresses=()))
    text = "\n".join(Screen().show(events))
    assert text.startswith(
        "payments-x7k2 is up already:\n  cache  kept       nothing has changed\n"
    )
    assert "waiting" not in text
    assert "removing" not in text
    assert [line.split()[1:] for line in text.splitlines() if line.endswith(" s  ready")] == [
        ["cache", "0.5", "s", "ready"],
        ["api", "0.5", "s", "ready"],
    ]
    assert text.rstrip().endswith("ready in 1.0 s")


def test_where_everything_runs_and_why_is_said_to_its_end_however_narrow() -> None:
    why = "process (ledger: postgres 15.18) because there is no container engine anywhere"
    first = replace(begun("ledger"), engines=(why,))
    lines = Screen(40).show([first, starts(0.0, "start ledger")])
    head = lines.index("payments · run payments-x7k2")
    assert " ".join(lines[:head]) == f"payments · run payments-x7k2 · {why}"

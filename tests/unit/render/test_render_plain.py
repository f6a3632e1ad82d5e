"""Events as plain lines: exactly these, none twice, no colours."""

from __future__ import annotations

import io

import pytest
from events_in import WAY_DOWN, WAY_UP, begun, broke, done, noticed, progress, starts

from orchestrator.model.event import Event, ImagesWanted, InstanceDied
from orchestrator.model.printable import LONGEST
from orchestrator.render.plain import Plain


def plain(events: list[Event], *, verbose: bool = False) -> str:
    stream = io.StringIO()
    shown = Plain(stream, verbose=verbose)
    for event in events:
        shown.show(event)
    shown.close()
    return stream.getvalue()


def test_the_way_up_and_down() -> None:
    assert plain([*WAY_UP, *WAY_DOWN]) == (
        "payments: run payments-x7k2, docker 28.1\n"
        "  0.10s  mirror/nats:2  pulling\n"
        "  0.42s  ledger   started\n"
        "  1.61s  ledger   ready (1.2 s)\n"
        "  1.90s  ledger   seeded accounts.csv (0.29 s)\n"
        " 12.40s  mirror/nats:2  pulled (12.3 s)\n"
        " 12.50s  migrate  started\n"
        " 13.00s  migrate  done (0.50 s)\n"
        " 13.10s  api      started\n"
        " 13.40s  api      ready (0.30 s)\n"
        "ready in 13.4 s\n"
        "removed 3 in 0.40 s\n"
    )


def test_images_stand_below_one_another() -> None:
    events: list[Event] = [
        ImagesWanted(at=100, name="payments", images=("nats:2", "redis:7")),
        starts(0, "pull nats:2"),
        starts(0, "push redis:7"),
        done(2, "push redis:7", 2),
    ]
    assert plain(events) == (
        "  0.00s  nats:2   pulling\n  0.00s  redis:7  pushing\n  2.00s  redis:7  pushed (2.0 s)\n"
    )


def test_verbose_adds_causes_and_answers() -> None:
    text = plain(WAY_UP, verbose=True)
    assert "  0.00s  docker   opening, because of a reason\n" in text
    assert "  0.50s  ledger   answer: connection refused\n" in text
    assert "  0.42s  ledger   waiting until it is ready, because of a reason\n" in text


def test_a_failure_is_one_line_and_what_follows_says_more() -> None:
    text = plain([begun("ledger"), broke(2, "ready ledger", "ledger exited\nwith details")])
    assert text.endswith("\n  2.00s  ledger  FAILED: ledger exited\n")


def test_a_long_step_says_how_far_it_is_now_and_then() -> None:
    step = "pull big:1"
    events = [progress(second, step, "", int(second), 60) for second in range(60)]
    lines = plain([begun(), starts(0, step), *events]).splitlines()
    assert lines[1] == "  0.00s  big:1  pulling"
    assert lines[2:] == [
        f" {second}.00s  big:1  pulling {second * 100 // 60} %" for second in (10, 20, 30, 40, 50)
    ]


def test_a_removal_alone_has_no_title() -> None:
    assert plain(WAY_DOWN) == "removed 3 in 0.40 s\n"


def test_what_is_noticed_is_a_line() -> None:
    assert plain([noticed("running pytest -q")]) == "running pytest -q\n"


@pytest.mark.parametrize("verbose", [False, True])
def test_every_event_can_be_shown_without_a_beginning(verbose: bool) -> None:
    for event in [*WAY_UP, *WAY_DOWN, broke(1, "open docker", "no"), done(1, "restore x", 1)]:
        plain([event], verbose=verbose)


def test_of_the_log_of_what_has_died_no_line_is_longer_than_one_reads() -> None:
    died = InstanceDied(at=2, subject="api", state="gone", log=("why", "x" * 5000))
    lines = plain([begun("api"), died]).splitlines()
    assert [line.split("  ", 3)[-1].strip() for line in lines[1:]] == [
        "DIED: gone",
        "why",
        "x" * (LONGEST - 3) + "...",
    ]

"""What is known of every line at a moment, and which lines are shown where room is short."""

from __future__ import annotations

import pytest
from events_in import BEGAN, WAY_UP, answer, begun, broke, done, progress, starts

from orchestrator.model.event import Event
from orchestrator.render import words
from orchestrator.render.board import Board
from orchestrator.render.rows import rows


def board(events: list[Event]) -> Board:
    made = Board()
    for event in events:
        made.see(event)
    return made


MOMENTS = [
    (0, {"ledger": "waiting", "api": "waiting for ledger, nats:2", "migrate": "waiting"}),
    (5, {"ledger": "starting", "mirror/nats:2": "pulling 34 %"}),
    (7, {"ledger": "waiting until it is ready"}),
    (8, {"ledger": "not ready yet: connection refused"}),
    (10, {"ledger": "ready", "api": "waiting for nats:2"}),
    (12, {"ledger": "seeding accounts.csv 40 %"}),
    (13, {"ledger": "ready and seeded"}),
    (14, {"mirror/nats:2": "pulled", "api": "waiting"}),
    (18, {"migrate": "done"}),
    (22, {"api": "ready"}),
]


@pytest.mark.parametrize(("last", "expected"), MOMENTS)
def test_the_way_up_in_words(last: int, expected: dict[str, str]) -> None:
    found = {row.name: row.words for row in rows(board(WAY_UP[: last + 1]), BEGAN)}
    assert expected.items() <= found.items()


def test_time_counts_from_a_lines_own_beginning_and_stops_at_its_end() -> None:
    made = board(WAY_UP[:8])
    [ledger, api, *_] = rows(made, BEGAN + 1.2)
    assert (round(ledger.seconds or 0, 2), api.seconds) == (1.0, None)
    ledger = rows(board(WAY_UP), BEGAN + 99)[0]
    assert round(ledger.seconds or 0, 2) == 1.7


def test_a_failure_stays_and_what_was_under_way_is_stopped() -> None:
    made = board(
        [begun("a", "b"), starts(0, "start a"), starts(0, "start b"), broke(1, "start b", "no\nx")]
    )
    made.stop(BEGAN + 2)
    assert [(row.phase.value, row.words) for row in rows(made, BEGAN + 3)] == [
        ("stopped", "stopped"),
        ("failed", "no"),
    ]


def test_a_place_and_the_relay_have_no_line_unless_they_fail() -> None:
    made = board([begun("a"), starts(0, "open docker"), starts(0, "start greenroom")])
    assert [row.name for row in rows(made, BEGAN)] == ["a"]
    made.see(broke(1, "open docker", "no network"))
    assert [row.name for row in rows(made, BEGAN)] == ["a", "docker"]


def test_a_build_shows_its_steps_and_waits_again() -> None:
    made = board([begun("api", waits={"api": ("ledger",)}), starts(0, "build api")])
    made.see(progress(1, "build api", "RUN make", 3, 7, ""))
    assert rows(made, BEGAN)[0].words == "building 3 of 7: RUN make"
    made.see(done(2, "build api", 2))
    assert rows(made, BEGAN)[0].words == "waiting for ledger"


def test_copies_of_seeded_state_leave_it_ready_and_seeded() -> None:
    made = board(
        [begun("a"), starts(0, "start a"), done(1, "ready a", 1), done(2, "seed a 1 x", 1)]
    )
    for step in ("template a", "snapshot a", "store a"):
        made.see(starts(2, step))
        assert rows(made, BEGAN)[0].words.startswith(("copying", "storing"))
        made.see(done(3, step, 1))
        [line] = rows(made, BEGAN)
        assert (line.phase.value, line.words) == ("done", "ready and seeded")


def test_what_is_restored_is_not_done_before_it_is_ready() -> None:
    made = board([begun("a"), starts(0, "restore a"), done(1, "restore a", 1)])
    [line] = rows(made, BEGAN)
    assert (line.phase.value, line.words) == ("active", "restored from its snapshot")
    made.see(done(2, "template a", 1))
    assert rows(made, BEGAN)[0].words == "ready"


def many(count: int) -> list[Event]:
    """Some lines are done, some are under way, one has failed, the rest wait."""
    names = [f"r{number:02}" for number in range(count)]
    events: list[Event] = [begun(*names)]
    events += [starts(0, f"ready {name}") for name in names[: count // 2]]
    events += [done(1, f"ready {name}", 1) for name in names[: count // 4]]
    return [*events, broke(1, f"ready {names[0]}", "no")]


@pytest.mark.parametrize("room", [1, 2, 5, 12, 39, 40, 41])
def test_no_more_rows_than_there_is_room_and_none_is_forgotten(room: int) -> None:
    found = rows(board(many(40)), BEGAN, room)
    assert len(found) == min(room, 40)
    shown = [row for row in found if row.name]
    counted = sum(int(word) for word in found[-1].words.split() if word.isdecimal())
    assert len(shown) + (0 if found[-1].name else counted) == 40


def test_where_room_is_short_the_urgent_lines_stay_in_their_order() -> None:
    found = rows(board(many(40)), BEGAN, 12)
    assert [row.name for row in found] == ["r00", *(f"r{n}" for n in range(10, 20)), ""]
    assert found[-1].words == "and 20 waiting, 9 ready"


def test_an_answer_for_nobody_known_makes_a_line() -> None:
    assert rows(board([answer(0, "ready x", "hm")]), BEGAN)[0].words == "not ready yet: hm"


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("ledger", "ledger"),
        ("api@s17", "api@s17"),
        ("mirror.test:5000/hub/nats:2", "nats:2"),
        (f"mirror.test/nats:2@sha256:{'7' * 64}", "nats:2@sha256:777777777777"),
    ],
)
def test_an_image_is_shown_by_the_end_of_its_name(subject: str, expected: str) -> None:
    assert words.short(subject) == expected

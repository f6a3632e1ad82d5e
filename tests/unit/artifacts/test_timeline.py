"""When what happened, who waited for whom, and what decided it: from events alone."""

from __future__ import annotations

import pytest
from told import BEGAN, RUN, begun, ready, steps

from orchestrator.artifacts.spans import Outcome
from orchestrator.artifacts.tests import TestRecord
from orchestrator.artifacts.timeline import Timeline
from orchestrator.errors import Evidence
from orchestrator.model.event import (
    Collected,
    CommandEnded,
    CommandStarted,
    InstanceDied,
    Noticed,
    ProbeAnswered,
    RunCompared,
    RunRemoved,
    StepStopped,
)

SHOP = """
    0    0.2  open docker
    0.2  0.5  start ledger < open docker
    0.2  0.4  start cache < open docker
    0.4  0.9  ready cache < start cache
    0.5  2.5  ready ledger < start ledger
    2.5  4.0  seed ledger 1 accounts.csv < ready ledger
    4.1  4.3  start api < open docker, seed ledger 1 accounts.csv, ready cache
    4.3  5.0  ready api < start api
"""


def path(timeline: Timeline, phase: str = "up") -> list[str]:
    return [leg.span.step for leg in timeline.critical_path(phase)]


def outcomes(timeline: Timeline) -> dict[str, str]:
    return {span.step: span.outcome.value for span in timeline.spans}


def test_the_path_leads_back_along_what_ended_last() -> None:
    timeline = Timeline.of([begun("ledger", "cache", "api"), *steps(SHOP), ready(5)])
    assert path(timeline) == [
        "open docker",
        "start ledger",
        "ready ledger",
        "seed ledger 1 accounts.csv",
        "start api",
        "ready api",
    ]
    gaps = [round(leg.gap, 3) for leg in timeline.critical_path()]
    assert gaps == [0, 0, 0, 0, 0.1, 0]
    taken = sum(leg.gap + leg.span.seconds for leg in timeline.critical_path())
    assert taken == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        pytest.param("0 1 start a", ["start a"], id="one step"),
        pytest.param(
            "0 1 start a\n0 3 start b\n3 4 start c < start a, start b",
            ["start b", "start c"],
            id="the later of two",
        ),
        pytest.param(
            "0 1 ready a\n1 2 snapshot a < ready a\n2 9 store a < snapshot a\n"
            "2 4 start b < snapshot a",
            ["ready a", "snapshot a", "store a"],
            id="a store that nobody waits for",
        ),
        pytest.param(
            "0 1 start a\n0 9 start b\n1 3 ready a < start a ! no answer",
            ["start a", "ready a"],
            id="what failed decides",
        ),
        pytest.param(
            "0 1 start a ! no\n0 2 start b ! no",
            ["start a"],
            id="what failed first",
        ),
        pytest.param("0 1 start a < start gone", ["start a"], id="nothing known of what is before"),
        pytest.param("0 1 start a < start a", ["start a"], id="a step that waits for itself"),
        pytest.param("", [], id="nothing at all"),
    ],
)
def test_paths(told: str, wanted: list[str]) -> None:
    broke = "!" in told
    events = [begun("a", "b"), *(steps(told) if told else []), *([] if broke else [ready(9)])]
    assert path(Timeline.of(events)) == wanted


def test_of_several_under_way_the_one_that_took_longest_decides() -> None:
    events = [begun("a", "b"), *steps("0 1 start a\n1 . ready a < start a\n2 . start b")]
    stopped = [
        StepStopped(at=BEGAN + 8, step="start b", subject="b"),
        StepStopped(at=BEGAN + 8.1, step="ready a", subject="a", evidence=Evidence(answer="no")),
    ]
    timeline = Timeline.of([*events, *stopped])
    assert path(timeline) == ["start a", "ready a"]
    assert outcomes(timeline)["ready a"] == "stopped"
    assert not timeline.is_ready


def test_what_was_under_way_at_a_failure_was_stopped_by_it() -> None:
    timeline = Timeline.of(
        [
            begun("a", "b"),
            *steps("0 . start b\n1 3 ready a ! no answer\n5 6 remove container a of shop-x7k2"),
        ]
    )
    assert outcomes(timeline) == {
        "start b": "stopped",
        "ready a": "failed",
        f"remove container a of {RUN}": "done",
    }
    (stopped,) = timeline.of_subject("b")
    assert stopped.ended == BEGAN + 3
    assert [(one.name, one.seconds) for one in timeline.phases] == [("up", 3), ("down", 1)]


def test_of_a_killed_run_the_last_word_ends_all() -> None:
    killed = [*steps("0 1 start a\n1 . ready a"), Noticed(at=BEGAN + 7, text="still here")]
    timeline = Timeline.of([begun("a"), *killed])
    span = timeline.of_subject("a")[-1]
    assert (span.outcome, span.seconds) == (Outcome.UNDER_WAY, 6)
    assert timeline.phases[0].seconds == 7


def test_phases_of_a_whole_run() -> None:
    command = ("pytest", "-q")
    events = [
        begun("a"),
        *steps("0 1 start a"),
        ready(1.5),
        CommandStarted(at=BEGAN + 2, command=command),
        InstanceDied(at=BEGAN + 4, subject="a", state="exited with 1"),
        CommandEnded(at=BEGAN + 5, command=command, code=1, seconds=3),
        Collected(at=BEGAN + 6, seconds=0.5, instances=1),
        *steps("6 7 remove container a of shop-x7k2\n7 7.5 close docker shop-x7k2"),
        RunRemoved(at=BEGAN + 7.5, run=RUN, seconds=1.5, removed=2),
    ]
    timeline = Timeline.of(events)
    shown = [(one.name, one.began - BEGAN, one.seconds) for one in timeline.phases]
    assert shown == [("up", 0, 1.5), ("tests", 2, 3), ("collect", 5.5, 0.5), ("down", 6, 1.5)]
    assert [(one.kind, one.subject, one.text) for one in timeline.moments] == [
        ("died", "a", "exited with 1")
    ]
    assert (timeline.command, timeline.code) == (command, 1)
    assert path(timeline, "down") == [f"close docker {RUN}"]


def test_tests_alone_make_their_phase() -> None:
    tests = [
        TestRecord(name="t1", outcome="passed", began=BEGAN + 2, ended=BEGAN + 3),
        TestRecord(name="t2", outcome="failed", began=BEGAN + 3, ended=BEGAN + 9),
    ]
    timeline = Timeline.of([begun("a"), *steps("0 1 start a"), ready(1)], tests)
    phase = timeline.phase("tests")
    assert phase is not None
    assert (phase.began, phase.ended, timeline.ended) == (BEGAN + 2, BEGAN + 9, BEGAN + 9)


def test_probes_are_asked_on_the_way() -> None:
    events = [
        begun("a"),
        *steps("0 1 start a\n1 4 ready a < start a"),
        ProbeAnswered(at=BEGAN + 2, step="ready a", subject="a", answer="connection refused"),
    ]
    events.sort(key=lambda event: event.at)
    (_, span) = Timeline.of(events).spans
    assert [(one.at - BEGAN, one.text) for one in span.answers] == [(2, "connection refused")]
    assert span.cause == "why ready a"


def test_a_second_attempt_is_told_from_the_first() -> None:
    again = "shop-second"
    events = [
        begun("a"),
        *steps("0 1 restore a\n1 2 ready a < restore a ! it is damaged"),
        *steps("2 3 remove container a of shop-x7k2"),
        RunRemoved(at=BEGAN + 3, run=RUN, seconds=1, removed=1),
        begun("a", run=again, at=3),
        *steps("3 4 start a\n4 7 ready a < start a"),
        ready(7, run=again),
    ]
    timeline = Timeline.of(events)
    assert path(timeline) == ["start a", "ready a"]
    assert [(one.name, one.seconds) for one in timeline.phases] == [("up", 7)]
    assert (timeline.attempt, timeline.is_ready) == (2, True)


def test_what_is_removed_on_the_way_up_is_a_part_of_it() -> None:
    compared = RunCompared(at=BEGAN, run=RUN, changes=(("a", "made anew", "its image"),))
    told = steps(f"0 1 remove container a of {RUN}\n1 2 start a < remove container a of {RUN}")
    timeline = Timeline.of([compared, begun("a"), *told, ready(2)])
    assert path(timeline) == [f"remove container a of {RUN}", "start a"]
    assert [one.name for one in timeline.phases] == ["up"]


def test_what_others_have_left_is_no_part_of_it() -> None:
    told = steps("0 2 start a\n1 9 remove container b of other-run")
    events = [begun("a"), *told, RunRemoved(at=BEGAN + 9, run="other-run", seconds=8, removed=1)]
    timeline = Timeline.of([*events, ready(9)])
    assert outcomes(timeline) == {"start a": "done"}
    assert [one.name for one in timeline.phases] == ["up"]


def test_slices_made_for_tests_are_no_part_of_the_way_up() -> None:
    told = [*steps("0 1 start a"), ready(1), *steps("2 3 start a@s1")]
    timeline = Timeline.of([begun("a"), *told])
    assert [span.phase for span in timeline.spans] == ["up", "tests"]
    assert path(timeline) == ["start a"]


def test_nothing_is_a_timeline_too() -> None:
    timeline = Timeline.of([])
    assert (timeline.spans, timeline.phases, timeline.critical_path()) == ((), (), ())

from __future__ import annotations

import dataclasses
import threading
from typing import Any

import pytest
from passing import Passing
from probing import RUNS, Silent, Stub, nobody, server, stays, target, within

from orchestrator.model.launch import ExecResult, State
from orchestrator.model.probe import Exec, Exit, Log, Probe, Readiness, Tcp
from orchestrator.model.template import Template
from orchestrator.probes import Answer, Died, NotYet, Target, wait_ready
from orchestrator.probes.network import CLOSED
from orchestrator.probes.target import PROXY_SECONDS, QUIET_SECONDS
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut

CHECK = Exec((Template.literal("check"),))
GOOD, BAD = ExecResult(0), ExecResult(1)
QUICKLY = 0.001


def wait(
    readiness: Readiness, engine: Stub, *, port: int = 0, deadline: Deadline | None = None
) -> list[str]:
    """Wait, and return what was told."""
    told: list[str] = []
    deadline = deadline or within()
    wait_ready(readiness, target(port, engine=engine, deadline=deadline), deadline, told.append)
    return told


def test_it_asks_until_the_answer_is_good() -> None:
    engine = Stub(results=[BAD, BAD, GOOD])
    told = wait(Readiness(CHECK, interval=QUICKLY), engine)
    assert engine.asked.count("check") == 3
    assert told == ["check exited with code 1", "check exited with code 0"]


def test_as_many_good_answers_in_a_row_as_asked_for() -> None:
    engine = Stub(results=[GOOD, GOOD, BAD, GOOD, GOOD, GOOD])
    wait(Readiness(CHECK, interval=QUICKLY, successes=3), engine)
    assert engine.asked.count("check") == 6


def test_a_command_is_not_run_before_the_port_answers() -> None:
    engine = Stub(results=[GOOD])
    with nobody() as port, pytest.raises(NotYet) as caught:
        wait(Readiness(CHECK), engine, port=port, deadline=within(1))
    assert caught.value.answer == "connection refused"
    assert "check" not in engine.asked


def test_a_command_is_run_once_the_port_answers() -> None:
    with server(stays) as port:
        told = wait(Readiness(CHECK), Stub(results=[GOOD]), port=port)
    assert told == ["connected", "check exited with code 0"]


def test_whoever_dies_is_not_waited_for() -> None:
    engine = Stub(states=[RUNS, State("exited", 1)])
    with nobody() as port, pytest.raises(Died) as caught:
        wait(Readiness(Tcp()), engine, port=port)
    assert caught.value.state == State("exited", 1)
    assert caught.value.answer == "connection refused"


def test_whoever_dies_beside_a_probe_by_command_is_not_waited_for_either() -> None:
    engine = Stub(states=[State("gone")], results=[BAD])
    with pytest.raises(Died) as caught:
        wait(Readiness(CHECK), engine)
    assert caught.value.answer == "check exited with code 1"


def test_a_task_s_end_is_waited_for() -> None:
    engine = Stub(states=[State("created"), RUNS, State("exited", 0)])
    assert wait(Readiness(Exit()), engine) == ["created", "running", "exited with code 0"]
    assert len(engine.asked) == 3, "the state is the probe, and asked for no more than that"


def test_a_task_that_ended_otherwise_is_not_waited_for() -> None:
    with pytest.raises(Died):
        wait(Readiness(Exit()), Stub(states=[RUNS, State("exited", 1)]))


def test_the_state_is_asked_for_in_moderation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.probes.wait.LOOK_SECONDS", 1000)
    engine = Stub(results=[BAD, BAD, BAD, GOOD])
    wait(Readiness(CHECK, interval=QUICKLY), engine)
    assert engine.asked == ["check", "state", "check", "check", "check"]


def test_an_engine_that_does_not_answer_is_no_sign_of_death() -> None:
    engine = Silent(results=[BAD, BAD, GOOD])
    assert wait(Readiness(CHECK, interval=QUICKLY), engine)


def test_when_time_runs_out_the_last_answer_is_known() -> None:
    with pytest.raises(TimedOut) as caught:
        wait(Readiness(Log("never")), Stub(log=["x"]), deadline=within(1))
    assert isinstance(caught.value, NotYet)
    assert caught.value.answer == "no such line in its log"


def test_an_attempt_that_is_cut_short_does_not_take_the_last_answer_s_place() -> None:
    deadline = Passing()

    class Slow(Stub):
        def exec(self, *asked: Any, **more: Any) -> ExecResult:
            if self.asked:
                deadline.pass_by()
                raise TimedOut
            return super().exec(*asked, **more)

    with pytest.raises(NotYet) as caught:
        wait(Readiness(CHECK, interval=QUICKLY), Slow(results=[BAD]), deadline=deadline)
    assert caught.value.answer == "check exited with code 1"


def test_nothing_is_asked_when_there_is_no_time() -> None:
    engine = Stub(results=[GOOD])
    with pytest.raises(NotYet) as caught:
        wait(Readiness(CHECK), engine, deadline=within(-1))
    assert caught.value.answer == ""
    assert engine.asked == []


def test_the_order_to_stop_ends_the_wait() -> None:
    stop = Stop()
    timer = threading.Timer(0.05, stop.order)
    timer.start()
    with pytest.raises(Stopped):
        wait(Readiness(Log("never")), Stub(), deadline=Deadline.after(20, stop))
    timer.join()


@pytest.mark.parametrize(
    ("summary", "readiness", "quiet"),
    [
        ("nothing else tells whether there is a server", Readiness(Tcp()), PROXY_SECONDS),
        ("the command does", Readiness(CHECK), QUIET_SECONDS),
    ],
)
def test_where_a_proxy_closes_connections_a_silent_one_counts_later(
    summary: str, readiness: Readiness, quiet: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [Answer(False, CLOSED), Answer(True, "connected"), Answer(True, "check")]
    asked: list[float] = []

    def answered(_probe: Probe, whom: Target) -> Answer:
        asked.append(whom.quiet)
        return answers.pop(0)

    monkeypatch.setattr("orchestrator.probes.wait.attempt", answered)
    wait(readiness, Stub(), port=1)
    assert asked[:2] == [QUIET_SECONDS, quiet], summary


def test_after_a_while_an_answer_says_what_else_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    known = iter(["it listens on port 80", ""])
    monkeypatch.setattr("orchestrator.probes.wait.ASIDE_SECONDS", 0)
    answers = [Answer(False, "HTTP 500"), Answer(False, "HTTP 404"), Answer(True, "HTTP 200")]
    monkeypatch.setattr("orchestrator.probes.wait.attempt", lambda *_: answers.pop(0))
    told: list[str] = []
    asked = dataclasses.replace(target(), aside=lambda: next(known))
    wait_ready(Readiness(Tcp(), interval=QUICKLY), asked, within(), told.append)
    assert told == ["HTTP 500; it listens on port 80", "HTTP 404", "HTTP 200"]

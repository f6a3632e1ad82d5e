"""Clients that stay open: asked one thing after the other, until they end or take too long."""

from __future__ import annotations

import sys
import threading

import pytest

from orchestrator.copying.channel import ExecChannel
from orchestrator.engines.fake import FakeEngine
from orchestrator.engines.process.commands import run
from orchestrator.errors import EngineError
from orchestrator.model.conversation import Conversation, ReadExactly, ReadLine, Send
from orchestrator.model.launch import ExecResult, Found, Launch, RunLabels
from orchestrator.model.resource import Instance
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut, poll

LABELS = RunLabels("r1", "e1", "payments", "/environment.yaml", "{}", 2_000_000_000)
ECHO = "import sys\nfor line in sys.stdin:\n    print('heard', line, end='', flush=True)\n"


class ProgramEngine(FakeEngine):
    """A fake whose commands are programs on this host."""

    def exec(self, found: Found, argv, deadline, *, env=None, stdin=None, output=None):  # type: ignore[no-untyped-def]
        return run(list(argv), dict(env or {}), "/", deadline, stdin=stdin, output=output)


def within(seconds: float = 20.0) -> Deadline:
    return Deadline.after(seconds)


@pytest.fixture
def found() -> Found:
    return FakeEngine().start(Launch(LABELS, Instance("ledger"), image="postgres:17"), within())


def opened(found: Found, script: str) -> ExecChannel:
    argv = (sys.executable, "-u", "-c", script)
    return ExecChannel(ProgramEngine(), found, argv, {"WORD": "told"})


def ask(channel: ExecChannel, words: bytes, deadline: Deadline | None = None) -> bytes:
    answers: list[bytes] = []

    def talk() -> Conversation:
        yield Send(words + b"\n")
        answers.append((yield ReadLine()))

    channel.hold(talk(), deadline or within())
    return answers[0]


def ended(channel: ExecChannel) -> bool:
    return not channel._thread.is_alive()


def test_one_conversation_after_the_other_on_one_client(found: Found) -> None:
    channel = opened(found, ECHO)
    assert [ask(channel, b"%d" % number) for number in range(50)] == [
        b"heard %d" % number for number in range(50)
    ]
    channel.close()
    assert ended(channel)


def test_it_is_told_the_variables_and_read_by_bytes(found: Found) -> None:
    channel = opened(found, "import os, sys; print(os.environ['WORD']); sys.stdin.read()")
    heard: list[bytes] = []

    def talk() -> Conversation:
        heard.append((yield ReadExactly(3)))
        heard.append((yield ReadLine()))

    channel.hold(talk(), within())
    assert heard == [b"tol", b"d"]
    channel.close()


def test_the_end_of_the_client_is_told_with_its_last_words(found: Found) -> None:
    channel = opened(found, "import sys; input(); sys.stdout.write('FATAL: no room')")
    for _ in range(2):
        with pytest.raises(EngineError, match="beside ledger has ended: FATAL: no room"):
            ask(channel, b"x")
    channel.close()


def test_what_the_engine_refuses_is_told(found: Found) -> None:
    engine = FakeEngine()
    engine.fail("exec", "ledger", EngineError("no such container"))
    channel = ExecChannel(engine, found, ("psql",), {})
    with pytest.raises(EngineError, match="no such container"):
        ask(channel, b"x")
    channel.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_nobody_has_thought_of_keeps_nobody_waiting(found: Found) -> None:
    engine = FakeEngine()
    engine.fail("exec", "ledger", OSError("a bug"))
    channel = ExecChannel(engine, found, ("psql",), {})
    with pytest.raises(EngineError, match="psql beside ledger has ended"):
        ask(channel, b"x", within(10))
    channel.close()


@pytest.mark.parametrize("end", ["late", "stopped"])
def test_a_client_that_is_silent_is_not_waited_for_beyond_the_end(end: str, found: Found) -> None:
    channel = opened(found, "import sys; sys.stdin.read()")
    stop = Stop()
    if end == "late":
        with pytest.raises(TimedOut):
            ask(channel, b"x", Deadline.after(0.1))
    else:
        timer = threading.Timer(0.1, stop.order)
        timer.start()
        with pytest.raises(Stopped):
            ask(channel, b"x", Deadline.after(20, stop))
        timer.join()
    channel.close()
    assert ended(channel)


def test_a_client_that_heeds_no_end_of_its_input_is_ended(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.copying.channel.GRACE", 0.1)
    channel = opened(found, "import time\nprint('here')\ntime.sleep(600)")

    def hear() -> Conversation:
        yield ReadLine()

    channel.hold(hear(), within())
    channel.close()
    poll(lambda: ended(channel), within())


def test_a_fake_server_is_asked_like_a_real_one() -> None:
    """So that slices can be tried without containers."""
    engine = FakeEngine()
    engine.answers("ledger", lambda _argv, _stdin: ExecResult(0))
    found = engine.start(Launch(LABELS, Instance("ledger"), image="postgres:17"), within())
    channel = ExecChannel(engine, found, ("psql",), {})
    assert ask(channel, b"\\echo greenroom: done") == b"greenroom: done"
    channel.close()
    assert ended(channel)

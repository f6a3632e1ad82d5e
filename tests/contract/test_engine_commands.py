"""What every engine promises of the commands run beside its instances."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from engine_cases import Case, needs, within
from engine_steps import AWKWARD, await_end

from orchestrator.errors import Gone
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut

MEGABYTE = 1 << 20


@needs("programs")
def test_exec_returns_both_streams_and_the_code(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    result = engine_case.engine.exec(
        found, ["sh", "-c", "echo out; echo err >&2; exit 7"], within()
    )
    assert (result.exit_code, result.stdout, result.stderr) == (7, "out\n", "err\n")


@needs("programs")
def test_exec_keeps_words_and_environment_as_given(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    script = 'printf "%s|%s" "$AWKWARD" "$1"'
    argv = ["sh", "-c", script, "name", AWKWARD]
    result = engine_case.engine.exec(found, argv, within(), env={"AWKWARD": AWKWARD})
    assert result.stdout == f"{AWKWARD}|{AWKWARD}"


@needs("programs")
def test_exec_streams_large_input_and_output_at_once(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    piece = bytes(range(256)) * 256
    count = 8 * MEGABYTE // len(piece)
    digest = hashlib.sha256()

    def note(stream: str, data: bytes) -> None:
        assert stream == "stdout"
        digest.update(data)

    result = engine_case.engine.exec(
        found, ["cat"], within(), stdin=itertools.repeat(piece, count), output=note
    )
    assert (result.exit_code, result.output) == (0, "")
    assert digest.digest() == hashlib.sha256(piece * count).digest()


@needs("programs")
def test_exec_serves_a_conversation(engine_case: Case) -> None:
    """A session may stay open: each question is sent when the answer to the last one has come."""
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    answered = threading.Event()
    answers: list[bytes] = []

    def questions() -> Iterator[bytes]:
        for number in range(3):
            answered.clear()
            yield f"question {number}\n".encode()
            assert answered.wait(20)

    def note(_stream: str, data: bytes) -> None:
        answers.append(data)
        answered.set()

    result = engine_case.engine.exec(found, ["cat"], within(), stdin=questions(), output=note)
    assert result.exit_code == 0
    assert b"".join(answers) == b"question 0\nquestion 1\nquestion 2\n"


@needs("programs")
def test_exec_ends_with_a_command_that_does_not_read_its_input(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    endless = itertools.repeat(b"x" * 65536)
    assert engine_case.engine.exec(found, ["true"], within(), stdin=endless).exit_code == 0


@needs("programs")
def test_exec_raises_what_its_input_raises(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))

    def broken() -> Iterator[bytes]:
        yield b"one\n"
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        engine_case.engine.exec(found, ["cat"], within(), stdin=broken())


@needs("programs")
def test_exec_without_input_reads_nothing(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    assert engine_case.engine.exec(found, ["cat"], within(20)).exit_code == 0


@needs("programs")
def test_exec_replaces_what_is_no_text(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    result = engine_case.engine.exec(found, ["printf", r"a\377b"], within())
    assert result.stdout == "a\ufffdb"


@needs("programs")
def test_exec_of_an_unknown_command_is_a_result(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    result = engine_case.engine.exec(found, ["no-such-command"], within())
    assert result.exit_code in (126, 127)
    assert "no-such-command" in result.output


@needs("programs")
def test_exec_ends_at_its_deadline(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    with pytest.raises(TimedOut):
        engine_case.engine.exec(found, ["sleep", "100"], within(0.5))
    with pytest.raises(TimedOut):
        engine_case.engine.exec(
            found, ["sleep", "100"], within(0.5), stdin=itertools.repeat(b"x" * 65536)
        )
    assert engine_case.engine.state(found, within()).alive


@needs("programs")
def test_exec_ends_at_the_order_to_stop(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    stop = Stop()
    with pytest.raises(Stopped):
        engine_case.engine.exec(
            found,
            ["sh", "-c", "echo begun; sleep 100"],
            Deadline.after(60, stop),
            output=lambda *_: stop.order(),
        )


@needs("programs")
def test_exec_beside_what_has_ended_is_told_apart(engine_case: Case) -> None:
    found = engine_case.start(engine_case.exits(engine_case.new_run()))
    await_end(engine_case, found)
    with pytest.raises(Gone):
        engine_case.engine.exec(found, ["true"], within())
    engine_case.engine.remove(found, within())
    with pytest.raises(Gone):
        engine_case.engine.exec(found, ["true"], within())


@needs("programs")
def test_many_commands_run_at_once(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))

    def run(number: int) -> str:
        return engine_case.engine.exec(found, ["echo", str(number)], within()).stdout

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(run, range(32))) == [f"{number}\n" for number in range(32)]

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from host_processes import lives, wait_until, within

from orchestrator.engines.process.commands import run
from orchestrator.model.launch import ExecResult
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut


def command(script: str, deadline: Deadline | None = None, **more: object) -> ExecResult:
    more = {"stdin": None, "output": None, **more}
    return run(["sh", "-c", script], dict(os.environ), "/", deadline or within(), **more)  # type: ignore[arg-type]


def test_a_signal_shows_in_the_exit_code_as_in_a_shell() -> None:
    assert command("kill -TERM $$").exit_code == 128 + signal.SIGTERM


def test_what_it_leaves_in_the_background_is_not_waited_for() -> None:
    result = command("sleep 1000 & echo $!")
    left = int(result.stdout)
    assert lives(left)
    os.kill(left, signal.SIGKILL)


def test_all_output_comes_even_if_whoever_takes_it_is_slow() -> None:
    taken: list[int] = []
    slowly = threading.Event()

    def take(_stream: str, data: bytes) -> None:
        slowly.wait(0.001)
        taken.append(len(data))

    command("head -c 3000000 /dev/zero", output=take)
    assert sum(taken) == 3_000_000


def test_a_command_that_closes_its_streams_is_waited_for(tmp_path: Path) -> None:
    script = f"exec >&- 2>&-; while [ ! -e {tmp_path}/go ]; do sleep 0.01; done; exit 4"
    timer = threading.Timer(0.05, (tmp_path / "go").touch)
    timer.start()
    assert command(script).exit_code == 4
    timer.join()


def test_input_that_breaks_off_never_looks_like_its_end(tmp_path: Path) -> None:
    """Or a loader would take half of a file for the whole."""
    seen = tmp_path / "seen"

    def half() -> Iterator[bytes]:
        yield b"half\n"
        wait_until(lambda: (tmp_path / "read").exists())
        raise LookupError("the file broke off")

    script = f"read line; touch {tmp_path}/read; cat > /dev/null; touch {seen}"
    with pytest.raises(LookupError, match="broke off"):
        command(script, stdin=half())
    assert not seen.exists()


def test_input_that_breaks_off_ends_a_command_that_prints_nothing_more() -> None:
    def broken() -> Iterator[bytes]:
        raise LookupError("no such file")
        yield b""

    with pytest.raises(LookupError):
        command("exec >&- 2>&-; cat > /dev/null", stdin=broken())


def test_the_whole_group_is_ended_at_the_deadline(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    begun = Stop()
    with pytest.raises(Stopped):
        command(
            f"sleep 1000 & echo $! > {pids}; echo begun; wait",
            Deadline.after(60, begun),
            output=lambda *_: begun.order(),
        )
    child = int(pids.read_text())
    wait_until(lambda: not lives(child))


def test_a_source_that_is_stuck_does_not_keep_us_from_the_deadline() -> None:
    never = threading.Event()

    def stuck() -> Iterator[bytes]:
        never.wait(30)
        yield b""

    with pytest.raises(TimedOut):
        command("cat", within(0.2), stdin=stuck())
    never.set()


def test_an_output_that_raises_ends_the_command(tmp_path: Path) -> None:
    pid = tmp_path / "pid"

    def broken(_stream: str, _data: bytes) -> None:
        raise LookupError("nobody wants it")

    with pytest.raises(LookupError, match="nobody wants it"):
        command(f"echo $$ > {pid}; echo x; exec sleep 1000", output=broken)
    assert not lives(int(pid.read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the open files")
def test_no_pipe_and_no_thread_is_left() -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    command("true", stdin=[b"x"])
    before, threads = descriptors(), threading.active_count()
    for _ in range(5):
        command("echo out; echo err >&2", stdin=[b"x" * 100_000])
    wait_until(lambda: threading.active_count() <= threads and descriptors() <= before)


def test_a_command_that_cannot_be_started_has_failed() -> None:
    pieces: list[tuple[str, bytes]] = []
    result = run(
        ["no-such-command"],
        {"PATH": "/bin"},
        "/",
        within(),
        stdin=None,
        output=lambda stream, data: pieces.append((stream, data)),
    )
    words = "cannot start 'no-such-command': there is no such command"
    assert result == ExecResult(127)
    assert pieces == [("stderr", f"{words}\n".encode())]
    again = run(["no-such-command"], {"PATH": "/bin"}, "/", within(), stdin=None, output=None)
    assert again == ExecResult(127, stderr=words)

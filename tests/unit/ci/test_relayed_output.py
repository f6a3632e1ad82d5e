"""What a command writes on its way to our own streams, as much of it as there may be."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.artifacts.log_files import LogFile
from orchestrator.ci import relaying
from orchestrator.ci.masked import Masked
from orchestrator.ci.relaying import LONGEST, PIECE, PIECES, Relay
from orchestrator.ci.steady import Steady
from orchestrator.model.secret import masker

SECRET = "tok-0123456789"


def masked() -> Masked:
    return Masked(masker([SECRET]), [SECRET])


class Out(io.TextIOWrapper):
    """What stands for both of our streams."""

    def __init__(self) -> None:
        self.written = io.BytesIO()
        super().__init__(self.written, encoding="utf-8", write_through=True)


def relayed(
    script: str, monkeypatch: pytest.MonkeyPatch, out: io.TextIOBase, kept: LogFile | None = None
) -> None:
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", out)
    with Relay(masked, kept) as relay:
        run(script, relay)


def run(script: str, relay: Relay) -> None:
    first, second = relay.outlets
    argv = [sys.executable, "-c", script]
    subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=first, stderr=second, check=True)
    relay.begun()


def test_all_of_much_is_passed_on_and_the_end_of_it_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = Out()
    lines = 200_000
    log = LogFile(tmp_path / "output.log", most=100_000)
    with log:
        relayed(f"for n in range({lines}): print('line', n)", monkeypatch, out, log)
    text = out.written.getvalue().decode()
    assert text.startswith("line 0\n")
    assert text.count("\n") == lines
    kept = (tmp_path / "output.log").read_text()
    assert kept.endswith(f" line {lines - 1}\n")
    assert 50_000 < len(kept) <= 100_000
    assert log.cut


def test_who_reads_slowly_makes_the_command_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Out()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", out)
    with Relay(masked) as relay:
        waiting: list[int] = []
        feed = relay._streams[0].feed

        def slow(piece: bytes) -> None:
            waiting.append(relay._pieces.qsize())
            feed(piece)

        monkeypatch.setattr(relay._streams[0], "feed", slow)
        size = PIECE * PIECES * 4
        script = f"import os, sys; sys.stdout.write('x' * 70 + chr(10)); print('y' * {size})"
        run(script, relay)
    assert max(waiting) <= PIECES
    assert out.written.getvalue().count(b"y") == size


def test_a_line_that_never_ends_is_kept_in_parts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = Out()
    size = 5 << 20
    with LogFile(tmp_path / "output.log") as log:
        relayed(f"import sys; sys.stdout.write('x' * {size})", monkeypatch, out, log)
    assert len(out.written.getvalue()) == size
    lines = (tmp_path / "output.log").read_text().splitlines()
    assert sum(line.count("x") for line in lines) == size
    assert len(lines) <= size / LONGEST


def test_bytes_that_are_no_text_are_passed_on_as_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = Out()
    with LogFile(tmp_path / "output.log") as log:
        relayed(
            r"import os; os.write(1, b'a\xff\xe2\x82b\x00\n\x1b[31mred\n')", monkeypatch, out, log
        )
    assert out.written.getvalue() == b"a\xff\xe2\x82b\x00\n\x1b[31mred\n"
    assert (tmp_path / "output.log").read_text().count("�") == 2


def test_what_is_left_behind_with_the_pipe_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = Out()
    script = (
        "import subprocess, sys\n"
        "print('before', flush=True)\n"
        "left = subprocess.Popen(['sleep', '60'])\n"
        "print(left.pid, flush=True)\n"
    )
    relayed(script, monkeypatch, out)
    first, pid = out.written.getvalue().decode().split()
    os.kill(int(pid), 9)
    assert first == "before"


def test_without_anybody_who_reads_the_command_comes_to_its_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    theirs, ours = os.pipe()
    os.close(theirs)
    gone = io.TextIOWrapper(io.FileIO(ours, "w"), write_through=True)
    with LogFile(tmp_path / "output.log") as log:
        relayed(f"print('done with {SECRET}')", monkeypatch, gone, log)
    assert (tmp_path / "output.log").read_text().endswith(" done with ***\n")


def test_our_own_lines_begin_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Out()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", out)
    ours = Steady(out)
    # In-memory streams are nobody's file.
    monkeypatch.setattr(relaying, "same", lambda *_: True)
    with Relay(masked, ours=ours) as relay:
        run("print('....', end='')", relay)
        relay.drain()
        ours.write("")
        ours.write("api DIED\n")
        ours.write("::group::Removing\n")
    assert out.written.getvalue() == b"....\napi DIED\n::group::Removing\n"


def test_output_that_cannot_be_masked_is_not_shown_and_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken(Masked):
        def feed(self, text: str) -> str:
            raise RecursionError("a bug")

    out = Out()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", out)
    with Relay(lambda: Broken(str, ())) as relay:
        # More than what may wait to be passed on.
        run(f"print('x' * {2 * PIECES * PIECE})", relay)
        with pytest.raises(RecursionError, match="a bug"):
            relay.drain()
    assert out.written.getvalue() == b""

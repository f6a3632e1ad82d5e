"""Nothing that an instance has started is left, wherever it went."""

from __future__ import annotations

import os
import subprocess
import threading
from dataclasses import replace

import pytest
from host_processes import Bench, lives, pid_of, wait_until, within

from orchestrator.engines.process import ProcessEngine
from orchestrator.engines.process.table import TABLE
from orchestrator.errors import EngineError
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut

IGNORES = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
PRINTS_AND_STAYS = "import os, time; os.write(1, b'%d\\n' % os.getpid()); time.sleep(1000)"
IN_ANOTHER_SESSION = "import os; os.setsid() if os.fork() == 0 else None; "
ORPHAN = "import os; os._exit(0) if os.fork() else os.setsid(); "
WITHOUT_MARKS = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 2)
    os.execve(sys.executable, [sys.executable, "-u", "-c",
        "import os, time; print(os.getpid()); os.dup2(2, 1); time.sleep(1000)"], {})
time.sleep(1000)
"""


@pytest.mark.parametrize(
    ("script", "count"),
    [
        pytest.param(PRINTS_AND_STAYS, 1, id="one process"),
        pytest.param("import os; os.fork(); " + PRINTS_AND_STAYS, 2, id="two"),
        pytest.param(IGNORES + PRINTS_AND_STAYS, 1, id="one that ignores the request"),
        pytest.param(IN_ANOTHER_SESSION + PRINTS_AND_STAYS, 2, id="one in another session"),
        pytest.param(ORPHAN + PRINTS_AND_STAYS, 1, id="one whose parent has ended"),
        pytest.param(ORPHAN + ORPHAN + IGNORES + PRINTS_AND_STAYS, 1, id="a stubborn daemon"),
        pytest.param(WITHOUT_MARKS, 1, id="one without marks in another session"),
    ],
)
def test_nobody_is_left(bench: Bench, script: str, count: int) -> None:
    found = bench.python(script)
    started = [int(line) for line in bench.lines(found, count)]
    bench.remove(found)
    assert [pid for pid in started if lives(pid)] == []
    assert TABLE.entry(pid_of(found)) is None, "it is a zombie"
    assert bench.instances() == []


def test_descendants_stay_known_when_their_parent_has_ended(bench: Bench) -> None:
    """The parent obeys, the child does not, and nothing but their kinship shows whose it is."""
    script = WITHOUT_MARKS.replace("import os, time;", IGNORES + "import os, time;")
    found = bench.python(script)
    (child,) = (int(line) for line in bench.lines(found))
    bench.remove(found)
    assert not lives(child)


def test_commands_left_in_the_background_go_too(bench: Bench) -> None:
    found = bench.sleeper()
    script = "sleep 1000 >/dev/null 2>&1 & echo $!"
    left = int(bench.engine.exec(found, ["sh", "-c", script], within()).stdout)
    assert lives(left)
    bench.remove(found)
    assert not lives(left)


def test_who_obeys_has_time_to_clean_up(bench: Bench) -> None:
    done = bench.folder / "done"
    script = f"trap 'echo > {done}; exit' TERM; echo ready; while :; do sleep 0.01; done"
    found = bench.sh(script)
    bench.lines(found)
    bench.remove(found)
    assert done.exists()


def test_others_of_the_same_run_live_on(bench: Bench) -> None:
    first, second = bench.sleeper(), bench.sleeper(resource="worker")
    bench.remove(first)
    assert [found.id for found in bench.instances()] == [second.id]
    assert lives(pid_of(second))


def test_another_process_with_its_number_is_spared(bench: Bench) -> None:
    found = bench.sleeper()
    nonce, pid, started = found.id.split("-")
    with subprocess.Popen(["sleep", "1000"], start_new_session=True) as other:
        try:
            bench.remove(replace(found, id=f"{nonce}-{other.pid}-{int(started) - 1}"))
            assert lives(other.pid)
            assert not lives(int(pid))
        finally:
            other.kill()


def test_a_terminal_in_which_its_environment_was_copied_lives_on(bench: Bench) -> None:
    found = bench.sh("echo $GREENROOM_PROCESS; exec sleep 1000")
    (mark,) = bench.lines(found)
    typed = "env GREENROOM_PROCESS=$1 sleep 1000; echo lives on"
    argv = ["sh", "-c", typed, "terminal", mark]
    with subprocess.Popen(argv, start_new_session=True, stdout=subprocess.PIPE) as terminal:
        try:
            wait_until(lambda: marked_child(terminal.pid))
            bench.remove(found)
            out, _ = terminal.communicate(timeout=30)
            assert out == b"lives on\n"
        finally:
            terminal.kill()


def marked_child(parent: int) -> bool:
    children = [e.pid for e in map(TABLE.entry, TABLE.pids()) if e and e.parent == parent]
    return any(b"GREENROOM_PROCESS=" in (TABLE.environment(pid) or b"") for pid in children)


def test_a_removal_that_is_stopped_says_so_and_can_be_repeated(bench: Bench) -> None:
    found = bench.python(IGNORES + PRINTS_AND_STAYS)
    bench.lines(found)
    stop = Stop()
    engine = ProcessEngine(bench.root, grace=30)
    timer = threading.Timer(0.05, stop.order)
    timer.start()
    with pytest.raises(Stopped):
        engine.remove(found, Deadline.after(30, stop))
    timer.join()
    assert [one.id for one in bench.instances()] == [found.id]
    bench.remove(found)
    assert bench.instances() == []


def test_a_removal_whose_time_runs_out_says_so(bench: Bench) -> None:
    found = bench.python(IGNORES + PRINTS_AND_STAYS)
    bench.lines(found)
    with pytest.raises(TimedOut):
        ProcessEngine(bench.root, grace=30).remove(found, within(0.1))
    assert lives(pid_of(found))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can play another user")
def test_what_we_may_not_end_is_named(bench: Bench) -> None:
    found = bench.sleeper()
    bench.folder.chmod(0o755)
    pid = os.fork()
    if not pid:
        os._exit(as_nobody(bench, found.id))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert lives(pid_of(found))


def as_nobody(bench: Bench, id_: str) -> int:
    """Try to remove it as a user who may not; 0 when the error says so."""
    try:
        (found,) = [one for one in bench.instances() if one.id == id_]
        os.setuid(65534)
        bench.engine.remove(found, within())
    except EngineError as error:
        return 0 if str(pid_of(found)) in error.message and "another user" in error.message else 2
    except BaseException:
        return 3
    return 1


def test_what_is_none_of_ours_is_refused(bench: Bench) -> None:
    found = bench.sleeper()
    with pytest.raises(EngineError, match="'xyz' is no process of Greenroom's"):
        bench.engine.remove(replace(found, id="xyz"), within())

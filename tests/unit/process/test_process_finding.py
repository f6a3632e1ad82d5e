"""Another Greenroom finds what this one has started, and ends it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from host_processes import Bench, lives, pid_of, within

from orchestrator.engines.process import ProcessEngine, beside
from orchestrator.engines.process.children import CHILDREN
from orchestrator.model.launch import RESOURCE, RUN, Found, Publish

STARTS_AND_ENDS = """
import json, os, sys
from pathlib import Path
from orchestrator.engines.process import ProcessEngine
from orchestrator.model.launch import Launch, Publish, RunLabels
from orchestrator.model.resource import Instance
from orchestrator.waiting import Deadline, poll

root, run, *argv = sys.argv[1:]
engine, deadline = ProcessEngine(Path(root)), Deadline.after(30)
labels = RunLabels(run, "e1", "unit", "/x", "{}", 2_000_000_000)
engine.open(labels, deadline)
launch = Launch(
    labels, Instance("api"), command=tuple(argv), env=dict(os.environ), workdir="/",
    ports=(Publish(8000, 1),),
)
found = engine.start(launch, deadline)
if "--wait" in argv:
    poll(lambda: not engine.state(found, deadline).alive, deadline)
print(found.id)
"""


def started_by_another(bench: Bench, *argv: str) -> str:
    """Start something from a Greenroom that has ended then; return its id."""
    process = subprocess.run(
        [sys.executable, "-c", STARTS_AND_ENDS, str(bench.root), bench.run, *argv],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        timeout=60,
    )
    return process.stdout.strip()


def only(bench: Bench) -> Found:
    (found,) = bench.instances()
    return found


def test_a_process_outlives_the_greenroom_that_started_it(bench: Bench) -> None:
    id_ = started_by_another(bench, "sleep", "1000")
    found = only(bench)
    assert found.id == id_
    assert found.state.status == "running"
    assert found.ports == {8000: 1}
    assert found.labels[RESOURCE] == "api"
    bench.remove(found)
    assert not lives(pid_of(found))
    assert bench.instances() == []
    assert bench.engine.state(found, within()).status == "gone"


def test_it_is_found_without_any_file(bench: Bench) -> None:
    id_ = started_by_another(bench, "sleep", "1000")
    before = only(bench)
    shutil.rmtree(bench.root)
    assert only(bench) == before
    assert before.id == id_
    bench.remove(before)
    assert bench.instances() == []


def test_an_exit_code_that_its_parent_saw_is_known_to_all(bench: Bench) -> None:
    started_by_another(bench, "sh", "-c", "exit 3", "--wait")
    state = only(bench).state
    assert (state.status, state.exit_code) == ("exited", 3)


def test_an_exit_code_that_nobody_saw_is_not_made_up(bench: Bench) -> None:
    started_by_another(bench, "sh", "-c", f"while kill -0 {os.getpid()}; do sleep 0.01; done")
    found = only(bench)
    os.kill(pid_of(found), 9)
    bench.await_end(found)
    state = bench.engine.state(found, within())
    assert str(state) == "exited (nobody was there to be told its exit code)"


def test_a_log_is_read_and_followed_by_others(bench: Bench) -> None:
    started_by_another(bench, "sh", "-c", "echo one; echo two", "--wait")
    lines = bench.engine.logs(only(bench), within(), follow=True)
    assert [line.text for line in lines] == ["one", "two"]


def test_a_command_runs_beside_what_another_has_started(bench: Bench) -> None:
    started_by_another(bench, "env", "COLOUR=red", "sleep", "1000")
    env = bench.engine.exec(only(bench), ["sh", "-c", "pwd; echo $HOME"], within())
    assert env.stdout.splitlines() == ["/", os.environ["HOME"]]


WIPES_ITS_ENVIRONMENT = """
import ctypes, os, time
libc = ctypes.CDLL(None)
for pointer in iter_environment(libc):
    ctypes.memset(pointer, 0, libc.strlen(ctypes.c_void_p(pointer)))
print("wiped")
time.sleep(1000)
"""

ITER_ENVIRONMENT = """
def iter_environment(libc):
    import ctypes
    environ, found = ctypes.POINTER(ctypes.c_void_p).in_dll(libc, "environ"), []
    while environ[len(found)]:
        found.append(environ[len(found)])
    return found
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells where outputs lead")
def test_a_server_that_has_overwritten_its_environment_is_found_by_its_log(bench: Bench) -> None:
    found = bench.python(ITER_ENVIRONMENT + WIPES_ITS_ENVIRONMENT, ports=(Publish(8000, 1),))
    assert bench.lines(found) == ["wiped"]
    assert b"GREENROOM" not in Path(f"/proc/{pid_of(found)}/environ").read_bytes()
    assert only(bench) == found
    record = next((bench.root / bench.run / "processes").glob("*.json"))
    record.unlink()
    assert only(bench).id == found.id
    assert only(bench).labels == {RUN: bench.run, RESOURCE: "api"}
    bench.remove(only(bench))
    assert not lives(pid_of(found))


def test_a_root_is_told_from_its_children_and_from_commands_beside_it(bench: Bench) -> None:
    found = bench.sh("sleep 1000 & sleep 1000 & echo ready; wait")
    bench.lines(found)
    bench.engine.exec(found, ["sh", "-c", "sleep 1000 >/dev/null 2>&1 &"], within())
    record = next((bench.root / bench.run / "processes").glob("*.json"))
    record.unlink()
    assert [one.id for one in bench.instances()] == [found.id]


def test_what_only_pretends_to_be_greenroom_s_is_let_alone(bench: Bench) -> None:
    env = {**os.environ, "GREENROOM_PROCESS": f"../{bench.run}/api/0123456789abcdef"}
    with subprocess.Popen(["sleep", "1000"], env=env) as pretender:
        try:
            assert bench.engine.list(within(), f"../{bench.run}") == []
            assert all(".." not in found.run for found in bench.engine.list(within()))
        finally:
            pretender.kill()


def test_a_forked_child_of_ours_does_not_take_our_children_for_its_own(bench: Bench) -> None:
    found = bench.sleeper()
    identity = (pid_of(found), int(found.id.split("-")[2]))
    assert CHILDREN.get(identity) is not None
    pid = os.fork()
    if not pid:
        alive = CHILDREN.get(identity) is None and bench.engine.state(found, within()).alive
        os._exit(0 if alive else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_runs_of_which_only_the_folder_is_left_are_listed(bench: Bench) -> None:
    (bench.root / "unit-other").mkdir()
    (place,) = bench.engine.list(within(), "unit-other")
    assert place.labels == {RUN: "unit-other"}
    bench.engine.close("unit-other", within())
    assert bench.engine.list(within(), "unit-other") == []


def test_a_broken_record_is_as_good_as_none(bench: Bench) -> None:
    # Once it prints, its environment can be read for certain.
    found = bench.python("import time; print('ready'); time.sleep(1000)")
    bench.lines(found)
    record = next((bench.root / bench.run / "processes").glob("*.json"))
    record.write_text(json.dumps({"labels": []}))
    (bench.root / bench.run / "labels.json").write_text("[")
    assert only(bench).id == found.id
    assert only(bench).labels == found.labels


def test_the_engine_needs_no_folder_to_exist(tmp_path: Path) -> None:
    assert ProcessEngine(tmp_path / "none").list(within(), "unit-none") == []


@pytest.mark.parametrize(
    "argv",
    [["sh", "-c", 'echo "$SECRET|$A|$0|$(pwd)|$GREENROOM_PROCESS"', "two words"]],
)
def test_an_interactive_command_gets_the_same_surroundings(bench: Bench, argv: list[str]) -> None:
    found = bench.sleeper(env={"A": "from the resource"})
    line = bench.engine.interactive(found, argv, {"SECRET": "s3cret"})
    assert "s3cret" not in " ".join(line)
    shown = subprocess.run(
        line, capture_output=True, text=True, env={**os.environ, "SECRET": "s3cret"}, check=True
    )
    # It is no part of the run: a user's terminal must not be ended with it.
    assert shown.stdout == f"s3cret|from the resource|two words|{bench.folder}|\n"


def test_who_is_just_becoming_another_program_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = [b"A=1\0GREENROOM_PROCESS=r/api/0\0", b"", b""]
    monkeypatch.setattr(Path, "read_bytes", lambda _path: said.pop())
    assert beside.environment(1) == {"A": "1"}


def test_an_interactive_command_that_does_not_exist(bench: Bench) -> None:
    line = bench.engine.interactive(bench.sleeper(), ["no-such-command"], {})
    shown = subprocess.run(line, capture_output=True, text=True, check=False)
    assert shown.returncode == 127
    words = f"cannot start 'no-such-command' in {bench.folder}: No such file or directory"
    assert shown.stderr == f"{words}\n"

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import sys
from pathlib import Path

import pytest
from host_processes import Bench, lives, pid_of, within

from orchestrator.engines.process import ProcessEngine
from orchestrator.engines.process.folders import Files
from orchestrator.errors import EngineError, PortTaken
from orchestrator.host.ports import HeldPorts
from orchestrator.model.launch import FileContent, Listener, Publish, RunLabels
from orchestrator.model.resource import Limits

ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"


def test_the_run_s_folder_is_for_nobody_else(bench: Bench) -> None:
    assert stat.S_IMODE((bench.root / bench.run).stat().st_mode) == 0o700


def test_it_starts_in_its_folder_with_its_environment_and_without_input(bench: Bench) -> None:
    script = "import os, sys; print(os.getcwd(), os.environ['A'], repr(sys.stdin.read()))"
    found = bench.python(script, env={"A": "b"})
    assert bench.lines(found) == [f"{bench.folder} b ''"]


def test_it_leads_a_session_of_its_own(bench: Bench) -> None:
    found = bench.sleeper()
    assert os.getsid(pid_of(found)) == pid_of(found)


def test_the_entry_point_stands_before_the_command(bench: Bench) -> None:
    launch = bench.launch("two", "three", entrypoint=("echo", "one"))
    found = bench.engine.start(launch, within())
    assert bench.lines(found) == ["one two three"]


def test_it_carries_its_own_marks_and_none_of_an_outer_run(bench: Bench) -> None:
    outer = {"GREENROOM_PROCESS": "outer/api/0", "GREENROOM_PROCESS_OTHER": "x"}
    found = bench.python(ENVIRONMENT, env=outer, ports=(Publish(8000, 1),))
    env = json.loads(bench.lines(found)[0])
    nonce = found.id.split("-")[0]
    assert env["GREENROOM_PROCESS"] == f"{bench.run}/api/{nonce}"
    assert json.loads(env["GREENROOM_PROCESS_LABELS"])["labels"] == dict(found.labels)
    assert "GREENROOM_PROCESS_OTHER" not in env


def files_left(bench: Bench) -> list[Path]:
    return list((bench.root / bench.run / "processes").glob("*"))


def script(bench: Bench, text: str, mode: int) -> str:
    path = bench.folder / "run"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize(
    ("text", "mode", "message", "hint"),
    [
        pytest.param("#!/bin/sh\n", 0o644, "permission denied", "chmod +x", id="not executable"),
        pytest.param("#!/no/such\n", 0o755, "no such interpreter", "#!", id="no interpreter"),
        pytest.param("echo", 0o755, "exec format error", "begin a script with #!", id="no format"),
    ],
)
def test_a_script_that_cannot_be_started(
    bench: Bench, text: str, mode: int, message: str, hint: str
) -> None:
    with pytest.raises(EngineError, match=message) as caught:
        bench.start(script(bench, text, mode))
    assert hint in caught.value.hint
    assert files_left(bench) == []


@pytest.mark.parametrize(
    ("argv", "workdir", "message", "hint"),
    [
        pytest.param(
            ["no-such-command"],
            "/",
            "cannot start 'no-such-command': there is no such command",
            "on the PATH",
            id="not on the PATH",
        ),
        pytest.param(
            ["./serve"],
            "/",
            "cannot start /serve: there is no such file",
            "a relative path begins at the working folder",
            id="no such file",
        ),
        pytest.param(
            ["true"],
            "/no/such",
            "cannot start in /no/such: there is no such folder",
            "workdir",
            id="no such folder",
        ),
        pytest.param(
            ["a\0b"], "/", "cannot start 'a\\x00b': embedded null byte", "command", id="a zero byte"
        ),
        pytest.param([], "/", "api has no command", "give it `command`", id="nothing"),
    ],
)
def test_a_command_that_cannot_be_started_says_why(
    bench: Bench, argv: list[str], workdir: str, message: str, hint: str
) -> None:
    with pytest.raises(EngineError) as caught:
        bench.start(*argv, workdir=workdir)
    assert caught.value.message == message
    assert hint in caught.value.hint
    assert files_left(bench) == []
    assert bench.instances() == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"image": "postgres:16"}, "`image`"),
        ({"files": (FileContent("/etc/x", 0o644, data=b""),)}, "`files`"),
        ({"tmpfs": ("/x",), "user": "nobody"}, "`tmpfs`, `user`"),
        ({"limits": Limits(memory=1)}, "`limits`"),
    ],
    ids=str,
)
def test_what_only_a_container_can_have_is_refused(
    bench: Bench, more: dict[str, object], words: str
) -> None:
    with pytest.raises(EngineError) as caught:
        bench.sleeper(**more)
    assert caught.value.message == f"api is a process on this host and cannot have {words}"
    assert bench.instances() == []


def test_a_run_that_is_not_open_has_no_processes(bench: Bench, tmp_path: Path) -> None:
    engine = ProcessEngine(tmp_path / "elsewhere")
    with pytest.raises(EngineError, match=r"cannot make the log .*: No such file or directory"):
        engine.start(bench.launch("sleep", "1000"), within())
    assert engine.list(within(), bench.run) == []


def test_nothing_is_left_when_its_record_cannot_be_written(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    def fail(_files: Files, record: object) -> None:
        begun.append(record.pid)  # type: ignore[attr-defined]
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(Files, "write", fail)
    with pytest.raises(OSError, match="no space left"):
        bench.sleeper()
    assert not lives(begun[0])
    assert bench.instances() == []
    assert files_left(bench) == []


@pytest.mark.parametrize("run", ["../x", "a/b", "", ".x"])
def test_a_run_s_name_does_not_lead_out_of_the_folder(bench: Bench, run: str) -> None:
    labels = RunLabels(run, "e", "n", "m", "{}", 1)
    with pytest.raises(EngineError, match="cannot be the name of a run"):
        bench.engine.open(labels, within())
    with pytest.raises(EngineError, match="cannot be the name of a run"):
        bench.engine.close(run, within())


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path, bench: Bench) -> None:
    (tmp_path / "file").touch()
    engine = ProcessEngine(tmp_path / "file" / "runs")
    with pytest.raises(
        EngineError, match=r"cannot make the run's folder .*: Not a directory"
    ) as caught:
        engine.open(bench.labels, within())
    assert "XDG_STATE_HOME" in caught.value.hint


def test_a_port_on_which_somebody_listens_is_taken(bench: Bench) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} of this host is taken") as caught:
            bench.sleeper(ports=(Publish(8000, port),))
    assert caught.value.port == port
    assert bench.instances() == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port is released before the start")
def test_a_port_that_is_only_held_is_not_taken(bench: Bench) -> None:
    with HeldPorts() as ports:
        (port,) = ports.take(1)
        assert bench.sleeper(ports=(Publish(8000, port),)).ports == {8000: port}


IN_THE_BACKGROUND = """
import os, socket, time
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="nothing forks there")
def test_where_it_listens_is_known_when_only_its_background_is_left(bench: Bench) -> None:
    found = bench.python(IN_THE_BACKGROUND)
    bench.await_end(found)
    (port,) = bench.texts(found)
    listeners = bench.engine.listeners(found, within())
    assert listeners == [Listener("127.0.0.1", int(port))]
    bench.remove(found)
    assert bench.engine.listeners(found, within()) == []


def test_a_signal_that_ended_it_is_named(bench: Bench) -> None:
    found = bench.sleeper()
    os.kill(pid_of(found), signal.SIGKILL)
    bench.await_end(found)
    state = bench.engine.state(found, within())
    assert str(state) == "exited with code 137 (ended by SIGKILL)"


def test_the_state_of_the_run_s_folder(bench: Bench) -> None:
    (place,) = bench.engine.list(within(), bench.run)
    assert bench.engine.state(place, within()).status == "running"
    bench.engine.remove(place, within())
    assert bench.engine.state(place, within()).status == "gone"

"""Environments with real containers and processes, by what users rely on."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker
import pytest
from late_clock import LateClock

from orchestrator import Environment, StepFailed
from orchestrator.errors import EngineError
from orchestrator.lifecycle.stage import Stage
from orchestrator.lifecycle.survey import survey
from orchestrator.model.event import Event, ProbeAnswered, RunStarted
from orchestrator.model.step import Step

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("live_environ")]

PORT = "int(__import__('os').environ['PORT'])"
SERVER = "import http.server as h; h.ThreadingHTTPServer(('', NUMBER), h.SimpleHTTPRequestHandler)"


def serving(port: str) -> list[str]:
    """A command that serves the current folder over HTTP."""
    return ["python3", "-u", "-c", SERVER.replace("NUMBER", port) + ".serve_forever()"]


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        body: bytes = answer.read()
        return body


def inspected(environment: Environment, name: str) -> dict[str, Any]:
    """What the engine itself says of a container."""
    client = docker.APIClient()
    try:
        found: dict[str, Any] = client.inspect_container(environment[name].found.id)
        return found
    finally:
        client.close()


def test_each_asker_gets_the_address_as_it_sees_it(tmp_path: Path) -> None:
    (tmp_path / "provider.txt").write_text("from the host")
    fetch = (
        "import os, urllib.request as r, http.server as h\n"
        "text = r.urlopen(os.environ['PROVIDER'] + '/provider.txt').read()\n"
        "open('/tmp/answer.txt', 'wb').write(text)\n"
        "os.chdir('/tmp')\n"
        "h.ThreadingHTTPServer(('', 8000), h.SimpleHTTPRequestHandler).serve_forever()\n"
    )
    manifest = {
        "services": {
            "provider": {
                "command": serving(PORT),
                "ports": [80],
            },
            "api": {
                "image": "python:3.11-slim",
                "command": ["python", "-c", fetch],
                "ports": [8000],
                "env": {"PROVIDER": "${provider.url}", "OWN": "${self.outside.url}"},
                "ready": {"http": "/answer.txt"},
            },
            "web": {
                "command": serving(PORT),
                "ports": [80],
                "env": {"API": "${api.url}"},
            },
        }
    }
    with Environment.of(manifest, folder=tmp_path) as environment:
        assert get(environment["api"].url + "/answer.txt") == b"from the host"
        env = dict(item.split("=", 1) for item in inspected(environment, "api")["Config"]["Env"])
        assert env["PROVIDER"].startswith("http://provider:")
        assert env["OWN"] == environment["api"].url == f"http://127.0.0.1:{environment['api'].port}"


def test_files_limits_and_addresses_are_there_before_the_start(tmp_path: Path) -> None:
    (tmp_path / "app.toml").write_text("from = 'a file'\n")
    manifest = {
        "databases": {"cache": {"use": "redis"}},
        "services": {
            "api": {
                "image": "python:3.11-slim",
                "command": [*serving("8000")],
                "workdir": "/etc/app",
                "ports": [8000],
                "env": {"VERSION": "1.10", "TEXT": "a $${literal} 'quote'"},
                "files": {
                    "/etc/app/app.toml": "app.toml",
                    "/etc/app/made.txt": {"content": "cache=${cache.url}\n", "mode": "0640"},
                },
                "limits": {"memory": "64m", "cpus": 0.5},
                "ready": {"http": "/app.toml"},
            }
        },
    }
    with Environment.of(manifest, folder=tmp_path) as environment:
        api = environment["api"]
        assert get(api.url + "/app.toml") == b"from = 'a file'\n"
        password = environment["cache"].password
        assert (
            get(api.url + "/made.txt").decode()
            == f"cache=redis://default:{password}@cache:6379/0\n"
        )
        assert api.exec(["stat", "-c", "%a %U", "/etc/app/made.txt"]).stdout.strip() == "640 root"
        assert api.exec(["printenv", "VERSION"]).stdout == "1.10\n"
        assert api.exec(["printenv", "TEXT"]).stdout == "a ${literal} 'quote'\n"
        host = inspected(environment, "api")["HostConfig"]
        assert (host["Memory"], host["NanoCpus"]) == (64 * 1024 * 1024, 500_000_000)
        assert host["PortBindings"]["8000/tcp"][0]["HostIp"] == "127.0.0.1"


def test_services_that_call_each_other_get_lazy_addresses(tmp_path: Path) -> None:
    one = {"image": "python:3.11-slim", "command": serving("80"), "ports": [80]}
    manifest = {
        "services": {
            "a": {**one, "env": {"OTHER": "${lazy:b.url}"}},
            "b": {**one, "env": {"OTHER": "${a.url}"}},
        }
    }
    with Environment.of(manifest, folder=tmp_path) as environment:
        ask = ["python", "-c", "import os,urllib.request as r; r.urlopen(os.environ['OTHER'])"]
        assert environment["a"].exec(ask).exit_code == 0
        assert environment["b"].exec(ask).exit_code == 0


def test_an_image_s_own_health_check_decides_where_nothing_else_does(tmp_path: Path) -> None:
    prefix = os.environ["GREENROOM_IMAGE_PREFIX"]
    (tmp_path / "Dockerfile").write_text(
        f"FROM {prefix}debian:12-slim\n"
        "HEALTHCHECK --interval=1s --start-period=1s CMD test -f /tmp/healthy\n"
        'CMD ["sh", "-c", "echo up; sleep 1; touch /tmp/healthy; exec sleep 600"]\n'
    )
    with Environment.of({"services": {"api": {"build": "."}}}, folder=tmp_path) as environment:
        assert environment["api"].state.health == "healthy"


def failure(
    manifest: dict[str, Any], folder: Path, heard: Callable[[Event], object] = repr
) -> StepFailed:
    """How bringing this up fails; nothing may be left of it."""
    events: list[Event] = []

    def listen(event: Event) -> None:
        events.append(event)
        heard(event)

    with pytest.raises(StepFailed) as failed:
        Environment.of(manifest, folder=folder, listen=listen).up()
    (run,) = {event.run for event in events if isinstance(event, RunStarted)}
    assert survey(os.environ, run).runs == (), "the failure left something"
    return failed.value


def test_a_build_that_fails_shows_its_log(tmp_path: Path) -> None:
    prefix = os.environ["GREENROOM_IMAGE_PREFIX"]
    (tmp_path / "Dockerfile").write_text(f"FROM {prefix}debian:12-slim\nRUN ls /nowhere\n")
    failed = failure({"services": {"api": {"build": "."}}}, tmp_path)
    assert failed.step == "build api"
    assert "No such file or directory" in "\n".join(failed.evidence.log)


def test_an_image_that_is_nowhere_to_be_had_says_so(tmp_path: Path) -> None:
    manifest = {"services": {"api": {"image": "127.0.0.1:9/nothing:1"}}}
    failed = failure(manifest, tmp_path)
    assert failed.step == "pull 127.0.0.1:9/nothing:1"
    assert "127.0.0.1:9" in failed.message


def test_a_container_that_exits_ends_the_wait_with_its_log(tmp_path: Path) -> None:
    command = ["sh", "-c", "echo cannot find the config >&2; exit 4"]
    service = {"image": "debian:12-slim", "command": command, "ready": {"log": "never"}}
    failed = failure({"services": {"api": service}}, tmp_path)
    assert failed.message == "api exited with code 4 before it was ready"
    assert failed.evidence.log == ("cannot find the config",)


def test_time_that_runs_out_says_the_last_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = LateClock(monkeypatch)

    def heard(event: Event) -> None:
        if isinstance(event, ProbeAnswered) and "404" in event.answer:
            clock.pass_by()

    service = {
        "image": "python:3.11-slim",
        "command": serving("8000"),
        "ports": [8000],
        "ready": {"http": "/missing", "timeout": "2s"},
    }
    failed = failure({"services": {"api": service}}, tmp_path, heard)
    assert failed.message == "api is not ready after 2 s"
    assert "404" in failed.evidence.answer
    assert failed.evidence.state.startswith("running")
    assert "names a path that it has" in failed.hint


STEPS = [
    "open docker",
    "open process",
    "start events",
    "ready events",
    "seed events 1 streams.yaml",
    "start greenroom",
    "start api",
    "ready api",
    "start web",
    "ready web",
]


@pytest.mark.parametrize("key", STEPS)
def test_a_step_that_fails_when_its_work_is_done_leaves_nothing(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "streams.yaml").write_text("streams: [{name: A, subjects: [a]}]\n")
    act = Stage.act

    def broken(stage: Stage, step: Step) -> None:
        act(stage, step)
        if step.key == key:
            raise EngineError("broken on purpose")

    monkeypatch.setattr(Stage, "act", broken)
    manifest = {
        "brokers": {"events": {"use": "nats", "seed": "streams.yaml"}},
        "services": {
            "api": {"command": serving(PORT), "ports": [80]},
            "web": {
                "image": "debian:12-slim",
                "command": ["sleep", "600"],
                "env": {"API": "${api.url}", "EVENTS": "${events.url}"},
                "ready": {"exec": "true"},
            },
        },
    }
    assert failure(manifest, tmp_path).step == key


def test_a_seed_streams_however_large_it_is(tmp_path: Path) -> None:
    """The child's memory stays far below the seed's 256 MiB (of comments, which cost no time)."""
    line = b"-- " + b"x" * 1020 + b"\n"
    with (tmp_path / "large.sql").open("wb") as file:
        file.write(b"create table proof (id int);\n")
        for _ in range(256):
            file.write(line * 1024)
        file.write(b"insert into proof values (7);\n")
    program = """
        import re
        from orchestrator import Environment
        entry = {"use": "postgres:15", "seed": "large.sql"}
        with Environment.of({"databases": {"ledger": entry}}) as environment:
            query = ["psql", "-At", "-c", "select id from proof"]
            print(environment["ledger"].exec(query).stdout.strip())
        # The kernel's own high-water mark, because getrusage counts the parent's before exec too.
        print(int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]) // 1024)
    """
    child = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    answer, mebibytes = child.stdout.split()
    assert answer == "7"
    assert int(mebibytes) < 150

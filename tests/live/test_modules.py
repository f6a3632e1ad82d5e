"""Modules of testcontainers for real: started by their own code, and the run's like all others."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pika
import psutil
import pymysql
import pytest
from late_clock import LateClock
from mortal_place import Place

from orchestrator import Environment, StepFailed
from orchestrator.lifecycle.survey import survey
from orchestrator.model.launch import ENVIRONMENT, RUN
from orchestrator.modules.conversation import CHILD
from orchestrator.waiting import Deadline, poll

pytest.importorskip("testcontainers")
pytestmark = pytest.mark.engine

FIVE = {
    "services": {
        "web": {
            "use": "testcontainers.nginx",
            "image": "nginx:1",
            "files": {"/usr/share/nginx/html/index.html": {"content": "from ${cache.url}"}},
            "limits": {"memory": "64m"},
        },
    },
    "databases": {
        "cache": {"use": "testcontainers.redis:7", "arguments": {"password": "sesame-open"}},
        "flat": {"use": "testcontainers.memcached", "image": "memcached:1.6"},
        "shop": {
            "use": "testcontainers.mysql",
            "arguments": {"image": "mysql:8", "username": "app", "seed": "seeds"},
            "seed": ["load.py:fill"],
        },
    },
    "brokers": {
        "bus": {"use": "testcontainers.rabbitmq:3", "arguments": {"vhost": "orders"}},
    },
}

LOAD = """
def fill(shop):
    import pymysql
    access = dict(user=shop.user, password=shop.password, database=shop.database)
    with pymysql.connect(host=shop.host, port=shop.port, **access) as db:
        db.cursor().execute("insert into things values (2)")
        db.commit()
"""


@pytest.fixture
def own_container(live_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What the user's code has started itself in this process: Greenroom must not notice it."""
    from testcontainers.core.config import testcontainers_config
    from testcontainers.core.container import DockerContainer

    # Its reaper's image is to be had nowhere here.
    monkeypatch.setattr(testcontainers_config, "ryuk_disabled", True)
    container = DockerContainer(f"{live_environ['GREENROOM_IMAGE_PREFIX']}redis:7").start()
    # From here on a reaper that Greenroom's would start could not be had either.
    monkeypatch.setattr(testcontainers_config, "ryuk_disabled", False)
    monkeypatch.delenv("TESTCONTAINERS_RYUK_DISABLED", raising=False)
    yield container
    container.stop()


def ask(address: tuple[str, int], words: bytes) -> bytes:
    with socket.create_connection(address, 5) as connection:
        connection.sendall(words)
        return connection.recv(100)


def inspected(client: docker.DockerClient, environment: Environment) -> dict[str, dict[str, Any]]:
    """What the engine says of each container of a run."""
    found = client.containers.list(filters={"label": f"{RUN}={environment.run}"})
    return {one.labels["greenroom.resource"]: one.attrs for one in found}


def test_five_of_them_are_the_run_s_like_all_others(tmp_path: Path, own_container: Any) -> None:
    (tmp_path / "load.py").write_text(LOAD)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "things.sql").write_text("create table things (n int);\n")
    client = docker.from_env()
    with Environment.of(FIVE, folder=tmp_path) as env:
        run = env.run

        page = urllib.request.urlopen(f"http://{env['web'].host}:{env['web'].port}", timeout=20)
        assert page.read() == b"from tcp://cache:6379"
        cache = (env["cache"].host, int(env["cache"].port))
        assert ask(cache, b"PING\r\n").startswith(b"-NOAUTH")
        assert ask(cache, b"AUTH sesame-open\r\nPING\r\n").startswith(b"+OK")
        flat = (env["flat"].host, int(env["flat"].port))
        assert ask(flat, b"version\r\n").startswith(b"VERSION")
        shop = env["shop"]
        assert shop.url == f"mysql://app:test@127.0.0.1:{shop.port}/test"
        with pymysql.connect(
            host=shop.host, port=int(shop.port), user="app", password="test", database="test"
        ) as db:
            cursor = db.cursor()
            cursor.execute("select n from things")
            assert cursor.fetchall() == ((2,),)
        bus = pika.URLParameters(f"amqp://guest:guest@{env['bus'].host}:{env['bus'].port}/orders")
        pika.BlockingConnection(bus).close()
        assert env.variables["BUS_VHOST"] == "orders"

        assert env["web"].exec(["getent", "hosts", "bus"]).exit_code == 0
        assert any("Ready to accept" in line.text for line in env["cache"].logs())

        there = inspected(client, env)
        assert set(there) == {"web", "cache", "flat", "shop", "bus"}
        for name, attrs in there.items():
            assert attrs["Name"] == f"/greenroom-{run}-{name}"
            assert list(attrs["NetworkSettings"]["Networks"]) == [f"greenroom-{run}"]
            ports = filter(None, attrs["NetworkSettings"]["Ports"].values())
            assert [one["HostIp"] for places in ports for one in places] == ["127.0.0.1"]
            assert not [key for key in attrs["Config"]["Labels"] if key.startswith("org.test")]
            assert attrs["HostConfig"]["SecurityOpt"] == ["no-new-privileges"]
            assert not attrs["HostConfig"]["Binds"], "what is mounted cannot be on a remote engine"
        assert there["web"]["HostConfig"]["Memory"] == 64 * 1024**2

        own_container.reload()
        assert own_container.status == "running"
    assert client.containers.list(all=True, filters={"label": f"{RUN}={run}"}) == []
    own_container.reload()
    assert own_container.status == "running"
    client.close()


NEVER = {"use": "testcontainers.nginx", "image": "redis:7", "timeout": "3s"}
DYING = {
    "use": "testcontainers.nginx",
    "image": "redis:7",
    "arguments": {"command": ["sh", "-c", "echo so be it; exit 3"]},
}


@pytest.mark.parametrize(
    ("entry", "words", "state", "log"),
    [
        (
            NEVER,
            "its module was still waiting for it when its time was over",
            "running",
            "Ready to accept",
        ),
        (
            DYING,
            "web exited with code 3 before its module was content with it",
            "exited with code 3",
            "so be it",
        ),
    ],
    ids=["never", "dying"],
)
def test_one_that_does_not_start_says_why_and_leaves_nothing(
    live_environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    entry: dict[str, Any],
    words: str,
    state: str,
    log: str,
) -> None:
    name = f"never-starts-{uuid.uuid4().hex[:8]}"
    clock = LateClock(monkeypatch)

    def pass_by() -> None:
        try:
            poll(lambda: log in said_by_containers_of(name), Deadline.after(1))
        finally:
            clock.pass_by()

    passing = threading.Thread(target=pass_by, daemon=True)
    if entry is NEVER:
        passing.start()
    with pytest.raises(StepFailed) as caught:
        Environment.of({"name": name, "services": {"web": entry}}).up()
    failed = caught.value
    assert (failed.step, failed.message) == ("start web", words)
    assert failed.evidence.state == state
    assert any(log in line for line in failed.evidence.log)
    assert [run for run in survey(dict(os.environ)).runs if run.name == name] == []


def said_by_containers_of(environment: str) -> str:
    """The logs of an environment's containers."""
    client = docker.from_env()
    try:
        found = client.containers.list(all=True, ignore_removed=True)
        ours = [one for one in found if one.labels.get(ENVIRONMENT, "").startswith(environment)]
        return "".join(one.logs().decode() for one in ours)
    finally:
        client.close()


def children(place: Place) -> list[psutil.Process]:
    """The children that run modules for a manifest in this place."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(CHILD) in (process.info["cmdline"] or []) and process.cwd() == str(place.folder)
    ]


def up_to_the_waiting(place: Place) -> None:
    poll(lambda: any("container" in one for one in place.left()), Deadline.after(30))


@pytest.fixture
def waiting_place(tmp_path: Path, live_environ: dict[str, str]) -> Iterator[Place]:
    """One whose module waits in vain."""
    text = "services: {web: {use: testcontainers.nginx, image: 'redis:7'}}\n"
    made = Place(tmp_path, live_environ, text)
    yield made
    made.end()


def test_whoever_dies_nothing_is_left(waiting_place: Place) -> None:
    program = waiting_place.start("up")
    up_to_the_waiting(waiting_place)
    [child] = children(waiting_place)
    program.kill()
    waiting_place.wait_until_nothing_is_left()
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE

    program = waiting_place.start("up")
    up_to_the_waiting(waiting_place)
    [child] = children(waiting_place)
    child.send_signal(signal.SIGKILL)
    output, _ = program.communicate(timeout=30)
    assert program.returncode == 75
    assert "the process that runs it has ended with code -9" in output
    waiting_place.wait_until_nothing_is_left()

    program = waiting_place.start("up")
    up_to_the_waiting(waiting_place)
    began = time.monotonic()
    program.send_signal(signal.SIGINT)
    program.communicate(timeout=30)
    assert program.returncode == 130
    assert time.monotonic() - began < 5
    waiting_place.wait_until_nothing_is_left()
    assert children(waiting_place) == []


def test_up_again_keeps_it_until_its_arguments_change(
    tmp_path: Path, live_environ: dict[str, str]
) -> None:
    def text(password: str) -> str:
        entry = f"{{use: 'testcontainers.redis:7', arguments: {{password: {password}}}}}"
        return f"databases: {{cache: {entry}}}\n"

    place = Place(tmp_path, live_environ, text("first-one"))
    try:
        place.greenroom("up")
        first = place.greenroom("url", "cache")
        assert "1 kept" in place.greenroom("plan")
        place.write(text("second-one"))
        assert "its settings have changed" in place.greenroom("plan")
        place.greenroom("up")
        assert place.greenroom("url", "cache") == first, "ports stay"
        place.greenroom("down")
    finally:
        place.end()

"""What only engines of containers have: networks, limits, health, images."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pytest
from engine_cases import Case, borrowed, image_name, needs, parameters, within
from engine_steps import printed
from small_registry import Registry, digest

from orchestrator.engines.docker import DockerEngine
from orchestrator.errors import EngineError, ImageUnavailable
from orchestrator.model.launch import ENVIRONMENT, FileContent, Found, Launch, State
from orchestrator.model.resource import Build, Instance, Limits
from orchestrator.model.snapshot import DATA, snapshot_image
from orchestrator.waiting import TimedOut, poll


@pytest.fixture(params=parameters("containers"))
def engine_case(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Case]:
    yield from borrowed(request.param, tmp_path, monkeypatch)


@pytest.fixture
def engine(engine_case: Case) -> DockerEngine:
    assert isinstance(engine_case.engine, DockerEngine)
    return engine_case.engine


@pytest.fixture
def tag() -> Iterator[str]:
    """A name for an image, which is removed afterwards."""
    name = f"localhost/greenroom-contract:{uuid.uuid4().hex[:10]}"
    yield name
    remove_image(name)


def remove_image(name: str) -> None:
    client = docker.from_env()
    if client.images.list(name):
        client.images.remove(name, force=True)


def inspected(found: Found) -> Any:
    return docker.from_env().api.inspect_container(found.id)


def quiet(_what: str, _done: int, _all: int) -> None:
    pass


# networks


def test_the_gateway_is_the_host_itself(engine_case: Case) -> None:
    labels = engine_case.new_run()
    gateway = engine_case.engine.open(labels, within()).gateway
    found = engine_case.start(engine_case.lives(labels))
    route = engine_case.engine.exec(found, ["cat", "/proc/net/route"], within()).stdout
    default = next(line.split()[2] for line in route.splitlines() if line.split()[1] == "00000000")
    assert gateway == socket.inet_ntoa(bytes.fromhex(default)[::-1])


def test_a_network_that_is_there_serves_again(engine_case: Case) -> None:
    labels = engine_case.new_run()
    gateways = {engine_case.engine.open(labels, within()).gateway for _ in range(2)}
    assert len(gateways) == 1
    assert len(engine_case.engine.list(within(), labels.run)) == 1


def test_a_network_in_use_is_not_closed(engine_case: Case) -> None:
    labels = engine_case.new_run()
    engine_case.start(engine_case.lives(labels))
    with pytest.raises(TimedOut, match=r"active endpoints|being used"):
        engine_case.engine.close(labels.run, within(3))  # In which it has to refuse once.


# start


def test_settings_reach_the_container(engine_case: Case) -> None:
    launch = replace(
        engine_case.lives(engine_case.new_run()),
        hosts={"mail": "192.0.2.1"},
        hostname="its-name",
        workdir="/srv/deep",
        user="nobody",
        tmpfs=("/fast",),
        options={"HostConfig": {"Init": True}},
    )
    found = engine_case.start(launch)

    def output(*argv: str) -> str:
        return engine_case.engine.exec(found, argv, within()).output

    assert output("hostname") == "its-name"
    assert output("pwd") == "/srv/deep"
    assert output("id", "-un") == "nobody"
    assert output("getent", "hosts", "mail").split() == ["192.0.2.1", "mail"]
    assert output("stat", "-f", "-c", "%T", "/fast") == "tmpfs"
    assert inspected(found)["HostConfig"]["Init"] is True


def test_an_entry_point_is_replaced_and_the_image_s_environment_stays(engine_case: Case) -> None:
    launch = engine_case.program(engine_case.new_run(), "ledger", "a", "b")
    found = engine_case.start(
        replace(launch, entrypoint=("sh", "-c", 'echo "$0 $1 ${PATH:+path}"'))
    )
    poll(lambda: not engine_case.engine.state(found, within()).alive, within())
    assert [line.text for line in engine_case.engine.logs(found, within())] == ["a b path"]


def assert_out_of_memory_is_told(found: Found) -> None:
    """Wait until the engine tells that the container, or something in it, had too little memory."""
    events = docker.from_env().api.events(
        since=0,
        until=int(time.time()) + 60,
        filters={"container": found.id, "event": "oom"},
        decode=True,
    )
    assert next(iter(events), None), "nothing ran out of memory"


@needs("limits")
def test_what_runs_out_of_memory_says_so(engine_case: Case) -> None:
    script = "mkfifo /go; head -c 200m /dev/zero | tail -c 200m | wc -c; cat /go; exit 137"
    launch = engine_case.shell(engine_case.new_run(), "ledger", script)
    limits = Limits(memory=32 << 20, cpus=1.5)
    found = engine_case.start(replace(launch, limits=limits))
    # Docker hears of the memory and of the end by two ways, and a busy one of the end first: what
    # comes after it is lost. So the container ends when the first is known.
    assert_out_of_memory_is_told(found)
    engine_case.engine.exec(found, ["sh", "-c", "echo >/go"], within())
    host = inspected(found)["HostConfig"]
    assert (host["Memory"], host["NanoCpus"]) == (32 << 20, 1_500_000_000)
    poll(lambda: not engine_case.engine.state(found, within()).alive, within())
    state = engine_case.engine.state(found, within())
    assert state.out_of_memory
    assert "ran out of memory" in str(state)


def privileges(engine_case: Case, **more: Any) -> str:
    """What the kernel says of a container: 1 when its programs gain no privileges."""
    launch = engine_case.lives(engine_case.new_run(), **more)
    found = engine_case.start(launch)
    status = engine_case.engine.exec(found, ["cat", "/proc/1/status"], within()).stdout
    return next(line.split()[1] for line in status.splitlines() if line.startswith("NoNewPrivs"))


def test_nothing_gains_privileges_unless_the_manifest_says_so(engine_case: Case) -> None:
    assert privileges(engine_case) == "1"
    options = {"HostConfig": {"SecurityOpt": ["no-new-privileges:false"]}}
    assert privileges(engine_case, options=options) == "0"


@needs("drivers")
def test_logs_are_bounded_unless_the_manifest_says_so(engine_case: Case) -> None:
    labels = engine_case.new_run()
    found = engine_case.start(engine_case.lives(labels))
    bounds = {"Type": "json-file", "Config": {"max-size": "20m", "max-file": "2"}}
    assert inspected(found)["HostConfig"]["LogConfig"] == bounds
    own = {"HostConfig": {"LogConfig": {"Type": "none"}}}
    found = engine_case.start(engine_case.lives(labels, "events", options=own))
    assert inspected(found)["HostConfig"]["LogConfig"]["Type"] == "none"


def test_what_restarts_in_a_loop_is_seen_as_ended(engine_case: Case) -> None:
    options = {"HostConfig": {"RestartPolicy": {"Name": "always"}}}
    launch = engine_case.shell(engine_case.new_run(), "ledger", "exit 3", options=options)
    found = engine_case.start(launch)

    def state() -> State:
        return engine_case.engine.state(found, within())

    poll(lambda: "times" in state().detail, within())
    assert not state().alive
    assert str(state()).startswith("exited")


@needs("health")
def test_the_image_s_health_check_is_heard(engine_case: Case) -> None:
    check = {"Test": ["CMD-SHELL", "echo not yet; test -e /tmp/ok"], "Interval": 100_000_000}
    check |= {"Retries": 1, "Timeout": 5_000_000_000}
    launch = engine_case.lives(engine_case.new_run(), options={"Healthcheck": check})
    found = engine_case.start(launch)

    def health() -> str:
        return engine_case.engine.state(found, within()).health

    poll(lambda: health() == "unhealthy", within())
    assert engine_case.engine.state(found, within()).detail == "not yet"
    engine_case.engine.exec(found, ["touch", "/tmp/ok"], within())
    poll(lambda: health() == "healthy", within())
    (listed, _) = engine_case.engine.list(within(), found.run)
    assert listed.state.health == "healthy"


def test_an_image_that_is_not_here_is_told_apart(engine_case: Case) -> None:
    labels = engine_case.new_run()
    launch = Launch(labels, Instance("ledger"), image="localhost/no-such-image:1")
    with pytest.raises(ImageUnavailable, match=r"cannot start ledger: .*no-such-image:1"):
        engine_case.start(launch)
    assert engine_case.has(labels) == []


@needs("full")
@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"options": {"HostConfig": {"ReadonlyRootfs": True}}}, id="read-only"),
        pytest.param({"tmpfs": ("/etc/x",)}, id="tmpfs"),
    ],
)
def test_files_that_cannot_be_put_in_stop_the_start(
    engine_case: Case, more: dict[str, Any]
) -> None:
    labels = engine_case.new_run()
    files = (FileContent("/etc/x/app.toml", 0o644, data=b"x"),)
    with pytest.raises(EngineError, match=r"cannot start ledger: |is a tmpfs"):
        engine_case.start(engine_case.lives(labels, files=files, **more))
    assert engine_case.has(labels) == []


def test_files_can_be_put_below_a_volume(engine_case: Case) -> None:
    files = (FileContent("/data/deep/a", 0o600, data=b"x"),)
    options: dict[str, object] = {"Volumes": {"/data": {}}}
    launch = engine_case.lives(engine_case.new_run(), files=files, options=options)
    found = engine_case.start(launch)
    assert engine_case.engine.exec(found, ["cat", "/data/deep/a"], within()).stdout == "x"


def test_a_terminal_s_log_is_read_too(engine_case: Case) -> None:
    launch = engine_case.shell(
        engine_case.new_run(), "ledger", "echo one; echo two >&2", options={"Tty": True}
    )
    found = engine_case.start(launch)
    lines = list(engine_case.engine.logs(found, within(), follow=True))
    assert [(line.stream, line.text) for line in lines] == [("stdout", "one"), ("stdout", "two")]


# interactive


def test_the_interactive_command_runs_and_shows_no_values(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    env = {"PGPASSWORD": "s3cret word"}
    argv = engine_case.engine.interactive(found, ["printenv", "PGPASSWORD"], env)
    # Everybody on the host can read the arguments of a process.
    assert "s3cret" not in " ".join(argv)
    argv.remove("--tty")
    done = subprocess.run(argv, env=os.environ | env, capture_output=True, text=True, check=True)
    assert done.stdout == "s3cret word\n"


# images


def test_a_snapshot_keeps_owners_and_modes(engine: DockerEngine, engine_case: Case) -> None:
    labels, key = engine_case.new_run(), uuid.uuid4().hex[:12]
    script = f"mkdir -p {DATA}; echo x >{DATA}/file; chown -R nobody {DATA}; chmod 600 {DATA}/file"
    found = engine_case.start(engine_case.shell(labels, "ledger", f"{script}; exec sleep 1000"))
    made = ["sh", "-c", f"test $(stat -c %a {DATA}/file) = 600"]
    poll(lambda: engine.exec(found, made, within()).exit_code == 0, within())
    image = engine_case.copies(labels, "").image
    engine.store(found, key, image, "shop: ledger", labels, within())
    try:
        looking = engine_case.program(labels, "events", "stat", "-c", "%U %a", f"{DATA}/file")
        assert (
            printed(engine_case, engine_case.start(replace(looking, image=snapshot_image(key))))
            == "nobody 600"
        )
        engine_case.tidy()
    finally:
        engine.remove_snapshot(key, within())


def test_an_image_that_is_here_has_an_id(engine: DockerEngine) -> None:
    image_id = engine.image_id(image_name("debian:12-slim"), within())
    assert image_id
    assert image_id.startswith("sha256:")
    assert engine.image_id("localhost/no-such-image:1", within()) is None


@needs("plain registries")
def test_a_pull_fetches_an_image(engine: DockerEngine) -> None:
    told: list[tuple[str, int, int]] = []
    with Registry() as registry:

        def tell(*progress: Any) -> None:
            told.append(progress)
            registry.go_on.set()

        try:
            engine.pull(registry.image, None, tell, within())
            assert engine.image_id(registry.image, within())
        finally:
            remove_image(registry.image)
    what, done, total = told[-1]
    assert what == f"pulling {registry.image}"
    assert done == total > 3_000_000


@needs("plain registries")
def test_an_image_is_known_by_its_registry_s_digest(engine: DockerEngine) -> None:
    with Registry() as registry:
        registry.go_on.set()
        expected = digest(registry.manifest)
        try:
            assert engine.registry_digest(registry.image, within()) == expected
            engine.pull(registry.image, None, quiet, within())
            found = engine.present_image(registry.image, within())
            assert found
            assert found.digests_in(registry.image) == (expected,)
            assert found.id == engine.image_id(registry.image, within())
            assert engine.image_id(f"{registry.image}@{expected}", within()) == found.id
            assert engine.image_id(found.id, within()) == found.id
            assert found.platform == "linux/amd64"
        finally:
            remove_image(registry.image)


@needs("plain registries")
def test_a_pull_fails_in_the_registry_s_words(engine: DockerEngine) -> None:
    with Registry() as registry:
        image = registry.image.replace("small", "none")
        with pytest.raises(ImageUnavailable, match=r"cannot pull .*manifest unknown"):
            engine.pull(image, None, quiet, within())


def test_a_pull_from_nowhere_fails(engine: DockerEngine) -> None:
    with pytest.raises(ImageUnavailable, match="refused"):
        engine.pull("127.0.0.1:1/none:1", None, quiet, within())


def test_a_pull_from_a_registry_that_says_nothing_ends_by_the_deadline(
    engine: DockerEngine,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        image = f"127.0.0.1:{mute.getsockname()[1]}/none:1"
        with pytest.raises(TimedOut):
            engine.pull(image, None, quiet, within(0.5))


def test_what_was_built_is_listed_and_removed(
    engine: DockerEngine, engine_case: Case, tag: str, tmp_path: Path
) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {image_name('debian:12-slim')}\nCOPY . /copied\n")
    engine.build(tag, Build(str(tmp_path)), {ENVIRONMENT: "payments:1"}, quiet, within())
    (image,) = [each for each in engine.built(within()) if each.name == tag]
    assert image.id == engine.image_id(tag, within())
    assert image.labels[ENVIRONMENT] == "payments:1"
    assert image.size > 1_000_000
    assert abs(image.created - time.time()) < 3600

    found = engine_case.start(replace(engine_case.lives(engine_case.new_run()), image=tag))
    (listed, _) = engine.list(within(), found.run)
    assert listed.image == image.id
    refusal = f"cannot remove the image {tag}: .*(conflict|in use)"
    with pytest.raises(EngineError, match=refusal) as caught:
        engine.remove_image(image, within())
    assert caught.value.hint == "remove the container first"
    engine.remove(found, within())
    engine.remove_image(image, within())
    assert engine.image_id(tag, within()) is None
    engine.remove_image(image, within())

"""What every engine promises of the things it starts: their ports, words, environment, files."""

from __future__ import annotations

import hashlib
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from engine_cases import LIVES, PORT, Case, needs, within
from engine_steps import AWKWARD, await_end, fetched, held_port, printed

from orchestrator.engines.engine import Sockets
from orchestrator.errors import EngineError, PortTaken
from orchestrator.model.launch import FileContent, Found
from orchestrator.model.resource import Instance
from orchestrator.waiting import poll

MEGABYTE = 1 << 20


@needs("ports")
def test_a_published_port_leads_to_the_instance(engine_case: Case) -> None:
    with held_port() as (port, _):
        found = engine_case.start(engine_case.serves(engine_case.new_run(), port))
    assert found.ports == {PORT: port}
    address = engine_case.engine.describe(within()).address
    assert fetched(f"http://{address}:{port}/") == 200
    if "programs" in engine_case.abilities:
        assert isinstance(engine_case.engine, Sockets)
        there = engine_case.engine.listeners(found, within()) or []
        assert [one.port for one in there] in ([PORT], [port])


@needs("ports")
def test_a_port_can_be_held_until_the_start(engine_case: Case) -> None:
    with held_port() as (port, _):
        engine_case.start(engine_case.serves(engine_case.new_run(), port))


@needs("ports")
def test_a_taken_port_is_told_apart_and_nothing_is_left(engine_case: Case) -> None:
    labels = engine_case.new_run()
    with held_port() as (port, holder):
        holder.listen()
        with pytest.raises(PortTaken) as caught:
            engine_case.start(engine_case.serves(labels, port))
    assert caught.value.port in (0, port)
    assert engine_case.has(labels) == []


@needs("ports")
def test_a_port_that_another_instance_has_is_taken(engine_case: Case) -> None:
    labels = engine_case.new_run()
    with held_port() as (port, _):
        first = engine_case.serves(labels, port)
    engine_case.start(first)
    with pytest.raises(PortTaken):
        engine_case.start(engine_case.serves(labels, port, "events"))
    assert engine_case.has(labels) == ["ledger"]


@needs("ports")
def test_a_port_is_free_again_after_the_removal(engine_case: Case) -> None:
    labels = engine_case.new_run()
    # Held meanwhile, so that none of the tests in company is given it.
    with held_port() as (port, _):
        launch = engine_case.serves(labels, port)
        for _ in range(2):
            engine_case.engine.remove(engine_case.start(launch), within())


@needs("programs")
def test_the_environment_arrives_as_it_was_given(engine_case: Case) -> None:
    env = {"AWKWARD": AWKWARD, "EMPTY": "", "EQUALS": "a=b=c"}
    script = 'printf "%s|%s|%s" "$AWKWARD" "$EMPTY" "$EQUALS"'
    found = engine_case.start(engine_case.shell(engine_case.new_run(), "ledger", script, env=env))
    assert printed(engine_case, found) == f"{AWKWARD}||a=b=c"


@needs("programs")
def test_a_command_s_words_are_kept_apart(engine_case: Case) -> None:
    words = ("two words", "*", "$HOME", "'", "", "ü", "-n", "a\nb")
    launch = engine_case.program(engine_case.new_run(), "ledger", "printf", "[%s]", *words)
    found = engine_case.start(launch)
    assert printed(engine_case, found) == "".join(f"[{word}]" for word in words)


@needs("files")
def test_files_arrive_with_their_content_and_mode(engine_case: Case, tmp_path: Path) -> None:
    source = tmp_path / "large"
    with source.open("wb") as stream:
        for number in range(40):
            stream.write(bytes([number]) * MEGABYTE)
    files = (
        FileContent("/etc/deep/er/app.toml", 0o600, data=b"a = 1\n"),
        FileContent("/opt/run.sh", 0o755, data=b"#!/bin/sh\necho ran\n"),
        FileContent("/opt/large", 0o444, source=str(source)),
        FileContent("/opt/" + "long" * 60, 0o644, data=b""),
        FileContent("/opt/ümlaut", 0o644, data=b"x"),
    )
    script = (
        "stat -c '%a %u %s' /etc/deep/er/app.toml /opt/run.sh /opt/large /opt/long*; /opt/run.sh"
    )
    script += "; sha256sum /opt/large; cat /opt/ümlaut; stat -c ' %a' /opt /etc"
    found = engine_case.start(
        engine_case.shell(engine_case.new_run(), "ledger", script, files=files)
    )
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert printed(engine_case, found).splitlines() == [
        "600 0 6",
        "755 0 19",
        f"444 0 {40 * MEGABYTE}",
        "644 0 0",
        "ran",
        f"{digest}  /opt/large",
        "x 755",
        " 755",
    ]


@needs("files")
@pytest.mark.parametrize(
    ("file", "words"),
    [
        pytest.param(FileContent("/etc/../../x", 0o644, data=b""), '"/etc/../../x"', id="outside"),
        pytest.param(
            FileContent("/x", 0o644, source="/no/such"), "cannot read /no/such", id="none"
        ),
    ],
)
def test_a_file_that_cannot_be_put_in_stops_the_start(
    engine_case: Case, file: FileContent, words: str
) -> None:
    labels = engine_case.new_run()
    with pytest.raises(EngineError, match=words):
        engine_case.start(engine_case.lives(labels, files=(file,)))
    assert engine_case.has(labels) == []


@needs("folders")
def test_a_folder_of_its_own_holds_its_files_and_goes_with_it(engine_case: Case) -> None:
    files = (
        FileContent("etc/app.toml", 0o600, data=b"a = 1\n"),
        FileContent("it", 0o755, data=b""),
    )
    script = f"stat -c '%a %s' etc/app.toml it; pwd; touch more; echo {LIVES}; exec sleep 1000"
    launch = engine_case.furnished(engine_case.new_run(), script, files=files)
    found = engine_case.start(launch)
    poll(lambda: LIVES in said(engine_case, found), within())
    assert said(engine_case, found) == ["600 6", "755 0", launch.folder, LIVES]
    folder = Path(launch.folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    engine_case.another_engine().remove(found, within())
    assert not folder.exists()


@needs("folders")
def test_a_folder_of_a_start_that_failed_is_gone(engine_case: Case) -> None:
    launch = engine_case.furnished(engine_case.new_run(), "true")
    with pytest.raises(EngineError):
        engine_case.start(replace(launch, command=("no-such-command",)))
    assert not Path(launch.folder).exists()


@needs("folders")
def test_who_has_a_folder_from_before_finds_nothing_of_that(engine_case: Case) -> None:
    labels = engine_case.new_run()
    await_end(engine_case, engine_case.start(engine_case.furnished(labels, "touch before")))
    found = engine_case.start(engine_case.furnished(labels, "ls"))
    assert printed(engine_case, found) == "tmp", "an empty folder for what is temporary"


@needs("folders")
def test_folders_tell_whose_run_it_is_when_nothing_else_does(engine_case: Case) -> None:
    labels = engine_case.new_run()
    found = engine_case.start(engine_case.furnished(labels, "true"))
    await_end(engine_case, found)
    shutil.rmtree(engine_case.folder / "runs")
    (place,) = engine_case.another_engine().list(within(), labels.run)
    assert dict(place.labels) == labels.labels()


@needs("folders")
def test_closing_the_run_takes_all_folders_along(engine_case: Case) -> None:
    labels = engine_case.new_run()
    launch = engine_case.furnished(labels, "true")
    await_end(engine_case, engine_case.start(launch))
    engine_case.engine.close(labels.run, within())
    assert not Path(launch.folder).parent.exists()


def said(engine_case: Case, found: Found) -> list[str]:
    return [line.text for line in engine_case.engine.logs(found, within())]


@needs("aliases")
def test_instances_of_a_run_find_each_other(engine_case: Case) -> None:
    labels = engine_case.new_run()
    engine_case.start(engine_case.lives(labels, "events"))
    sliced = replace(engine_case.lives(labels, "api"), instance=Instance("api", "w1"))
    engine_case.start(sliced)
    other = replace(engine_case.lives(labels, "ledger"), aliases=("the_ledger", "ledger.internal"))
    found = engine_case.start(other)
    for name in ("events", "api--w1", "ledger", "the_ledger", "ledger.internal"):
        asked = ["getent", "hosts", name]
        # Podman's name server may lose a question while it learns of a new container.
        poll(lambda: not engine_case.engine.exec(found, asked, within()).exit_code, within(40))  # noqa: B023


@needs("aliases")
def test_runs_do_not_see_each_other(engine_case: Case) -> None:
    mine, other = engine_case.new_run(), engine_case.new_run()
    engine_case.start(engine_case.lives(other, "events"))
    found = engine_case.start(engine_case.lives(mine))
    assert engine_case.engine.exec(found, ["getent", "hosts", "events"], within()).exit_code != 0


@needs("volumes")
def test_removal_takes_the_anonymous_volumes_along(engine_case: Case) -> None:
    import docker

    client = docker.from_env()
    before = {volume.id for volume in client.volumes.list()}
    options: dict[str, object] = {"Volumes": {"/data": {}}}
    found = engine_case.start(engine_case.lives(engine_case.new_run(), options=options))
    mounts = client.api.inspect_container(found.id)["Mounts"]
    volumes = {mount["Name"] for mount in mounts}
    assert volumes
    assert not volumes & before
    engine_case.engine.remove(found, within())
    assert not volumes & {volume.id for volume in client.volumes.list()}

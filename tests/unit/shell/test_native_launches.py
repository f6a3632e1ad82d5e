"""What a server of this host is started with."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.addressing.launching import launch
from orchestrator.addressing.route import Directory
from orchestrator.host.manifests import HostFiles
from orchestrator.manifest import load
from orchestrator.model.facts import Program
from orchestrator.model.launch import Launch, RunLabels
from orchestrator.model.resource import PROCESS
from orchestrator.technologies import BUILT_IN

LABELS = RunLabels("run-1", "e", "n", "/m", "{}", 0)
CALLER = {"PATH": "/caller/bin", "HOME": "/home/me", "PGPORT": "1", "TMPDIR": "/tmp", "A": "b"}
PROGRAM = Program("/opt/pg/bin/postgres", "17.1", ("/opt/pg/bin", "/opt/tools"))
HOME = "/homes/run-1/one"


def launched(entry: str, *, snapshot: str = "", program: Program = PROGRAM) -> Launch:
    text = f"engine: process\ndatabases: {{one: {entry}}}\n"
    manifest = load(
        text.encode(),
        path="/p/environment.yaml",
        files=HostFiles(),
        environ={},
        technologies=BUILT_IN,
    )
    resources = {name: replace(one, password="secret") for name, one in manifest.resources.items()}
    instance = resources["one"].instance
    ports = {(instance, port.number): 49000 for port in resources["one"].ports}
    directory = Directory(resources, ports=ports, folders={PROCESS: "/homes/run-1"})
    return launch(instance, directory, LABELS, environ=CALLER, snapshot=snapshot, program=program)


def test_it_finds_its_tools_and_nothing_of_another_server_s() -> None:
    env = launched("{use: postgres, env: {LANG: de}}").env
    assert env["PATH"].startswith("/opt/pg/bin:/opt/tools:/caller/bin:")
    assert (env["HOME"], env["LANG"]) == ("/home/me", "de")
    assert not {"PGPORT", "A"} & env.keys()


def test_what_is_temporary_is_in_its_own_folder() -> None:
    assert launched("{use: mariadb}").env["TMPDIR"] == f"{HOME}/tmp"


def test_it_makes_its_data_first_and_then_becomes_the_server() -> None:
    found = launched("{use: postgres}")
    assert (found.folder, found.workdir, found.rootless) == (HOME, HOME, True)
    assert found.entrypoint
    assert found.entrypoint[:2] == ("sh", "-c")
    assert found.entrypoint[2].endswith('\nexec "$@"')
    assert found.command
    assert found.command[:5] == ("/opt/pg/bin/postgres", "-D", f"{HOME}/data", "-p", "49000")


def test_from_a_snapshot_it_has_its_data_already() -> None:
    found = launched("{use: postgres}", snapshot="aa11")
    assert (found.entrypoint, found.snapshot) == (None, "aa11")


def test_only_what_is_copied_for_tests_is_in_memory() -> None:
    assert not launched("{use: postgres}").memory
    assert launched("{use: postgres, isolation: test}").memory
    assert not launched("{use: redis, isolation: test}").memory


def test_no_password_is_on_its_command_line_or_in_a_program() -> None:
    redis = launched("{use: redis}", program=Program("/usr/bin/valkey-server", "9", ("/usr/bin",)))
    assert redis.command
    assert not any("secret" in word for word in redis.command)
    files = {file.target: (file.data or b"").decode() for file in redis.files}
    assert files["redis.conf"] == 'requirepass "secret"\n'
    assert "secret" not in files["bin/redis-cli"]
    assert "-p 49000" in files["bin/redis-cli"]
    assert redis.env["PATH"].startswith(f"{HOME}/bin:/usr/bin:")

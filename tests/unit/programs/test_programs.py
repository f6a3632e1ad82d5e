"""Which program of this host a server runs, and what is said when there is none."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.errors import EngineUnavailable
from orchestrator.host import programs as looking
from orchestrator.host.programs import fits, programs
from orchestrator.model.native import Native
from orchestrator.model.resource import PROCESS, Resource
from orchestrator.technologies import BUILT_IN

NATIVE = Native(
    servers=("mud-server", "clay-server"),
    command=("mud-server",),
    version=r"mud (\d+(?:\.\d+)*)",
    tools=("mud-init",),
    packages={"apt-get": "mud", "brew": "mud"},
)

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a program, below the test's folder, that says this of itself."""

    def written(name: str, says: str = "") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho '{says}'\n")
        path.chmod(0o755)
        return path

    return written


def server(name: str = "mud", version: str | None = None, native: Native = NATIVE) -> Resource:
    technology = replace(BUILT_IN["redis"], name="mud", native=native)
    return Resource(name, "databases", PROCESS, technology=technology, version=version)


def path_of(*folders: Path) -> dict[str, str]:
    return {"PATH": os.pathsep.join(map(str, folders))}


def test_the_first_on_the_path_is_taken_where_no_version_is_asked_for(
    write: Write, tmp_path: Path
) -> None:
    first, second = write("a/mud-server", "mud 2.1"), write("b/mud-server", "mud 3.0")
    write("b/mud-init", "")
    found = programs([server()], path_of(first.parent, second.parent))["mud"]
    assert (found.path, found.version) == (str(first), "2.1")
    assert found.folders == (str(first.parent), str(tmp_path / "b"))
    assert str(found) == "mud-server 2.1"


def test_the_version_that_is_asked_for_is_looked_for_everywhere(write: Write) -> None:
    first, second = write("a/mud-server", "mud 2.1"), write("v/3/mud-server", "mud 3.0")
    write("a/mud-init", "")
    native = replace(NATIVE, places=(str(second.parents[1] / "*"),))
    found = programs([server(version="3", native=native)], path_of(first.parent))
    assert found["mud"].path == str(second)


def test_of_several_in_the_usual_places_the_highest_comes_first(
    write: Write, tmp_path: Path
) -> None:
    for number in ("9", "10"):
        write(f"v/{number}/mud-server", f"mud {number}.1")
        write(f"v/{number}/mud-init", "")
    native = replace(NATIVE, places=(str(tmp_path / "v/*"),))
    assert programs([server(native=native)], path_of(tmp_path))["mud"].version == "10.1"


def test_another_program_under_the_same_name_is_none(write: Write) -> None:
    wrong, right = write("a/mud-server", "clay 9"), write("b/clay-server", "mud 1.0")
    write("b/mud-init", "")
    found = programs([server()], path_of(wrong.parent, right.parent))
    assert found["mud"].path == str(right)


def test_what_must_not_be_taken_is_not(write: Write) -> None:
    wrong, right = write("a/mud-server", "mud 1.0"), write("b/mud-server", "mud 2.0")
    write("b/mud-init", "")
    native = replace(NATIVE, shadowed=(str(wrong),))
    found = programs([server(native=native)], path_of(wrong.parent, right.parent))
    assert found["mud"].path == str(right)


def test_the_version_can_be_in_the_path(write: Write) -> None:
    program = write("mud_server-4.5/sbin/mud-server", "nobody asks")
    write("mud_server-4.5/sbin/mud-init", "")
    native = replace(NATIVE, asks=(), version=r"mud_server-(\d+\.\d+)")
    assert programs([server(native=native)], path_of(program.parent))["mud"].version == "4.5"


def test_everything_that_cannot_be_had_is_told_at_once(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking.shutil, "which", lambda name: name == "apt-get" or None)
    lonely, old = write("a/mud-server", "mud 2.1"), write("b/clay-server", "mud 2.0")
    resources = [
        server("first", native=replace(NATIVE, servers=("mud-server",))),
        server("second", native=replace(NATIVE, servers=("sand-server",), packages={})),
        server("third", "3", replace(NATIVE, servers=("clay-server",), tools=())),
    ]
    with pytest.raises(EngineUnavailable) as failed:
        programs(resources, path_of(lonely.parent, old.parent))
    assert failed.value.message == (
        f"cannot run without containers: first: {lonely} lacks mud-init; "
        "second: there is no sand-server on this host; "
        f"third asks for mud 3, and there is clay-server 2.0 ({old})"
    )
    assert failed.value.hint == (
        "apt-get install mud or take that, with `versions: loose` in the manifest "
        "or run it in containers, with `engine: docker`"
    )


def test_another_version_is_taken_where_that_is_enough(write: Write) -> None:
    program = write("a/mud-server", "mud 2.1")
    write("a/mud-init", "")
    found = programs([server(version="3")], path_of(program.parent), loose=True)
    assert found["mud"].version == "2.1"


def test_a_program_that_is_replaced_has_another_digest(write: Write) -> None:
    program = write("a/mud-server", "mud 2.1")
    write("a/mud-init", "")
    before = programs([server()], path_of(program.parent))["mud"].digest
    assert programs([server()], path_of(program.parent))["mud"].digest == before
    write("a/mud-server", "mud 2.10")
    after = programs([server()], path_of(program.parent))["mud"]
    assert (after.digest != before, after.version) == (True, "2.10")


def test_one_that_cannot_be_run_is_no_program(write: Write) -> None:
    broken = write("a/mud-server", "")
    broken.write_text("#!/no/such/interpreter\n")
    with pytest.raises(EngineUnavailable, match="there is no mud-server or clay-server"):
        programs([server()], path_of(broken.parent))


@pytest.mark.parametrize(
    ("version", "wanted", "expected"),
    [
        ("16.4", "16", True),
        ("16.4", "16.4", True),
        ("16.4", "16.4-alpine", True),
        ("16.4", "16.40", False),
        ("16.4", "1", False),
        ("16", "16.4", False),
        ("3.10.8", "3.10-management", True),
        ("7.2.1", "latest", True),
    ],
)
def test_whether_a_version_fits(version: str, wanted: str, expected: bool) -> None:
    assert fits(version, wanted) is expected


SAID = {
    "postgres": ("postgres (PostgreSQL) 17.10 (Debian 17.10-1)", "17.10"),
    "mariadb": (
        "mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu",
        "10.11.19",
    ),
    "mysql": (
        "mysqld  Ver 8.0.44 for Linux on x86_64 (MySQL Community Server)",
        "8.0.44",
    ),
    "redis": ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", "7.0.15"),
    "valkey": ("Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", "8.1.1"),
    "memcached": ("memcached 1.6.18", "1.6.18"),
    "etcd": ("etcd Version: 3.4.23", "3.4.23"),
    "nats": ("nats-server: v2.15.1", "2.15.1"),
    "mosquitto": ("mosquitto version 2.0.11", "2.0.11"),
}


@pytest.mark.parametrize(("name", "said", "version"), [(k, *v) for k, v in SAID.items()])
def test_what_each_server_says_of_itself(
    name: str, said: str, version: str, write: Write, tmp_path: Path
) -> None:
    native = BUILT_IN[name].native
    assert native
    native = replace(native, places=(), wheel=None)
    for program in (native.servers[0], *native.tools):
        write(f"bin/{program}", said)
    found = programs(
        [server(native=replace(native, refuses_root=False))], path_of(tmp_path / "bin")
    )
    assert found["mud"].version == version


def test_mariadb_is_no_mysql_whatever_its_program_is_called(write: Write, tmp_path: Path) -> None:
    native = BUILT_IN["mysql"].native
    assert native
    for program in (native.servers[0], *native.tools):
        write(f"bin/{program}", "mysqld  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu")
    with pytest.raises(EngineUnavailable, match="there is no mysqld on this host"):
        programs([server(native=replace(native, places=()))], path_of(tmp_path / "bin"))

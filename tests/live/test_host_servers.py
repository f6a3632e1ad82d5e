"""Servers that run on this host: for their user alone, spoken to like others; and why they do."""

from __future__ import annotations

import os
import pwd
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pymysql
import pytest
from host_servers import need_programs
from mortal_place import SECONDS, Place

from chaos.host_traces import Traces
from orchestrator.engines.process.homes import is_root

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux's /proc"),
    # Whoever runs the tests has all of them, so that the servers are started once.
    pytest.mark.xdist_group("host-servers"),
]

FIVE = """
name: five
engine: process
databases:
  ledger: {use: postgres, seed: [schema.sql], password: secret-ledger}
  shop: {use: mariadb, password: secret-shop}
  cache: {use: redis, password: secret-cache}
brokers:
  events: {use: nats, password: secret-events}
  queue: {use: rabbitmq, password: secret-queue}
"""

SERVERS = ("ledger", "shop", "cache", "events", "queue")

SCHEMA = "create table rows (id int); insert into rows values (7);\n"

AS_NOBODY = ("ledger", "shop")
"""What refuses to be root's."""


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """All five, which are up for the whole module."""
    need_programs("process", "postgres", "mariadb", "redis", "nats", "rabbitmq")
    folder = tmp_path_factory.mktemp("five")
    (folder / "schema.sql").write_text(SCHEMA)
    made = Place(folder, {**os.environ, "GREENROOM_SNAPSHOTS": "off"}, FIVE)
    try:
        made.greenroom("up")
        yield made
        made.greenroom("down")
    finally:
        made.end()


@pytest.fixture(scope="module")
def traces(five: Place) -> Traces:
    return Traces(five.state)


def home(five: Place, traces: Traces, name: str) -> Path:
    [run] = five.runs
    return traces.homes / run / name


def processes(traces: Traces) -> list[psutil.Process]:
    found = traces.processes()
    assert len(found) > len(SERVERS)
    return [psutil.Process(pid) for pid in found]


@pytest.mark.parametrize("name", SERVERS)
def test_its_folder_is_for_itself_alone(name: str, five: Place, traces: Traces) -> None:
    status = home(five, traces, name).stat()
    owner = pwd.getpwnam("nobody").pw_uid if is_root() and name in AS_NOBODY else os.getuid()
    assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o700, owner)


@pytest.mark.skipif(not is_root(), reason="only root can be somebody else")
@pytest.mark.parametrize("name", AS_NOBODY)
def test_what_refuses_to_be_root_has_nothing_of_root(
    name: str, five: Place, traces: Traces
) -> None:
    place, nobody = str(home(five, traces, name)), pwd.getpwnam("nobody")
    own = [one for one in processes(traces) if one.cwd().startswith(place)]
    assert own
    for one in own:
        assert {*one.uids()} == {nobody.pw_uid}
        assert {*one.gids()} == {nobody.pw_gid}
        status = Path(f"/proc/{one.pid}/status").read_text()
        assert "Groups:\t \n" in status, "no groups of root's either"


def test_nothing_listens_elsewhere_than_on_the_loopback(five: Place, traces: Traces) -> None:
    places = {
        (each.laddr.ip, each.laddr.port)
        for one in processes(traces)
        for each in one.net_connections("inet")
        if each.status == psutil.CONN_LISTEN or each.type == socket.SOCK_DGRAM
    }
    assert {ip for ip, _ in places} <= {"127.0.0.1", "::1"}
    # RabbitMQ has one for its port mapper and one for other nodes besides.
    assert len({port for _, port in places}) == len(SERVERS) + 2


def test_no_password_is_among_the_arguments(traces: Traces) -> None:
    assert not [words for one in processes(traces) for words in one.cmdline() if "secret-" in words]


def test_everybody_in_mariadb_has_a_password(five: Place) -> None:
    port = int(five.greenroom("url", "shop").strip().rpartition(":")[2].partition("/")[0])
    connection = pymysql.connect(
        host="127.0.0.1", port=port, user="greenroom", password="secret-shop", database="shop"
    )
    with connection, connection.cursor() as cursor:
        # The last one owns views, and may not log in.
        cursor.execute(
            "select user, host from mysql.user"
            " where authentication_string = '' and user != 'mariadb.sys'"
        )
        assert cursor.fetchall() == ()
        cursor.execute("select user, host from mysql.user where user != 'mariadb.sys'")
        assert {*cursor.fetchall()} == {("greenroom", "%"), ("root", "localhost")}


@pytest.mark.parametrize(
    ("name", "words", "answer"),
    [
        ("ledger", ["psql", "-tAc", "select id from rows"], "7"),
        ("shop", ["mariadb", "-N", "-e", "select database()"], "shop"),
        ("cache", ["sh", "-c", 'redis-cli -a "$0" ping 2> /dev/null', "secret-cache"], "PONG"),
        ("queue", ["rabbitmqctl", "-q", "list_vhosts", "--no-table-headers"], "/"),
    ],
    ids=SERVERS[:3] + SERVERS[4:],
)
def test_its_client_is_led_to_it(name: str, words: list[str], answer: str, five: Place) -> None:
    assert five.greenroom("exec", name, "--", *words).strip() == answer


def test_its_log_is_shown(five: Place) -> None:
    assert "ready to accept connections" in five.greenroom("logs", "ledger")
    assert "Server is ready" in five.greenroom("logs", "events")


ONE = """
name: one
engine: {engine}
databases:
  cache: {{use: "{use}"}}
"""

SILENT = {"DOCKER_HOST": "unix:///nowhere"}


@pytest.fixture
def one(tmp_path: Path, live_environ: dict[str, str]) -> Iterator[Place]:
    need_programs("process", "redis")
    environ = {name: value for name, value in live_environ.items() if name != "CI"} | SILENT
    made = Place(tmp_path, environ, ONE.format(engine="auto", use="redis"))
    yield made
    made.end()


def fails(place: Place, *words: str) -> str:
    """Run `greenroom`, which has to find no engine, and return what it says."""
    program = place.start(*words)
    said, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 69, said
    return said


def test_without_docker_it_runs_here_and_says_why(one: Place) -> None:
    first, *_ = one.greenroom("run", "--", "true").splitlines()
    assert "process (cache: redis-server 7" in first
    assert first.endswith(
        "because there is no container engine at unix:///nowhere (from DOCKER_HOST)"
    )


def test_in_ci_that_has_to_be_asked_for(one: Place) -> None:
    one.environ["CI"] = "true"
    assert "in CI (CI is set) nothing falls back to processes" in fails(one, "run", "--", "true")
    assert "because" not in one.greenroom("run", "--engine", "process", "--", "true")


def test_what_needs_a_container_is_named(one: Place) -> None:
    text = ONE.format(engine="auto", use="redis")
    one.write(f"{text}services:\n  web: {{image: nginx, ports: [80]}}\n")
    said = fails(one, "run", "--", "true")
    assert "only containers can run web (it names an image)" in said


def test_another_version_is_only_taken_where_that_is_said(one: Place) -> None:
    text = ONE.format(engine="process", use="redis:99")
    one.write(text)
    said = fails(one, "run", "--", "true")
    assert "cache asks for redis 99, and there is redis-server 7" in said
    assert "versions: loose" in said
    one.write(f"{text}versions: loose\n")
    assert "cache asks for 99, and runs as redis-server 7" in one.greenroom("run", "--", "true")

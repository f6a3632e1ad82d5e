"""Servers that run already, here those of another environment: used, and left as they were."""

from __future__ import annotations

import http.server
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from orchestrator import Environment, StepFailed
from orchestrator.engines.process.homes import homes_root
from orchestrator.errors import EngineUnavailable, UsageError
from orchestrator.waiting import Deadline, poll

GIVEN = """
name: given
engine: process
versions: loose
databases:
  pg: {use: postgres, database: app, password: "p@ss/w:rd 1"}
  maria: {use: mariadb, database: app}
  cache: {use: redis}
brokers:
  events: {use: nats}
"""

SCHEMA = "create table words (word varchar(20)); insert into words values ('seeded');"

PSQL = ("psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command")
MARIADB = ("mariadb", "--batch", "--skip-column-names", "--execute")

SECONDS = 60.0


class Given:
    """Servers that run already, and what is in them."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def url(self, name: str) -> str:
        return self.environment[name].url

    def pg(self, words: str) -> list[str]:
        result = self.environment["pg"].exec([*PSQL, words])
        assert result.exit_code == 0, result.output
        return result.stdout.split()

    def maria(self, words: str) -> list[str]:
        result = self.environment["maria"].exec([*MARIADB, words])
        assert result.exit_code == 0, result.output
        return result.stdout.split()

    def cache(self, *words: str) -> list[str]:
        result = self.environment["cache"].exec(["redis-cli", *words])
        assert result.exit_code == 0, result.output
        return result.stdout.split()

    def databases(self) -> set[str]:
        """What runs have made on the servers, and not dropped yet."""
        found = self.pg("select datname from pg_database") + self.maria("show databases")
        return {name for name in found if name.startswith("greenroom_")} | self.claims()

    def claims(self) -> set[str]:
        """The numbered databases in which there is something: what runs have, and their claims."""
        lines = self.cache("info", "keyspace")
        return {line.partition(":")[0] for line in lines if line.startswith("db")}

    def tables(self) -> list[str]:
        """What is in the given databases themselves."""
        found = self.pg("select tablename from pg_tables where schemaname = 'public'")
        return found + self.maria("show tables") + self.cache("dbsize")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Given]:
    folder = tmp_path_factory.mktemp("given")
    (folder / "environment.yaml").write_text(GIVEN)
    environ = {
        **os.environ,
        "XDG_STATE_HOME": str(folder / "state"),
        "GREENROOM_SNAPSHOTS": "off",
    }
    try:
        environment = Environment(folder, environ=environ).up()
    except EngineUnavailable as lacking:
        pytest.skip(f"{lacking}: {lacking.hint}")
    try:
        yield Given(environment)
    finally:
        environment.down()
        with suppress(OSError):
            homes_root(folder / "state" / "greenroom").rmdir()


@pytest.fixture(autouse=True)
def nothing_is_left(given: Given) -> Iterator[None]:
    """After each test, the servers are as they were."""
    before = given.tables()
    yield
    assert given.databases() == set()
    assert given.tables() == before


class User:
    """A project that uses what is given."""

    def __init__(self, folder: Path, given: Given) -> None:
        self.folder = folder
        self.given = given
        (folder / "schema.sql").write_text(SCHEMA)
        (folder / "words.redis").write_text("SET word seeded\n")

    def manifest(self, **more: dict[str, object]) -> dict[str, object]:
        """All of it, seeded."""
        ledger = {"use": "postgres", "at": self.given.url("pg"), "seed": "schema.sql"}
        books = {"use": "mariadb", "at": self.given.url("maria"), "seed": "schema.sql"}
        cache = {"use": "redis", "at": self.given.url("cache"), "seed": "words.redis"}
        entries = {"ledger": ledger, "books": books, "cache": cache}
        return {"databases": {name: {**one, **more.get(name, {})} for name, one in entries.items()}}

    def ledger(self, **more: object) -> dict[str, object]:
        """A manifest of only one database."""
        own = {"use": "postgres", "at": self.given.url("pg"), **more}
        return {"databases": {"ledger": own}}

    def environment(self, manifest: dict[str, object] | None = None) -> Environment:
        return Environment.of(manifest or self.manifest(), folder=self.folder)


@pytest.fixture
def user(tmp_path: Path, given: Given) -> User:
    return User(tmp_path, given)


def words(environment: Environment, name: str = "ledger") -> list[str]:
    """The words in a database."""
    client = PSQL if name == "ledger" else MARIADB
    result = environment[name].exec([*client, "select word from words"])
    assert result.exit_code == 0, result.output
    return result.stdout.split()


def test_seeds_go_into_places_that_the_run_makes_and_drops(user: User) -> None:
    with user.environment() as environment:
        assert (words(environment), words(environment, "books")) == (["seeded"], ["seeded"])
        assert environment["ledger"].database.startswith("greenroom_")
        assert environment["ledger"].url.endswith(f"/{environment['ledger'].database}")
        assert environment.variables["BOOKS_DATABASE"] == environment["books"].database
        number = environment["cache"].database
        assert user.given.cache("-n", number, "get", "word") == ["seeded"]
        assert number != "0"


def test_what_is_only_used_is_handed_out_as_it_was_given(user: User) -> None:
    at = user.given.url("pg") + "?application_name=tests"
    with user.environment(user.ledger(at=at)) as environment:
        assert environment["ledger"].url == at
        assert environment["ledger"].password == "p@ss/w:rd 1"
        assert list(environment["ledger"].logs()) == []
        with pytest.raises(UsageError, match="cannot reset ledger: it runs already"):
            environment.reset("ledger")
        environment.reset()
    assert user.given.databases() == set()


def test_what_is_owned_gets_the_seeds_and_keeps_them(user: User) -> None:
    try:
        with user.environment(user.ledger(seed="schema.sql", owned=True, isolation="test")) as one:
            assert one["ledger"].database == "app"
            with one.slice() as mine:
                assert mine["ledger"].database.startswith("greenroom_")
                assert words(mine) == ["seeded"]  # type: ignore[arg-type]
        assert user.given.pg("select word from words") == ["seeded"]
    finally:
        user.given.pg("drop table if exists words")


def test_a_role_that_may_only_make_databases_is_enough(user: User) -> None:
    user.given.pg("create role modest login createdb password 'modest'")
    try:
        at = user.given.url("pg").replace("greenroom:p%40ss%2Fw%3Ard%201@", "modest:modest@")
        manifest = user.ledger(at=at, seed="schema.sql", isolation="test")
        with user.environment(manifest) as environment:
            with environment.slice() as mine:
                assert words(mine) == ["seeded"]  # type: ignore[arg-type]
            environment["ledger"].exec([*PSQL, "delete from words"])
            environment.reset("ledger")
            assert words(environment) == ["seeded"]
    finally:
        user.given.pg("drop role modest")


def test_slices_are_the_runs_too(user: User) -> None:
    sliced: dict[str, object] = {"isolation": "test"}
    with user.environment(user.manifest(ledger=sliced, books=sliced)) as environment:
        with environment.slice() as one, environment.slice() as other:
            one["books"].exec([*MARIADB, f"use {one['books'].database}; delete from words"])
            for name in ("ledger", "books"):
                assert one[name].database != other[name].database
            found = other["books"].exec(
                [*MARIADB, f"select word from {other['books'].database}.words"]
            )
            assert found.stdout.split() == ["seeded"]
        environment["books"].exec([*MARIADB, "delete from words"])
        environment.reset("books")
        assert words(environment, "books") == ["seeded"]


def test_a_reset_of_what_has_no_slices_makes_the_place_anew(user: User) -> None:
    with user.environment() as environment:
        environment["ledger"].exec([*PSQL, "delete from words"])
        user.given.cache("-n", environment["cache"].database, "flushdb")
        environment.reset()
        assert words(environment) == ["seeded"]
        number = environment["cache"].database
        assert user.given.cache("-n", number, "get", "word") == ["seeded"]


def test_two_runs_at_once_do_not_meet(user: User) -> None:
    with user.environment() as one, user.environment() as other:
        for name in ("ledger", "books", "cache"):
            assert one[name].database != other[name].database
        one["ledger"].exec([*PSQL, "delete from words"])
        assert words(other) == ["seeded"]


def test_a_claim_outlives_whatever_is_emptied(user: User) -> None:
    with user.environment() as one:
        user.given.cache("-n", one["cache"].database, "flushdb")
        with user.environment() as other:
            assert other["cache"].database != one["cache"].database
            both = {one["cache"].database, other["cache"].database}
            [notes] = user.given.claims() - {f"db{number}" for number in both}
    assert notes


def test_streams_go_into_what_is_owned(user: User) -> None:
    (user.folder / "streams.yaml").write_text("streams: [{name: ORDERS, subjects: [orders.>]}]\n")
    events = {"use": "nats", "at": user.given.url("events"), "owned": True, "seed": "streams.yaml"}
    with user.environment({"brokers": {"events": events}}) as environment:
        assert environment["events"].url == user.given.url("events")


def test_a_service_is_asked_where_it_runs(user: User) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        at = f"http://127.0.0.1:{server.server_port}/v1"
        services = {"bank": {"at": at, "ready": {"http": "/"}}}
        with user.environment({"services": services}) as environment:
            assert environment.variables["BANK_URL"] == at
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


PING = (
    "import os, socket, time\n"
    "place = os.environ['CACHE_HOST'], int(os.environ['CACHE_PORT'])\n"
    "server = socket.create_connection(place, 5)\n"
    "server.sendall(b'PING\\r\\n')\n"
    "print('heard', server.recv(100).decode(), flush=True)\n"
    "time.sleep(600)\n"
)


@pytest.mark.engine
@pytest.mark.usefixtures("live_environ")
def test_a_container_reaches_what_runs_on_this_host(user: User) -> None:
    env = {"CACHE_HOST": "${cache.host}", "CACHE_PORT": "${cache.port}"}
    manifest = {
        "databases": {"cache": {"use": "redis", "at": user.given.url("cache")}},
        "services": {
            "api": {
                "image": "python:3.11-slim",
                "command": ["python", "-c", PING],
                "env": env,
                "ready": {"log": "heard -NOAUTH"},
            }
        },
    }
    with user.environment(manifest) as environment:
        assert environment["api"].state.alive


def test_one_that_does_not_answer_is_told_with_its_address(user: User) -> None:
    at = "postgresql://me:hunter22@127.0.0.1:1/app"
    manifest = user.ledger(at=at, seed="schema.sql", timeout="1s")
    with pytest.raises(StepFailed) as raised, user.environment(manifest):
        pass
    assert "ledger at 127.0.0.1:1 is not ready after 1 s" in str(raised.value)
    assert raised.value.evidence.answer == "connection refused"
    told = raised.value.__notes__
    assert told == ["next: see that it runs, and that 127.0.0.1:1 can be reached from here"]


def test_a_seed_that_is_refused_leaves_nothing(user: User) -> None:
    (user.folder / "schema.sql").write_text("create nonsense;")
    with (
        pytest.raises(StepFailed, match="nonsense"),
        user.environment(user.ledger(seed="schema.sql")),
    ):
        pass


class Program:
    """`greenroom` as a program of its own, in the user's folder."""

    def __init__(self, user: User) -> None:
        self.folder = user.folder
        at = {name: user.given.url(name) for name in ("pg", "maria", "cache")}
        (self.folder / "environment.yaml").write_text(
            "name: user\n"
            "databases:\n"
            f"  ledger: {{use: postgres, at: '{at['pg']}', seed: schema.sql, isolation: test}}\n"
            f"  books: {{use: mariadb, at: '{at['maria']}', seed: schema.sql}}\n"
            f"  cache: {{use: redis, at: '{at['cache']}', seed: words.redis}}\n"
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "orchestrator", *arguments],
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def ends(self, *arguments: str, code: int = 0) -> str:
        """Run it to its end, and return what it printed."""
        program = self.start(*arguments)
        out, err = program.communicate(timeout=SECONDS)
        assert program.returncode == code, out + err
        return out + err


def test_what_is_up_is_looked_at_and_removed_by_other_processes(user: User) -> None:
    greenroom = Program(user)
    try:
        said = greenroom.ends("up")
        assert "p@ss" not in said
        assert "p%40ss" not in said
        assert "ledger  kept" not in said
        assert "nothing of it has changed" in greenroom.ends("up")
        assert "adopted" in greenroom.ends("ps")
        assert "seeded" in greenroom.ends(
            "exec", "ledger", "--", "psql", "-c", "select word from words"
        )
        assert "there is no log of ledger here" in greenroom.ends("logs", "ledger", code=64)
        assert "__s1" in greenroom.ends("slice")
        assert "seeded" in greenroom.ends("exec", "books", "--", *MARIADB, "select * from words")
        greenroom.ends("restart", "ledger")
    finally:
        greenroom.ends("down")
    assert user.given.databases() == set()


def test_whoever_is_killed_leaves_nothing_either(user: User) -> None:
    program = Program(user).start("run", "--", "cat")
    assert program.stderr
    try:
        for line in program.stderr:
            if line.startswith("running"):
                break
        assert len(user.given.databases()) >= 4
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        program.communicate()
    poll(lambda: not user.given.databases(), Deadline.after(SECONDS))

"""The Docker engine against a daemon that refuses, cuts itself off, or falls silent."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from passing import Passing
from scripted_daemon import (
    Daemon,
    Request,
    chunked,
    cut,
    frame,
    hijacked,
    json_answer,
    lines,
    nothing,
    refusal,
    silence,
)

from orchestrator.engines.docker import DockerEngine, dialling, execs, starting
from orchestrator.engines.docker.address import Address
from orchestrator.errors import (
    BuildFailed,
    EngineError,
    EngineUnavailable,
    Gone,
    ImageUnavailable,
    PortTaken,
)
from orchestrator.model.launch import FileContent, Found, Launch, LogLine, Publish, RunLabels
from orchestrator.model.resource import Build, Instance
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut

LABELS = RunLabels("r1", "e1", "payments", "/environment.yaml", "{}", 2_000_000_000)
LEDGER = Launch(LABELS, Instance("ledger"), image="postgres:16", ports=(Publish(5432, 49153),))
FOUND = Found("docker", "container", "c1", LABELS.labels(Instance("ledger")), "greenroom-r1-ledger")
CREATE = r"POST .*/containers/create\?name=greenroom-r1-ledger"
START = "POST .*/containers/c1/start"
REMOVE = r"DELETE .*/containers/(c1|greenroom-r1-ledger)\?v=1&force=1"
CREATED = json_answer({"Id": "c1", "Warnings": []}, 201)
HALF_AN_ANSWER = cut(b'HTTP/1.1 201 Created\r\nContent-Length: 20\r\n\r\n{"Id": "c')
EXEC = "POST .*/containers/c1/exec"
EXEC_START = "POST .*/exec/x1/start"
EXEC_INSPECT = "GET .*/exec/x1/json"


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with Daemon() as daemon:
        daemon.on(EXEC, json_answer({"Id": "x1"}, 201))
        daemon.on(EXEC_INSPECT, json_answer({"Running": False, "ExitCode": 0}))
        daemon.on(REMOVE, nothing)
        yield daemon


def within(seconds: float = 20) -> Deadline:
    return Deadline.after(seconds)


def calls(daemon: Daemon) -> list[str]:
    """What was asked: the method and the path."""
    return [text.partition("?")[0].replace(" /", " ") for text in daemon.asked]


# Who answers.


def test_it_describes_the_engine_and_where_its_ports_are(daemon: Daemon) -> None:
    facts = daemon.engine().describe(within())
    assert (facts.name, facts.version, facts.address) == ("docker", "99.1", "127.0.0.1")


@pytest.mark.parametrize(
    ("host", "words", "hint"),
    [
        ("unix:///no/such.sock", "no container engine at unix:///no/such.sock (from", "start"),
        ("unix:///dev/null/x", "no container engine at unix:///dev/null/x (from", "start"),
        (f"unix:///{'x' * 200}", "path too long", "looks like"),
        ("tcp://127.0.0.1:1", "no container engine answers at tcp://127.0.0.1:1", "start"),
        ("tcp://no-such-host.invalid:1", "unknown", "correct"),
        ("nonsense://x", "nonsense://x (from DOCKER_HOST) is no engine's address", "looks like"),
        ("tcp://127.0.0.1", "port is required", "looks like"),
    ],
)
def test_without_an_engine_the_message_says_why(host: str, words: str, hint: str) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        DockerEngine({"DOCKER_HOST": host}).describe(within())
    assert words in caught.value.message
    assert hint in caught.value.hint


def test_a_socket_that_nobody_listens_on_any_more_is_no_engine(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(EngineUnavailable, match="no container engine answers"):
        DockerEngine({"DOCKER_HOST": f"unix://{path}"}).describe(within())


def test_proxies_and_certificates_of_the_web_are_not_used(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    daemon.engine().describe(within())


# Every short call.


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(refusal(500, "disk on fire"), "disk on fire", id="refusal"),
        pytest.param(cut(), "in the middle of its answer", id="no answer"),
        pytest.param(HALF_AN_ANSWER, "in the middle of its answer", id="half an answer"),
        pytest.param(cut(b"HTTP/1.1 2"), "in the middle of its answer", id="half a head"),
    ],
)
def test_a_call_that_fails_says_so(daemon: Daemon, answer: object, words: str) -> None:
    daemon.on("GET .*/containers/json.*", answer)  # type: ignore[arg-type]
    with pytest.raises(EngineError, match=f"cannot list what is there: .*{words}"):
        daemon.engine().list(within())


def test_a_call_that_is_never_answered_ends_by_the_deadline(daemon: Daemon) -> None:
    daemon.on("GET .*/containers/json.*", silence)
    with pytest.raises(TimedOut):
        daemon.engine().list(within(0.5))


# Starting.


def test_starting_takes_two_calls_and_one_for_all_files(daemon: Daemon) -> None:
    daemon.on(CREATE, CREATED)
    daemon.on(START, nothing)
    daemon.on(r"PUT .*/containers/c1/archive\?path=%2F", json_answer({}))
    daemon.engine().start(LEDGER, within())
    assert calls(daemon) == ["POST containers/create", "POST containers/c1/start"]
    daemon.asked.clear()
    files = (FileContent("/a", 0o644, data=b"a"), FileContent("/b", 0o644, data=b"b"))
    launch = Launch(LABELS, Instance("ledger"), image="postgres:16", files=files)
    daemon.engine().start(launch, within())
    assert calls(daemon)[1] == "PUT containers/c1/archive"
    assert len(calls(daemon)) == 3


def test_what_a_failed_start_has_made_is_removed(daemon: Daemon) -> None:
    daemon.on(CREATE, CREATED)
    daemon.on(
        START,
        refusal(500, "driver failed: Bind for 127.0.0.1:49153 failed: port is already allocated"),
    )
    with pytest.raises(PortTaken) as caught:
        daemon.engine().start(LEDGER, within())
    assert caught.value.port == 49153
    assert calls(daemon)[-1] == "DELETE containers/c1"


@pytest.mark.parametrize("answer", [cut(), HALF_AN_ANSWER])
def test_a_container_whose_answer_was_lost_is_removed_once_it_appears(
    daemon: Daemon, answer: object
) -> None:
    daemon.on(CREATE, answer)  # type: ignore[arg-type]
    daemon.on(REMOVE, refusal(404, "No such container"), refusal(404, "No such container"), nothing)
    with pytest.raises(EngineError):
        daemon.engine().start(LEDGER, within())
    assert calls(daemon)[1:] == ["DELETE containers/greenroom-r1-ledger"] * 3


def test_nobody_looks_for_what_was_never_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    dialled: list[Address] = []

    def refuse(address: Address, _deadline: Deadline) -> None:
        dialled.append(address)
        raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")

    monkeypatch.setattr(dialling, "_tcp", refuse)
    engine = DockerEngine({"DOCKER_HOST": "tcp://127.0.0.1:1"})
    with pytest.raises(EngineUnavailable, match="no container engine answers"):
        engine.start(LEDGER, within())
    assert len(dialled) == 1


def test_a_creation_at_which_the_engine_failed_is_undone(daemon: Daemon) -> None:
    daemon.on(CREATE, refusal(500, "disk on fire"))
    with pytest.raises(EngineError, match="disk on fire"):
        daemon.engine().start(LEDGER, within())
    assert calls(daemon)[1:] == ["DELETE containers/greenroom-r1-ledger"]


def test_a_container_that_has_the_name_already_is_not_touched(daemon: Daemon) -> None:
    daemon.on(CREATE, refusal(409, 'Conflict. The container name "/x" is already in use'))
    with pytest.raises(EngineError, match="already in use"):
        daemon.engine().start(LEDGER, within())
    assert calls(daemon) == ["POST containers/create"]


def test_a_start_that_is_late_is_undone(daemon: Daemon) -> None:
    daemon.on(CREATE, CREATED)
    daemon.on(START, silence)
    with pytest.raises(TimedOut):
        daemon.engine().start(LEDGER, within(2))  # The creation has to be answered by then.
    assert calls(daemon)[-1] == "DELETE containers/c1"


def test_a_start_is_undone_when_it_is_stopped_while_files_are_sent(
    daemon: Daemon, tmp_path: Path
) -> None:
    daemon.on(CREATE, CREATED)
    (tmp_path / "large").write_bytes(b"x" * (8 << 20))
    file = FileContent("/large", 0o644, source=str(tmp_path / "large"))
    stop = Stop()

    def stopping(request: object) -> None:
        raise AssertionError("the archive was sent to its end")

    daemon.on("PUT .*", stopping)
    launch = Launch(LABELS, Instance("ledger"), image="postgres:16", files=(file,))
    deadline = StopsAfter(6, stop)
    with pytest.raises(Stopped):
        daemon.engine().start(launch, deadline)
    assert calls(daemon)[-1] == "DELETE containers/c1"


class StopsAfter(Deadline):
    """A deadline whose order to stop comes after so many looks at it."""

    def __init__(self, looks: int, stop: Stop) -> None:
        super().__init__(Deadline.after(20).until, stop)
        object.__setattr__(self, "looks", looks)

    def check(self) -> None:
        object.__setattr__(self, "looks", self.looks - 1)  # type: ignore[attr-defined]
        if self.looks <= 0:  # type: ignore[attr-defined]
            self.stop.order()
        super().check()


def test_the_failure_is_told_also_when_nothing_can_be_removed(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "CLEAN_UP_LIMIT", 0.3)
    daemon.on(CREATE, CREATED)
    daemon.on(START, refusal(500, "disk on fire"))
    daemon.on(REMOVE, silence)
    with pytest.raises(EngineError, match="cannot start ledger: disk on fire"):
        daemon.engine().start(LEDGER, within())


# Removing.


def test_removal_waits_for_a_removal_under_way(daemon: Daemon) -> None:
    busy = refusal(409, "removal of container c1 is already in progress")
    daemon.on(REMOVE, busy, busy, refusal(404, "No such container: c1"))
    daemon.engine().remove(FOUND, within())
    assert calls(daemon) == ["DELETE containers/c1"] * 3


def test_a_removal_that_fails_says_why(daemon: Daemon) -> None:
    daemon.on(REMOVE, refusal(500, "device or resource busy"))
    with pytest.raises(EngineError, match="cannot remove greenroom-r1-ledger: device or resource"):
        daemon.engine().remove(FOUND, within())


def test_closing_waits_until_nothing_is_attached(daemon: Daemon) -> None:
    network = {"Id": "n1", "Name": "greenroom-r1", "Labels": LABELS.labels()}
    daemon.on("GET .*/networks.filters.*", json_answer([network]))
    daemon.on("GET .*/networks/greenroom-r1", json_answer(network))
    busy = refusal(403, "error while removing network: network x id n1 has active endpoints")
    daemon.on("DELETE .*/networks/greenroom-r1", busy, busy, nothing)
    daemon.engine().close("r1", within())
    tries = ["DELETE networks/greenroom-r1", "GET networks/greenroom-r1"] * 2
    assert calls(daemon) == ["GET networks", *tries, "DELETE networks/greenroom-r1"]


def test_closing_ends_by_the_deadline_and_says_what_was_in_the_way(daemon: Daemon) -> None:
    network = {"Id": "n1", "Name": "greenroom-r1", "Labels": LABELS.labels()}
    daemon.on("GET .*/networks.filters.*", json_answer([network]))
    daemon.on("GET .*/networks/greenroom-r1", json_answer(network))
    busy, deadline = refusal(403, "network has active endpoints"), Passing()

    def last(request: Request) -> None:
        deadline.pass_by()
        busy(request)

    daemon.on("DELETE .*/networks/greenroom-r1", busy, last)
    with pytest.raises(TimedOut, match="cannot remove greenroom-r1: network has active endpoints"):
        daemon.engine().close("r1", deadline)


# Opening.


def test_running_out_of_networks_proposes_what_to_do(daemon: Daemon) -> None:
    words = "could not find an available, non-overlapping IPv4 address pool among the defaults"
    daemon.on("POST .*/networks/create", refusal(404, words))
    with pytest.raises(EngineError, match="non-overlapping") as caught:
        daemon.engine().open(LABELS, within())
    assert "greenroom prune" in caught.value.hint


# Commands.


def exec_(daemon: Daemon, **more: object) -> object:
    return daemon.engine().exec(FOUND, ["psql"], within(), **more)  # type: ignore[arg-type]


def test_output_that_arrives_with_the_head_is_not_lost(daemon: Daemon) -> None:
    daemon.on(EXEC_START, hijacked(frame(1, b"one "), frame(2, b"bad"), frame(1, b"two")))
    result = daemon.engine().exec(FOUND, ["psql"], within())
    assert (result.exit_code, result.stdout, result.stderr) == (0, "one two", "bad")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(cut(), id="before the head"),
        pytest.param(hijacked(frame(1, b"12345")[:3]), id="in a frame's head"),
        pytest.param(hijacked(frame(1, b"one"), frame(1, b"12345")[:10]), id="in a frame"),
    ],
)
def test_an_answer_that_is_cut_short_is_no_success(daemon: Daemon, answer: object) -> None:
    daemon.on(EXEC_START, answer)  # type: ignore[arg-type]
    with pytest.raises(EngineError, match="cannot run psql: the connection to the engine ended"):
        exec_(daemon)


def test_an_answer_that_ends_while_the_command_runs_is_no_success(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execs, "END_IS_NOTED_WITHIN", 0.3)
    daemon.on(EXEC_START, hijacked())
    daemon.on(EXEC_INSPECT, json_answer({"Running": True, "ExitCode": None}))
    with pytest.raises(EngineError, match="cannot run psql: the connection to the engine ended"):
        exec_(daemon)


def test_the_engine_may_note_the_end_a_little_later(daemon: Daemon) -> None:
    daemon.on(EXEC_START, hijacked())
    running = json_answer({"Running": True, "ExitCode": None})
    daemon.on(EXEC_INSPECT, running, running, json_answer({"Running": False, "ExitCode": 4}))
    assert daemon.engine().exec(FOUND, ["psql"], within()).exit_code == 4


def test_an_end_without_a_code_is_no_success(daemon: Daemon) -> None:
    daemon.on(EXEC_START, hijacked())
    daemon.on(EXEC_INSPECT, json_answer({"Running": False, "ExitCode": None}))
    with pytest.raises(EngineError):
        exec_(daemon)


def test_newer_engines_refuse_unknown_commands(daemon: Daemon) -> None:
    words = 'OCI runtime exec failed: exec failed: "psql": executable file not found in $PATH'
    daemon.on(EXEC_START, refusal(400, words))
    result = daemon.engine().exec(FOUND, ["psql"], within())
    assert result.exit_code == 127
    assert words in result.stderr


@pytest.mark.parametrize(
    ("status", "words"),
    [(409, "Container c1 is not running"), (404, "No such container: c1")],
)
def test_a_command_beside_nothing_is_told_apart(daemon: Daemon, status: int, words: str) -> None:
    daemon.on(EXEC, refusal(status, words))
    with pytest.raises(Gone, match=f"cannot run psql: {words}"):
        exec_(daemon)


# Logs.


def test_a_terminal_s_log_comes_without_frames(daemon: Daemon) -> None:
    text = b"2026-01-02T03:04:05.123456789Z one\r\n2026-01-02T03:04:06.000000000Z two\r\n"
    daemon.on("GET .*/containers/c1/logs.*", chunked(text[:20], text[20:50], text[50:]))
    assert list(daemon.engine().logs(FOUND, within())) == [
        LogLine("2026-01-02T03:04:05.123456789Z", "stdout", "one"),
        LogLine("2026-01-02T03:04:06.000000000Z", "stdout", "two"),
    ]


def test_a_log_that_is_cut_short_is_no_whole_log(daemon: Daemon) -> None:
    line = frame(1, b"2026-01-02T03:04:05Z one\n")
    daemon.on("GET .*/containers/c1/logs.*", chunked(line, whole=False))
    with pytest.raises(EngineError, match="cannot read the log"):
        list(daemon.engine().logs(FOUND, within()))


def test_an_error_of_the_engine_within_a_log_is_told(daemon: Daemon) -> None:
    daemon.on("GET .*/containers/c1/logs.*", chunked(frame(3, b"log file was lost")))
    with pytest.raises(EngineError, match="log file was lost"):
        list(daemon.engine().logs(FOUND, within()))


# Images.


def test_a_pull_tells_its_bytes_over_all_layers(daemon: Daemon) -> None:
    def report(layer: str, status: str, current: int = 0, total: int = 0) -> dict[str, object]:
        detail = {"current": current, "total": total} if total else {}
        return {"id": layer, "status": status, "progressDetail": detail}

    daemon.on(
        r"POST .*/images/create\?fromImage=registry.test%3A5000%2Fdb&tag=1&platform=linux%2Farm64",
        lines(
            {"status": "Pulling from db", "id": "1"},
            report("a", "Pulling fs layer"),
            report("a", "Downloading", 10, 100),
            report("b", "Downloading", 5, 50),
            report("a", "Download complete"),
            report("a", "Extracting", 50, 100),
            {"status": "Status: Downloaded newer image"},
        ),
    )
    told: list[tuple[str, int, int]] = []
    daemon.engine().pull(
        "registry.test:5000/db:1", "linux/arm64", lambda *each: told.append(each), within()
    )
    name = "pulling registry.test:5000/db:1"
    assert told == [(name, 10, 100), (name, 15, 150), (name, 105, 150)]


def test_a_pull_without_a_tag_asks_for_the_latest_only(daemon: Daemon) -> None:
    daemon.on(r"POST .*/images/create\?fromImage=db&tag=latest", lines({"status": "done"}))
    daemon.engine().pull("db", None, lambda *_: None, within())


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(refusal(404, "manifest for db:1 not found"), id="at once"),
        pytest.param(lines({"status": "x"}, {"error": "manifest for db:1 not found"}), id="later"),
    ],
)
def test_a_pull_that_fails_gives_the_registry_s_words(daemon: Daemon, answer: object) -> None:
    daemon.on("POST .*/images/create.*", answer)  # type: ignore[arg-type]
    with pytest.raises(
        ImageUnavailable, match=r"has no such image \(manifest for db:1 not found\)"
    ) as caught:
        daemon.engine().pull("db:1", None, lambda *_: None, within())
    assert "the name or the tag; db:1" in caught.value.hint


Long = Callable[[Daemon, Deadline], object]
LONG: dict[str, Long] = {
    "pull": lambda daemon, deadline: daemon.engine().pull("x", None, lambda *_: None, deadline),
    "build": lambda daemon, deadline: daemon.engine().build(
        "x", Build(str(Path(__file__).parent), inline="FROM x"), {}, lambda *_: None, deadline
    ),
    "exec": lambda daemon, deadline: daemon.engine().exec(FOUND, ["psql"], deadline),
    "logs": lambda daemon, deadline: list(daemon.engine().logs(FOUND, deadline)),
}


@pytest.mark.parametrize("verb", LONG)
def test_long_answers_that_never_begin_end_in_time(daemon: Daemon, verb: str) -> None:
    stop = Stop()

    def stopping(request: object) -> None:
        stop.order()
        daemon.over.wait()

    for pattern in ("POST .*/images/create.*", "POST .*/build.*", EXEC_START, "GET .*/logs.*"):
        daemon.on(pattern, silence)
    with pytest.raises(TimedOut):
        LONG[verb](daemon, within(0.5))
    for pattern in ("POST .*/images/create.*", "POST .*/build.*", EXEC_START, "GET .*/logs.*"):
        daemon.on(pattern, stopping)
    with pytest.raises(Stopped):
        LONG[verb](daemon, Deadline.after(20, stop))


def test_a_build_that_fails_carries_the_end_of_its_log(daemon: Daemon, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x")
    daemon.on(
        "POST .*/build.*",
        lines(
            {"stream": "Step 1/2 : FROM x\n"},
            {"stream": " ---> 1234\n"},
            {"stream": "Step 2/2 : RUN false\n"},
            {"stream": "no such thing\nat all\n"},
            {"errorDetail": {"code": 1, "message": "returned a non-zero code: 1"}, "error": "x"},
        ),
    )
    told: list[tuple[str, int, int]] = []
    with pytest.raises(BuildFailed, match="cannot build app") as caught:
        daemon.engine().build(
            "app", Build(str(tmp_path)), {}, lambda *each: told.append(each), within()
        )
    assert caught.value.log[-2:] == ("no such thing", "at all")
    assert told[0] == ("Step 1/2 : FROM x", 1, 2)
    assert told[-1] == ("at all", 2, 2)


def test_a_build_without_its_folder_says_so(daemon: Daemon, tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="there is no such folder"):
        daemon.engine().build("app", Build(str(tmp_path / "x")), {}, lambda *_: None, within())


def test_a_snapshot_that_is_removed_while_all_are_listed_is_none(daemon: Daemon) -> None:
    both = [
        {
            "Id": f"sha256:{key}",
            "RepoTags": [f"greenroom/snapshot:{key}"],
            "Labels": {"greenroom.snapshot": key, "greenroom.snapshot.of": "shop: ledger"},
            "Created": 1,
        }
        for key in ("aa", "bb")
    ]
    daemon.on("GET .*/images/json.*", json_answer(both))
    daemon.on("GET .*/images/sha256:aa/history", refusal(404, "No such image: sha256:aa"))
    daemon.on("GET .*/images/sha256:bb/history", json_answer([{"Size": 7}, {"Size": 100}]))
    (found,) = daemon.engine().snapshots(within())
    assert (found.key, found.size) == ("bb", 7)

"""Every verb of the Docker engine with each of its calls answered wrongly, in every way we know."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scripted_daemon import (
    Answer,
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
)

from orchestrator.engines.docker import execs, starting
from orchestrator.errors import EngineError
from orchestrator.model.launch import FileContent, Found, Image, Launch, RunLabels
from orchestrator.model.resource import Build, Instance
from orchestrator.waiting import Deadline

LABELS = RunLabels("r1", "e1", "payments", "/environment.yaml", "{}", 2_000_000_000)
FILES = (FileContent("/a", 0o644, data=b"a"),)
LEDGER = Launch(LABELS, Instance("ledger"), image="postgres:16", files=FILES)
FOUND = Found("docker", "container", "c1", LABELS.labels(Instance("ledger")), "greenroom-r1-ledger")
NETWORK = {"Id": "n1", "Name": "greenroom-r1", "Labels": LABELS.labels()}
CONTAINER = {"Id": "c1", "Names": ["/x"], "State": "running", "Status": "Up", "Created": 1}
STATE = {"State": {"Status": "running"}, "RestartCount": 0}
IMAGE = {"Id": "sha256:1", "RepoTags": ["greenroom/build:1"], "Size": 5, "Created": 1}
BUILT = Image("docker", "sha256:1", "greenroom/build:1", {}, 5, 1)
LINE = frame(1, b"2026-01-02T03:04:05Z one\n")

Verb = Callable[[Daemon, Deadline], object]
VERBS: dict[str, Verb] = {
    "describe": lambda daemon, deadline: daemon.engine().describe(deadline),
    "open": lambda daemon, deadline: daemon.engine().open(LABELS, deadline),
    "start": lambda daemon, deadline: daemon.engine().start(LEDGER, deadline),
    "state": lambda daemon, deadline: daemon.engine().state(FOUND, deadline),
    "exec": lambda daemon, deadline: daemon.engine().exec(FOUND, ["psql"], deadline),
    "exec with input": lambda daemon, deadline: daemon.engine().exec(
        FOUND, ["psql"], deadline, stdin=[b"x" * 65536] * 4
    ),
    "logs": lambda daemon, deadline: list(daemon.engine().logs(FOUND, deadline)),
    "list": lambda daemon, deadline: daemon.engine().list(deadline, "r1"),
    "remove": lambda daemon, deadline: daemon.engine().remove(FOUND, deadline),
    "close": lambda daemon, deadline: daemon.engine().close("r1", deadline),
    "image_id": lambda daemon, deadline: daemon.engine().image_id("postgres:16", deadline),
    "pull": lambda daemon, deadline: daemon.engine().pull("x", None, lambda *_: None, deadline),
    "build": lambda daemon, deadline: daemon.engine().build(
        "x", Build(str(Path(__file__).parent), inline="FROM x"), {}, lambda *_: None, deadline
    ),
    "built": lambda daemon, deadline: daemon.engine().built(deadline),
    "remove_image": lambda daemon, deadline: daemon.engine().remove_image(BUILT, deadline),
}
GOOD: dict[str, Answer] = {
    "POST /networks/create": json_answer({"Id": "n1"}, 201),
    "GET /networks/n1": json_answer(NETWORK),
    "GET /networks.filters.*": json_answer([NETWORK]),
    "DELETE /networks/greenroom-r1": nothing,
    "POST /containers/create.*": json_answer({"Id": "c1"}, 201),
    "PUT /containers/c1/archive.*": json_answer({}),
    "POST /containers/c1/start": nothing,
    "GET /containers/c1/json": json_answer(STATE),
    "GET /containers/json.*": json_answer([CONTAINER]),
    "DELETE /containers/.*": nothing,
    "GET /containers/c1/logs.*": chunked(LINE),
    "POST /containers/c1/exec": json_answer({"Id": "x1"}, 201),
    "POST /exec/x1/start": hijacked(frame(1, b"one")),
    "GET /exec/x1/json": json_answer({"Running": False, "ExitCode": 0}),
    "GET /images/postgres:16/json": json_answer({"Id": "sha256:1"}),
    "GET /images/json.*": json_answer([IMAGE]),
    "DELETE /images/.*": json_answer([]),
    "POST /images/create.*": lines({"status": "done"}),
    "POST /build.*": lines({"stream": "done"}),
}


def body(data: bytes, status: int = 200) -> Answer:
    head = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(data))
    return cut(head + data)


FAILURES: dict[str, Answer] = {
    "cut before the head": cut(),
    "cut in the head": cut(b"HTTP/1.1 20"),
    "cut after the head": cut(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
    "half the body": cut(b'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"Id": "c'),
    "half a chunk": cut(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{"I'),
    "500": refusal(500, "disk on fire"),
    "500 without a word": body(b"", 500),
    "500 without a message": json_answer(["what?"], 500),
    "502 of a proxy": body(b"<html><style>b {}</style><h1>502 Bad\nGateway</h1></html>", 502),
}
NONSENSE: dict[str, Answer] = {
    "half of a JSON answer": body(b'[{"Id": "c1'),
    "a page of a proxy": body(b"<html><h1>Please log in</h1></html>"),
    "another protocol": cut(b"\x15\x03\x01\x00\x02\x02P\r\n"),
    "no JSON": body(b"\x00\xff\xfe" * 99),
    "an empty answer": body(b""),
    "no content": nothing,
    "null": body(b"null"),
    "an empty list": body(b"[]"),
    "an empty map": body(b"{}"),
    "a number": body(b"5"),
    "a text": body(b'"x"'),
    "a list of numbers": body(b"[1]"),
    "a list of empty maps": body(b"[{}]"),
    "a list of lists": body(b"[[]]"),
    "ids that are none": json_answer([{"Id": 5, "Created": "x"}]),
    "an id that is none": json_answer({"Id": {}, "State": 4, "Labels": []}),
    "parts of other kinds": json_answer(
        {"Id": "n1", "State": {"Status": "running", "Health": [1]}, "IPAM": {"Config": "x"}}
    ),
    "things of other kinds": json_answer(
        [{"Id": "c1", "Name": "x", "Names": 1, "Labels": 7, "Ports": [3], "RepoTags": 2}]
    ),
    "an exit code that is none": json_answer({"Running": False, "ExitCode": "zero"}),
    "a deep list": body(b"[" * 100_000),
    "an error of another kind": lines({"errorDetail": [1], "error": {"a": "b"}}),
    "progress of another kind": lines({"status": "Downloading", "id": 1, "progressDetail": 5}),
    "progress that is no number": lines(
        {"status": "Downloading", "progressDetail": {"current": "x", "total": []}},
        {"stream": {"a": 1}},
    ),
    "words that a terminal obeys": refusal(400, "one\n\x1b[31mtwo"),
    "elsewhere": cut(b"HTTP/1.1 301 X\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"),
    "a switched connection": hijacked(b"\x01\x00\x00\x00\xff\xff\xff\xff", b"x" * 99),
    "a negative chunk": cut(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc"),
    "a chunk of no length": cut(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"),
    "a length that is none": cut(b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc"),
    "endless headers": cut(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n"),
    "a long header": cut(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n"),
    "a status that is none": cut(b"HTTP/1.1 9999 X\r\n\r\n"),
}


class FaultyDaemon(Daemon):
    """Answers as it should, but for the n-th call and, when that is asked again, its repetition."""

    def __init__(self) -> None:
        super().__init__()
        for pattern, answer in GOOD.items():
            self.on(pattern, answer)
        self.fail(0, nothing)

    def fail(self, number: int, fault: Answer) -> None:
        """Give this answer to the n-th call from now on, counted from 1."""
        self._number, self._fault, self._faulty = number, fault, ""
        self._count = itertools.count(1)

    def answers_to(self, method: str, path: str) -> Answer:
        call = f"{method} {path}"
        if next(self._count) == self._number:
            self._faulty = call
        return self._fault if call == self._faulty else super().answers_to(method, path)


@pytest.fixture(scope="module")
def only_daemon() -> Iterator[FaultyDaemon]:
    with FaultyDaemon() as daemon:
        yield daemon


@pytest.fixture
def daemon(only_daemon: FaultyDaemon, monkeypatch: pytest.MonkeyPatch) -> FaultyDaemon:
    monkeypatch.setattr(starting, "UNKNOWN_LIMIT", 0.02)
    monkeypatch.setattr(execs, "END_IS_NOTED_WITHIN", 0.02)
    only_daemon.fail(0, nothing)
    return only_daemon


def number_of_calls(daemon: FaultyDaemon, verb: str) -> int:
    daemon.asked.clear()
    VERBS[verb](daemon, Deadline.after(20))
    return len(daemon.asked)


def failure(daemon: FaultyDaemon, verb: str) -> EngineError | None:
    """What a verb raises in our words, None when it succeeds; anything else fails the test."""
    begun, caught = time.monotonic(), None
    try:
        VERBS[verb](daemon, Deadline.after(20))
    except EngineError as error:
        caught = error
    assert time.monotonic() - begun < 10, "it hung"
    assert caught is None or caught.message.isprintable(), "a message is one line of plain text"
    return caught


@pytest.mark.parametrize("fault", FAILURES)
@pytest.mark.parametrize("verb", VERBS)
def test_a_call_that_fails_fails_its_verb_with_words_and_a_next_step(
    daemon: FaultyDaemon, verb: str, fault: str
) -> None:
    for number in range(1, number_of_calls(daemon, verb) + 1):
        daemon.fail(number, FAILURES[fault])
        error = failure(daemon, verb)
        assert error, f"call {number} of {verb} failed without being noticed"
        assert error.message.startswith("cannot ")
        assert error.hint


@pytest.mark.parametrize("fault", NONSENSE)
@pytest.mark.parametrize("verb", VERBS)
def test_no_answer_whatever_becomes_a_bug_of_ours(
    daemon: FaultyDaemon, verb: str, fault: str
) -> None:
    for number in range(1, number_of_calls(daemon, verb) + 1):
        daemon.fail(number, NONSENSE[fault])
        failure(daemon, verb)


def test_a_page_of_a_proxy_is_told_without_its_tags(daemon: FaultyDaemon) -> None:
    daemon.fail(1, FAILURES["502 of a proxy"])
    error = failure(daemon, "describe")
    assert error
    assert error.message == "cannot ask the engine for its version: 502 Bad Gateway"
    daemon.fail(1, NONSENSE["a page of a proxy"])
    error = failure(daemon, "describe")
    assert error
    assert "makes no sense: no JSON, but: Please log in" in error.message
    assert "proxy" in error.hint


@pytest.mark.parametrize("verb", ["describe", "list", "state", "image_id", "built"])
def test_what_only_asks_is_asked_once_more_after_a_cut(daemon: FaultyDaemon, verb: str) -> None:
    def only_once(request: Request) -> None:
        daemon.fail(0, nothing)
        cut()(request)

    daemon.fail(1, only_once)
    assert failure(daemon, verb) is None

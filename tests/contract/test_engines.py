"""What every engine promises, verb by verb; what some cannot do, `needs` names."""

from __future__ import annotations

import hashlib
import itertools
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from engine_cases import EXIT_CODE, EXITS, LIVES, PORT, Case, needs, within

from orchestrator.errors import EngineError, Gone, PortTaken
from orchestrator.model.launch import (
    RESOURCE,
    RUN,
    FileContent,
    Found,
    Launch,
    LogLine,
    RunLabels,
)
from orchestrator.model.resource import Instance
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut, poll

MEGABYTE = 1 << 20
AWKWARD = "a $HOME ${x} `id` 'single' \"double\" \\ * % ü\nsecond line\t$"


# describe, open, close


def test_it_says_who_it_is(engine_case: Case) -> None:
    facts = engine_case.engine.describe(within())
    assert facts.name == engine_case.engine.name
    assert facts.version
    assert facts.address


def test_a_place_is_found_by_its_run_until_it_is_closed(engine_case: Case) -> None:
    labels = engine_case.new_run()
    (place,) = engine_case.another_engine().list(within(), labels.run)
    assert place.instance is None
    assert place.run == labels.run
    assert dict(place.labels) == labels.labels()
    engine_case.engine.close(labels.run, within())
    assert engine_case.engine.list(within(), labels.run) == []


def test_closing_twice_is_fine(engine_case: Case) -> None:
    labels = engine_case.new_run()
    engine_case.engine.close(labels.run, within())
    engine_case.engine.close(labels.run, within())


# start, state


def test_what_was_started_runs(engine_case: Case) -> None:
    labels = engine_case.new_run()
    launch = engine_case.lives(labels, "ledger")
    found = engine_case.start(launch)
    assert found.engine == engine_case.engine.name
    assert found.instance == launch.instance
    assert found.labels == labels.labels(launch.instance)
    assert engine_case.engine.state(found, within()).status == "running"


def test_what_has_exited_says_with_which_code(engine_case: Case) -> None:
    found = engine_case.start(engine_case.exits(engine_case.new_run()))
    await_end(engine_case, found)
    state = engine_case.engine.state(found, within())
    assert (state.status, state.exit_code) == ("exited", EXIT_CODE)
    assert not state.alive


def test_what_cannot_be_started_says_why_and_leaves_nothing(engine_case: Case) -> None:
    labels = engine_case.new_run()
    with pytest.raises(EngineError, match=r"cannot start .+: .+"):
        engine_case.start(engine_case.cannot_start(labels))
    assert engine_case.has(labels) == []


@pytest.mark.parametrize("end", ["stopped", "late"])
def test_nothing_is_started_when_its_time_is_over(engine_case: Case, end: str) -> None:
    labels = engine_case.new_run()
    with pytest.raises(Stopped if end == "stopped" else TimedOut):
        engine_case.engine.start(engine_case.lives(labels), over(end))
    assert engine_case.has(labels) == []


@pytest.mark.parametrize("end", ["stopped", "late"])
def test_no_verb_begins_when_its_time_is_over(engine_case: Case, end: str) -> None:
    labels = engine_case.new_run()
    found = engine_case.start(engine_case.lives(labels))
    verbs: list[Callable[[Deadline], object]] = [
        engine_case.engine.describe,
        lambda deadline: engine_case.engine.open(labels, deadline),
        lambda deadline: engine_case.engine.state(found, deadline),
        lambda deadline: engine_case.engine.exec(found, ["true"], deadline),
        lambda deadline: list(engine_case.engine.logs(found, deadline)),
        engine_case.engine.list,
        lambda deadline: engine_case.engine.remove(found, deadline),
        lambda deadline: engine_case.engine.close(labels.run, deadline),
    ]
    for verb in verbs:
        with pytest.raises(Stopped if end == "stopped" else TimedOut):
            verb(over(end))
    assert engine_case.has(labels) == ["ledger"]


def test_ten_are_started_and_removed_at_once(engine_case: Case) -> None:
    labels = engine_case.new_run()
    names = [f"ledger-{number}" for number in range(10)]
    launches = [engine_case.lives(labels, name) for name in names]
    with ThreadPoolExecutor(10) as pool:
        started = list(pool.map(engine_case.start, launches))
        assert sorted(engine_case.has(labels)) == names
        list(pool.map(lambda found: engine_case.engine.remove(found, within()), started))
    assert engine_case.has(labels) == []


# ports


@needs("ports")
def test_a_published_port_leads_to_the_instance(engine_case: Case) -> None:
    with held_port() as (port, _):
        found = engine_case.start(engine_case.serves(engine_case.new_run(), port))
    assert found.ports == {PORT: port}
    address = engine_case.engine.describe(within()).address
    assert fetched(f"http://{address}:{port}/") == 200


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
    with held_port() as (port, _):
        launch = engine_case.serves(labels, port)
    for _ in range(2):
        engine_case.engine.remove(engine_case.start(launch), within())


# list, remove


def test_another_engine_object_finds_everything_by_its_labels(engine_case: Case) -> None:
    labels = engine_case.new_run()
    started = [engine_case.start(engine_case.lives(labels, name)) for name in ("ledger", "events")]
    listed = engine_case.another_engine().list(within(), labels.run)
    assert {found.id for found in listed[:-1]} == {found.id for found in started}
    for found in listed[:-1]:
        assert found.labels[RUN] == labels.run
        # What the image is labelled with comes on top.
        assert found.labels.items() >= labels.labels(found.instance).items()
        assert found.state.status == "running"
        assert engine_case.another_engine().state(found, within()).status == "running"


def test_instances_are_listed_first_and_places_last(engine_case: Case) -> None:
    labels = engine_case.new_run()
    for name in ("ledger", "events"):
        engine_case.start(engine_case.lives(labels, name))
    listed = engine_case.engine.list(within(), labels.run)
    assert [RESOURCE in found.labels for found in listed] == [True, True, False]


def test_a_run_s_list_holds_nothing_of_other_runs(engine_case: Case) -> None:
    mine, other = engine_case.new_run(), engine_case.new_run()
    for labels in (mine, other):
        engine_case.start(engine_case.lives(labels))
    assert {found.run for found in engine_case.engine.list(within(), mine.run)} == {mine.run}
    assert {found.run for found in engine_case.engine.list(within())} >= {mine.run, other.run}


def test_what_has_ended_is_listed_too(engine_case: Case) -> None:
    labels = engine_case.new_run()
    await_end(engine_case, engine_case.start(engine_case.exits(labels)))
    (found, _) = engine_case.another_engine().list(within(), labels.run)
    assert (found.state.status, found.state.exit_code) == ("exited", EXIT_CODE)


@needs("ports")
def test_ports_are_listed(engine_case: Case) -> None:
    labels = engine_case.new_run()
    with held_port() as (port, _):
        engine_case.start(engine_case.serves(labels, port))
    (found, _) = engine_case.another_engine().list(within(), labels.run)
    assert found.ports == {PORT: port}


def test_removing_what_is_found_removes_it(engine_case: Case) -> None:
    labels = engine_case.new_run()
    engine_case.start(engine_case.lives(labels))
    other = engine_case.another_engine()
    (found, _) = other.list(within(), labels.run)
    other.remove(found, within())
    assert engine_case.has(labels) == []
    assert engine_case.engine.state(found, within()).status == "gone"


def test_removing_twice_is_fine(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    for _ in range(2):
        engine_case.engine.remove(found, within())


def test_two_may_remove_the_same_at_once(engine_case: Case) -> None:
    labels = engine_case.new_run()
    found = engine_case.start(engine_case.lives(labels))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: engine_case.engine.remove(found, within()), range(4)))
    assert engine_case.has(labels) == []


def test_a_name_is_free_again_after_the_removal(engine_case: Case) -> None:
    launch = engine_case.lives(engine_case.new_run())
    for _ in range(2):
        engine_case.engine.remove(engine_case.start(launch), within())


# logs


def test_logs_hold_what_was_printed(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    line = first_line(engine_case, found)
    assert line.text == LIVES
    assert line.stream == "stdout"
    assert line.time.endswith("Z")


def test_followed_logs_end_with_the_instance(engine_case: Case) -> None:
    found = engine_case.start(engine_case.exits(engine_case.new_run()))
    await_end(engine_case, found)
    assert [line.text for line in engine_case.engine.logs(found, within(), follow=True)] == [EXITS]


@needs("programs")
def test_logs_are_followed_as_they_come(engine_case: Case) -> None:
    found = engine_case.start(two_lines(engine_case, engine_case.new_run()))
    following = engine_case.engine.logs(found, within(), follow=True)
    assert next(following).text == "one"
    go_on(engine_case, found)
    assert [line.text for line in following] == ["two"]


@pytest.mark.parametrize("end", ["stopped", "late"])
def test_followed_logs_end_in_time(engine_case: Case, end: str) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    first_line(engine_case, found)
    deadline = soon_over(end)
    following = engine_case.engine.logs(found, deadline, follow=True)
    assert next(following).text == LIVES
    if end == "stopped":
        deadline.stop.order()
    with pytest.raises(Stopped if end == "stopped" else TimedOut):
        next(following)


@needs("programs")
def test_logs_since_a_time_start_with_its_line(engine_case: Case) -> None:
    found = engine_case.start(two_lines(engine_case, engine_case.new_run()))
    first_line(engine_case, found)
    go_on(engine_case, found)
    await_end(engine_case, found)
    one, two = engine_case.engine.logs(found, within())
    assert (one.text, two.text) == ("one", "two")
    assert one.time < two.time
    assert list(engine_case.engine.logs(found, within(), since=two.time)) == [two]


@needs("programs")
def test_tail_counts_from_the_end(engine_case: Case) -> None:
    found = engine_case.start(
        engine_case.shell(engine_case.new_run(), "ledger", "for i in 1 2 3 4; do echo $i; done")
    )
    await_end(engine_case, found)
    assert [line.text for line in engine_case.engine.logs(found, within(), tail=2)] == ["3", "4"]
    assert [line.text for line in engine_case.engine.logs(found, within(), tail=0)] == []


@needs("programs")
def test_lines_come_whole_however_long_and_strange_they_are(engine_case: Case) -> None:
    script = r"head -c 100000 /dev/zero | tr '\0' x; echo; printf 'a\377b\n\nno end'"
    found = engine_case.start(engine_case.shell(engine_case.new_run(), "ledger", script))
    await_end(engine_case, found)
    texts = [line.text for line in engine_case.engine.logs(found, within())]
    assert texts == ["x" * 100_000, "a\ufffdb", "", "no end"]


@needs("programs", "streams")
def test_logs_keep_the_streams_apart(engine_case: Case) -> None:
    found = engine_case.start(
        engine_case.shell(engine_case.new_run(), "ledger", "echo out; echo err >&2")
    )
    await_end(engine_case, found)
    lines = {(line.stream, line.text) for line in engine_case.engine.logs(found, within())}
    assert lines == {("stdout", "out"), ("stderr", "err")}


# what is started


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


@needs("aliases")
def test_instances_of_a_run_find_each_other(engine_case: Case) -> None:
    labels = engine_case.new_run()
    engine_case.start(engine_case.lives(labels, "events"))
    sliced = replace(engine_case.lives(labels, "api"), instance=Instance("api", "w1"))
    engine_case.start(sliced)
    found = engine_case.start(engine_case.lives(labels, "ledger"))
    for name in ("events", "api--w1", "ledger"):
        result = engine_case.engine.exec(found, ["getent", "hosts", name], within())
        assert result.exit_code == 0, name


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


# exec


@needs("programs")
def test_exec_returns_both_streams_and_the_code(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    result = engine_case.engine.exec(
        found, ["sh", "-c", "echo out; echo err >&2; exit 7"], within()
    )
    assert (result.exit_code, result.stdout, result.stderr) == (7, "out\n", "err\n")


@needs("programs")
def test_exec_keeps_words_and_environment_as_given(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    script = 'printf "%s|%s" "$AWKWARD" "$1"'
    argv = ["sh", "-c", script, "name", AWKWARD]
    result = engine_case.engine.exec(found, argv, within(), env={"AWKWARD": AWKWARD})
    assert result.stdout == f"{AWKWARD}|{AWKWARD}"


@needs("programs")
def test_exec_streams_large_input_and_output_at_once(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    piece = bytes(range(256)) * 256
    count = 8 * MEGABYTE // len(piece)
    digest = hashlib.sha256()

    def note(stream: str, data: bytes) -> None:
        assert stream == "stdout"
        digest.update(data)

    result = engine_case.engine.exec(
        found, ["cat"], within(), stdin=itertools.repeat(piece, count), output=note
    )
    assert (result.exit_code, result.output) == (0, "")
    assert digest.digest() == hashlib.sha256(piece * count).digest()


@needs("programs")
def test_exec_serves_a_conversation(engine_case: Case) -> None:
    """A session may stay open: each question is sent when the answer to the last one has come."""
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    answered = threading.Event()
    answers: list[bytes] = []

    def questions() -> Iterator[bytes]:
        for number in range(3):
            answered.clear()
            yield f"question {number}\n".encode()
            assert answered.wait(20)

    def note(_stream: str, data: bytes) -> None:
        answers.append(data)
        answered.set()

    result = engine_case.engine.exec(found, ["cat"], within(), stdin=questions(), output=note)
    assert result.exit_code == 0
    assert b"".join(answers) == b"question 0\nquestion 1\nquestion 2\n"


@needs("programs")
def test_exec_ends_with_a_command_that_does_not_read_its_input(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    endless = itertools.repeat(b"x" * 65536)
    assert engine_case.engine.exec(found, ["true"], within(), stdin=endless).exit_code == 0


@needs("programs")
def test_exec_raises_what_its_input_raises(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))

    def broken() -> Iterator[bytes]:
        yield b"one\n"
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        engine_case.engine.exec(found, ["cat"], within(), stdin=broken())


@needs("programs")
def test_exec_without_input_reads_nothing(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    assert engine_case.engine.exec(found, ["cat"], within(20)).exit_code == 0


@needs("programs")
def test_exec_replaces_what_is_no_text(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    result = engine_case.engine.exec(found, ["printf", r"a\377b"], within())
    assert result.stdout == "a\ufffdb"


@needs("programs")
def test_exec_of_an_unknown_command_is_a_result(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    result = engine_case.engine.exec(found, ["no-such-command"], within())
    assert result.exit_code in (126, 127)
    assert "no-such-command" in result.output


@needs("programs")
def test_exec_ends_at_its_deadline(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    with pytest.raises(TimedOut):
        engine_case.engine.exec(found, ["sleep", "100"], within(0.5))
    with pytest.raises(TimedOut):
        engine_case.engine.exec(
            found, ["sleep", "100"], within(0.5), stdin=itertools.repeat(b"x" * 65536)
        )
    assert engine_case.engine.state(found, within()).alive


@needs("programs")
def test_exec_ends_at_the_order_to_stop(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))
    stop = Stop()
    with pytest.raises(Stopped):
        engine_case.engine.exec(
            found,
            ["sh", "-c", "echo begun; sleep 100"],
            Deadline.after(60, stop),
            output=lambda *_: stop.order(),
        )


@needs("programs")
def test_exec_beside_what_has_ended_is_told_apart(engine_case: Case) -> None:
    found = engine_case.start(engine_case.exits(engine_case.new_run()))
    await_end(engine_case, found)
    with pytest.raises(Gone):
        engine_case.engine.exec(found, ["true"], within())
    engine_case.engine.remove(found, within())
    with pytest.raises(Gone):
        engine_case.engine.exec(found, ["true"], within())


@needs("programs")
def test_many_commands_run_at_once(engine_case: Case) -> None:
    found = engine_case.start(engine_case.lives(engine_case.new_run()))

    def run(number: int) -> str:
        return engine_case.engine.exec(found, ["echo", str(number)], within()).stdout

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(run, range(32))) == [f"{number}\n" for number in range(32)]


# What the tests above share.


def over(end: str) -> Deadline:
    """A deadline that has passed already, or an order that was given already."""
    if end == "late":
        return Deadline.after(-1)
    stop = Stop()
    stop.order()
    return Deadline.after(60, stop)


def soon_over(end: str) -> Deadline:
    """A deadline that is about to pass, or an order that the test is about to give."""
    return Deadline.after(0.5 if end == "late" else 60, Stop())


def await_end(engine_case: Case, found: Found) -> None:
    poll(lambda: not engine_case.engine.state(found, within()).alive, within())


def first_line(engine_case: Case, found: Found) -> LogLine:
    poll(lambda: any(engine_case.engine.logs(found, within())), within())
    return next(iter(engine_case.engine.logs(found, within())))


def printed(engine_case: Case, found: Found) -> str:
    """All that an instance prints until its end."""
    await_end(engine_case, found)
    return "\n".join(line.text for line in engine_case.engine.logs(found, within()))


def two_lines(engine_case: Case, labels: RunLabels) -> Launch:
    """Something that prints a line, and a second one when `go_on` is called."""
    flag = f"{engine_case.scratch()}/go-on"
    script = f"echo one; until [ -e {flag} ]; do sleep 0.02; done; echo two"
    return engine_case.shell(labels, "ledger", script)


def go_on(engine_case: Case, found: Found) -> None:
    engine_case.engine.exec(found, ["touch", f"{engine_case.scratch()}/go-on"], within())


@contextmanager
def held_port() -> Iterator[tuple[int, socket.socket]]:
    """A free port, and the socket that keeps it for us as Greenroom does: bound, not listening."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1], holder


def fetched(url: str) -> int:
    """The status of an answer, as soon as there is one."""
    statuses: list[int] = []

    def asked() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                statuses.append(answer.status)
        except OSError:
            return False
        return True

    poll(asked, within())
    return statuses[0]

"""What is kept of each instance: its state and its log, and what happens when that fails."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator import Environment, NotRemoved
from orchestrator.artifacts import collecting, log_files
from orchestrator.artifacts.collecting import collect, engine_records
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.log_files import LogFile, write_log
from orchestrator.artifacts.record import EngineRecord, ResourceRecord
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineError, Evidence
from orchestrator.lifecycle.last_look import LastLook
from orchestrator.model.event import Collected, Event, InstanceDied, Noticed, StepBroke
from orchestrator.model.launch import RESOURCE, LogLine, State
from orchestrator.model.secret import masker
from orchestrator.waiting import Deadline, TimedOut

MANIFEST = {
    "databases": {
        "ledger": {"use": "postgres:16", "password": "letmein-please"},
        "archive": {"on": "ledger"},
    },
    "services": {
        "api": {"image": "api:1", "ports": [8000]},
        "worker": {"command": "python -m worker", "ready": {"exec": "true"}},
        "outside": {"image": "other:2", "profiles": ["more"]},
    },
    "tasks": {"migrate": {"image": "migrate:1"}},
}


class Kept:
    """An environment on fake engines whose last look is collected, as many times as it ends."""

    def __init__(self, folder: Path) -> None:
        self.docker = FakeEngine("docker", listening=True)
        self.docker.replies("ledger", b"R\0\0\0\x08\0\0\0\0")
        self.docker.becomes("migrate", State("exited", 0))
        self.process = FakeEngine("process", listening=True)
        self.folder = Folder(folder / "kept")
        self.folder.prepare()
        self.told: list[Event] = []
        self.records: dict[str, ResourceRecord] = {}
        self.look: LastLook
        self.events: list[Event] = []
        self.before: Callable[[], object] = lambda: None
        self.seen: Callable[[LastLook], LastLook] = lambda look: look
        self.environment = Environment.of(
            MANIFEST,
            folder=folder,
            listen=self.told.append,
            before_end=self.collect,
            engines={"docker": self.docker, "process": self.process},
        )

    def collect(self, look: LastLook) -> None:
        self.look = self.seen(look)
        self.before()
        made = collect(self.look, self.folder, self.environment.mask, events=self.events)
        self.records = {record.name: record for record in made}

    def run(self, *, hurry: bool = False) -> dict[str, ResourceRecord]:
        self.environment.up().down(hurry=hurry)
        return self.records

    def log(self, name: str) -> list[str]:
        return self.folder.log(name).read_text().splitlines()

    @property
    def notices(self) -> list[str]:
        return [event.text for event in self.told if isinstance(event, Noticed)]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def lines(count: int, text: str = "") -> Iterator[LogLine]:
    for number in range(count):
        seconds = f"{number // 60 % 60:02}:{number % 60:02}"
        time = f"2026-11-26T{10 + number // 3600:02}:{seconds}Z"
        yield LogLine(time, "stdout", f"{number} {text}")


def never() -> Deadline:
    return Deadline.after(60)


def unmasked(text: str) -> str:
    return text


def test_every_instance_has_a_record_in_the_manifest_s_order(kept: Kept) -> None:
    records = kept.run()
    assert list(records) == ["ledger", "api", "worker", "migrate"]
    assert records["ledger"] == ResourceRecord(
        name="ledger",
        resource="ledger",
        section="databases",
        use="postgres:16",
        image="postgres:16",
        engine="docker",
        address=records["ledger"].address,
        status="running",
        state="running",
        log="logs/ledger.log",
    )
    assert records["ledger"].address.startswith("postgresql://greenroom:***@127.0.0.1:")
    assert records["api"].address.startswith("http://127.0.0.1:")
    assert (records["worker"].engine, records["worker"].image) == ("process", "")


def test_a_record_says_how_an_instance_has_ended(kept: Kept) -> None:
    kept.before = lambda: kept.docker.becomes("api", State("exited", 137, out_of_memory=True))
    records = kept.run()
    assert (records["migrate"].exit_code, records["migrate"].state) == (0, "exited with code 0")
    api = records["api"]
    assert (api.status, api.exit_code, api.out_of_memory) == ("exited", 137, True)
    assert "out of memory" in api.state


def test_a_line_of_a_log_is_its_time_and_what_was_written(kept: Kept) -> None:
    kept.docker.says("api", "listening", "  indented", "", stream="stdout")
    kept.docker.says("api", "a warning", stream="stderr")
    records = kept.run()
    assert kept.log("api") == [
        "2000-01-01T00:00:00Z listening",
        "2000-01-01T00:00:01Z   indented",
        "2000-01-01T00:00:02Z ",
        "2000-01-01T00:00:03Z a warning",
    ]
    assert (records["api"].lines, records["api"].cut) == (4, False)
    assert kept.log("ledger") == []


def test_nothing_of_it_holds_a_password(kept: Kept) -> None:
    kept.docker.says("ledger", "somebody knows letmein-please")
    kept.docker.becomes("api", State("running", detail="with letmein-please"))
    records = kept.run()
    assert kept.log("ledger") == ["2000-01-01T00:00:00Z somebody knows ***"]
    assert "letmein-please" not in repr(records)


def test_that_all_was_kept_is_told(kept: Kept) -> None:
    kept.run()
    (event,) = [event for event in kept.told if isinstance(event, Collected)]
    assert event.instances == 4
    assert kept.notices == []


def test_the_engines_are_known_too(kept: Kept) -> None:
    kept.run()
    assert engine_records(kept.look) == (
        EngineRecord(name="docker", version="fake", address="127.0.0.1"),
        EngineRecord(name="process", version="fake", address="127.0.0.1"),
    )


def test_instances_of_slices_have_records_and_addresses_of_their_own(kept: Kept) -> None:
    def with_follower(look: LastLook) -> LastLook:
        (api,) = [one for one in look.found if str(one.instance) == "api"]
        labels = {**api.labels, RESOURCE: "api@s2"}
        other = dataclasses.replace(api, labels=labels, ports={8000: 49999})
        return dataclasses.replace(look, found=(other, *look.found))

    kept.seen = with_follower
    records = kept.run()
    assert list(records) == ["ledger", "api", "api@s2", "worker", "migrate"]
    assert records["api@s2"].address == "http://127.0.0.1:49999"
    assert records["api@s2"].log == "logs/api@s2.log"


# What is gone.


def test_of_what_is_gone_there_is_what_was_told(kept: Kept) -> None:
    kept.events = [
        InstanceDied(at=0.0, subject="api", state="gone", log=("the last", "words")),
        StepBroke(
            at=1.5,
            step="start worker",
            subject="worker",
            seconds=1,
            message="no",
            evidence=Evidence(state="exited with code 3"),
        ),
        StepBroke(at=2.0, step="pull api:1", subject="api:1", seconds=1, message="no"),
    ]
    kept.seen = lambda look: dataclasses.replace(look, found=())
    records = kept.run()
    assert list(records) == ["api", "worker"]
    assert kept.log("api") == [
        "1970-01-01T00:00:00.000000Z the last",
        "1970-01-01T00:00:00.000000Z words",
    ]
    assert (records["api"].state, records["api"].lines, records["api"].cut) == ("gone", 2, True)
    assert (records["worker"].state, records["worker"].log) == ("exited with code 3", "")


def test_of_what_an_engine_that_is_silent_runs_nobody_knows_whether_it_is_gone(kept: Kept) -> None:
    kept.events = [StepBroke(at=1.5, step="start api", subject="api", seconds=9, message="late")]
    kept.seen = lambda look: dataclasses.replace(
        look, found=(), silent={"docker": EngineError("it does not answer")}
    )
    assert kept.run()["api"].state == ""


# What goes wrong.


def test_a_dead_engine_gives_records_without_logs(kept: Kept) -> None:
    kept.environment.up()
    kept.docker.fail("list", "", EngineError("nobody answers"))
    with pytest.raises(NotRemoved):
        kept.environment.down()
    assert list(kept.records) == ["ledger", "api", "worker", "migrate"]
    api = kept.records["api"]
    assert (api.status, api.state, api.log) == ("", "", "")
    assert api.address.startswith("http://")
    assert kept.records["worker"].log == "logs/worker.log"
    assert kept.notices == [
        "the artifacts have neither state nor log of api, ledger and 1 more: nobody answers"
    ]


def test_an_engine_that_dies_meanwhile_is_no_failure(kept: Kept) -> None:
    kept.docker.says("api", "listening")

    def die() -> None:
        for verb in ("state", "logs"):
            kept.docker.fail(verb, "", EngineError("the engine is gone"))

    kept.before = die
    records = kept.run()
    assert [record.state for record in records.values()][:2] == ["running", "running"]
    assert sorted(kept.notices) == [
        "the artifacts have no state of api, ledger and 1 more: the engine is gone",
        "the artifacts have not the whole log of api, ledger and 1 more: the engine is gone",
    ]


def test_an_engine_that_hangs_costs_no_more_than_the_deadline(kept: Kept) -> None:
    kept.before = lambda: kept.docker.hang("logs", "api")
    records = kept.run(hurry=True)
    assert records["api"].lines == 0
    assert kept.notices == ["the artifacts have not the whole log of api: there was no time for it"]


def test_without_room_on_the_disk_the_others_are_kept(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = LogFile.write

    def full(file: LogFile, batch: list[tuple[str, str]]) -> None:
        if file.path.name == "api.log":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(file, batch)

    monkeypatch.setattr(LogFile, "write", full)
    kept.docker.says("ledger", "ready")
    records = kept.run()
    assert records["ledger"].lines == 1
    assert (records["api"].log, records["api"].lines) == ("", 0)
    assert not kept.folder.log("api").exists()
    assert kept.notices == ["the artifacts have not the whole log of api: No space left on device"]


def test_a_folder_that_is_gone_hides_nothing_else(kept: Kept) -> None:
    kept.before = lambda: shutil.rmtree(kept.folder.path)
    records = kept.run()
    assert [record.log for record in records.values()] == [""] * 4
    assert kept.notices == [
        "the artifacts have not the whole log of api, ledger and 2 more: No such file or directory"
    ]


# Large logs.


def test_of_too_many_lines_the_last_ones_are_kept(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "HURRY_LINES", 2)
    kept.docker.says("api", "one", "two", "three", "four")
    records = kept.run(hurry=True)
    assert [line.split()[1] for line in kept.log("api")] == ["two", "three", "four"]
    assert records["api"].cut


def test_of_a_huge_log_the_end_stays(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "api.log", most=10_000)
    with file:
        write_log(file, lines(5_000), unmasked, 10_000, never())
    text = file.path.read_text()
    assert 9_900 < len(text) <= 10_000
    assert text.endswith(" 4999 \n")
    assert file.cut
    told = text.splitlines()
    assert file.lines == len(told)
    assert [line.split()[1] for line in told] == [
        str(5000 - len(told) + at) for at in range(len(told))
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["api.log"]


def test_a_log_that_just_fits_is_whole(tmp_path: Path) -> None:
    whole = sum(len(f"{line.time} {line.text}\n") for line in lines(100))
    file = LogFile(tmp_path / "api.log", most=whole)
    with file:
        write_log(file, lines(100), unmasked, 100, never())
    assert (file.lines, file.cut) == (100, False)


def test_200_mb_are_streamed_in_little_memory(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "api.log")
    text = "x" * 20_000
    tracemalloc.start()
    try:
        with file:
            write_log(file, lines(10_000, text), unmasked, 10_000, never())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 32 * 1024**2
    assert 15 * 1024**2 < file.path.stat().st_size <= log_files.LARGEST


def test_a_line_without_end_is_kept_in_part(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "api.log")
    endless = [LogLine("2026-11-26T10:00:00Z", "stdout", "x" * 3_000_000)]
    with file:
        write_log(file, endless, unmasked, 10, never())
    assert file.path.stat().st_size < 70_000
    assert file.path.read_text().endswith("x … (the line goes on)\n")


def test_what_has_come_before_an_end_in_the_midst_is_kept(tmp_path: Path) -> None:
    def broken() -> Iterator[LogLine]:
        yield from lines(3)
        raise TimedOut

    file = LogFile(tmp_path / "api.log")
    with pytest.raises(TimedOut), file:
        write_log(file, broken(), unmasked, 10, never())
    assert (file.lines, file.cut) == (3, True)


# Secrets, wherever they stand.

KEY = "\n".join(f"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC{number:02}" for number in range(50))


def test_a_secret_of_many_lines_is_hidden_wherever_a_batch_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mask = masker([KEY])
    for together in (40, 500, 1_700, 4_000):
        monkeypatch.setattr("orchestrator.artifacts.log_lines.TOGETHER", together)
        texts = ["before", *KEY.split("\n"), "between", *KEY.split("\n"), "behind"]
        told = [
            LogLine(f"2026-11-26T10:00:{at:03}Z", "stdout", text) for at, text in enumerate(texts)
        ]
        file = LogFile(tmp_path / "api.log")
        with file:
            write_log(file, told, mask, 1_000, never())
        assert "MIIE" not in file.path.read_text()
        assert file.lines == len(texts)
        written = [line.split(" ")[1] for line in file.path.read_text().splitlines()]
        assert [text for text in written if text != "***"] == ["before", "between", "behind"]


def test_a_secret_is_hidden_although_another_stream_comes_in_between(tmp_path: Path) -> None:
    told = [
        LogLine("2026-11-26T10:00:01Z", "stderr", "first-half-of-it"),
        LogLine("2026-11-26T10:00:02Z", "stdout", "harmless"),
        LogLine("2026-11-26T10:00:03Z", "stderr", "second-half-of-it"),
    ]
    file = LogFile(tmp_path / "api.log")
    with file:
        write_log(file, told, masker(["first-half-of-it\nsecond-half-of-it"]), 10, never())
    assert [line.split()[1] for line in file.path.read_text().splitlines()] == [
        "***",
        "harmless",
        "***",
    ]


def test_both_streams_are_in_the_order_of_time(tmp_path: Path) -> None:
    told = [
        LogLine("2026-11-26T10:00:02.5Z", "stderr", "second"),
        LogLine("2026-11-26T10:00:01.25Z", "stdout", "first, which was long"),
        LogLine("", "stdout", "of no time"),
        LogLine("2026-11-26T10:00:03Z", "stdout", "last"),
    ]
    file = LogFile(tmp_path / "api.log")
    with file:
        write_log(file, told, unmasked, 10, never())
    assert file.path.read_text().splitlines() == [
        "2026-11-26T10:00:01.25Z first, which was long",
        "2026-11-26T10:00:01.25Z of no time",
        "2026-11-26T10:00:02.5Z second",
        "2026-11-26T10:00:03Z last",
    ]

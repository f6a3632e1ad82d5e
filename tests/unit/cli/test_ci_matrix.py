"""`ci` on several versions: real processes, each with an environment of its own."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psutil
import pytest
from calm_program import left_in, posix

from orchestrator.waiting import Deadline, poll

pytestmark = posix

MANIFEST = """
name: several
engine: process
versions: loose
brokers:
  events: {use: nats}
services:
  napper: {command: [sh, -c, "echo awake; sleep 60"], ready: {log: awake}}
"""

TWO = ("--with", "events=nats:2.10", "--with", "events=nats:2.11")
FOUR = (*TWO, "--with", "events=nats:2.12", "--with", "events=nats:2.13")

SECONDS = 90.0

SYSTEMS = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "TF_BUILD", "TEAMCITY_VERSION")

OF_ITS_OWN = 'case "$GREENROOM_ARTIFACTS" in *{}) {};; esac; {}'
"""A script in which one combination does something else than the others."""


JUNIT = """
xml='<testsuite name="fees"><testcase name="pays" classname="fees"/></testsuite>'
echo "$xml" > "$GREENROOM_ARTIFACTS/own.xml"; echo "$xml" > junit.xml
"""
"""Each combination has one test, in a file of its own; one more file is everybody's."""


class Several:
    """A folder with a manifest, and `greenroom ci` in it, in a session of its own."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.artifacts = folder / "greenroom-artifacts"
        self._environ = environ
        self._processes: list[subprocess.Popen[str]] = []
        self.output = ""
        self.write(MANIFEST)

    def write(self, text: str) -> None:
        (self.folder / "environment.yaml").write_text(text)

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        self.output = ""
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestrator", "ci", *arguments],
            cwd=self.folder,
            env={**self._environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._processes.append(process)
        return process

    def ci(self, *arguments: str, **environ: str) -> int:
        """Run it to its end, and return its exit code."""
        return self.end(self.start(*arguments, **environ))

    def end(self, process: subprocess.Popen[str]) -> int:
        rest, _ = process.communicate(timeout=SECONDS)
        self.output += rest
        return process.returncode

    def until(self, process: subprocess.Popen[str], count: int, name: str) -> None:
        """Wait until so many combinations have made a file of this name."""

        def there() -> bool:
            assert process.poll() is None, self.end(process)
            return len(list(self.artifacts.glob(f"*/{name}"))) >= count

        poll(there, Deadline.after(SECONDS))

    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.artifacts / "matrix.json").read_text())
        return found

    @property
    def verdicts(self) -> list[str]:
        return [one["verdict"] for one in self.record()["combinations"]]

    def close(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()


@pytest.fixture
def several(tmp_path: Path) -> Iterator[Several]:
    environ = {name: text for name, text in os.environ.items() if name not in SYSTEMS}
    environ |= {"XDG_STATE_HOME": str(tmp_path / "state"), "PYTHONUNBUFFERED": "1"}
    environ.pop("GREENROOM_RUN", None)
    made = Several(tmp_path, environ)
    yield made
    made.close()


def test_each_combination_has_a_run_of_its_own_and_the_first_that_fails_decides(
    several: Several,
) -> None:
    script = JUNIT + OF_ITS_OWN.format("2.11", "echo red; exit 3", "echo $EVENTS_URL >&2")
    assert several.ci("--parallel", "2", *TWO, "--", "sh", "-c", script) == 3
    assert several.verdicts == ["passed", "tests failed"]
    # Each one's output is whole, and stands where it has ended.
    for name, words in (("2.10", "nats://"), ("2.11", "red\n")):
        own = (several.artifacts / f"events=nats-{name}" / "console.log").read_text()
        assert words in own
        assert own in several.output
    assert "[2/2] events=nats:2.11: tests failed (exit code 3) after" in several.output
    assert re.search(r"events=nats:2\.11 +tests failed +3 +1 passed ", several.output)
    suites = ElementTree.parse(several.artifacts / "junit.xml").getroot()
    assert [one.get("name") for one in suites if len(one.findall("testcase")) == 1] == [
        "events=nats:2.10 / fees",
        "events=nats:2.11 / fees",
    ]
    assert several.output.rstrip().endswith(
        "next: again, for the first of them: greenroom run environment.yaml "
        f"--with events=nats:2.11 -- {shlex.join(['sh', '-c', script])}"
    )
    assert left_in(several.folder) == []


def test_github_is_told_once_and_sees_the_output_of_what_failed(several: Several) -> None:
    summary, outputs = several.folder / "summary", several.folder / "outputs"
    script = OF_ITS_OWN.format("2.11", "exit 3", "true")
    code = several.ci(
        *TWO,
        "--",
        "sh",
        "-c",
        script,
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(summary),
        GITHUB_OUTPUT=str(outputs),
    )
    assert code == 3
    lines = several.output.splitlines()
    [error] = [line for line in lines if line.startswith("::error")]
    assert "events=nats:2.11" in error
    assert lines.count("::group::[1/2] events=nats:2.10") <= 1
    assert lines.count("::endgroup::") == sum(line.startswith("::group::") for line in lines)
    assert not any(line.startswith("::stop-commands::") for line in lines)
    assert summary.read_text().count("1 of 2 combinations passed") == 1
    assert "## `events=nats:2.11`: tests failed" in summary.read_text()
    assert outputs.read_text().count("exit-code=3\n") == 1


def test_a_signal_ends_all_and_leaves_nothing(several: Several) -> None:
    # Of four, two run when it comes.
    script = 'touch "$GREENROOM_ARTIFACTS/testing"; exec sleep 60'
    process = several.start("--parallel", "2", *FOUR, "--", "sh", "-c", script)
    several.until(process, 2, "testing")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    # Of signals that come at once, nobody knows the order.
    assert several.end(process) in (130, 143)
    assert several.verdicts == ["interrupted", "interrupted", "not run", "not run"]
    assert several.output.count("interrupted; everything is being removed") >= 1
    assert left_in(several.folder) == []


def test_one_that_is_killed_is_told_as_such_and_the_others_go_on(several: Several) -> None:
    script = OF_ITS_OWN.format("2.10", "kill -9 $(ps -o ppid= $$)", "true")
    assert several.ci("--parallel", "2", *TWO, "--", "sh", "-c", script) == 75
    assert several.verdicts == ["killed (SIGKILL)", "passed"]
    assert "[1/2] events=nats:2.10: killed (SIGKILL) after" in several.output
    assert "2.10: killed (SIGKILL): what it has said until then stands in its" in several.output


def test_when_the_process_of_all_is_killed_the_runs_end_too(several: Several) -> None:
    script = 'echo $PPID > "$GREENROOM_ARTIFACTS/testing"; exec sleep 60'
    process = several.start("--parallel", "2", *TWO, "--", "sh", "-c", script)
    several.until(process, 2, "testing")
    runs = [psutil.Process(int(one.read_text())) for one in several.artifacts.glob("*/testing")]
    process.kill()
    _, alive = psutil.wait_procs(runs, timeout=SECONDS)
    assert not alive
    assert left_in(several.folder) == []


def test_with_fail_fast_the_first_failure_ends_all(several: Several) -> None:
    script = OF_ITS_OWN.format("2.10", "exit 6", "exec sleep 60")
    assert several.ci("--fail-fast", "--parallel", "2", *FOUR, "--", "sh", "-c", script) == 6
    assert several.verdicts == ["tests failed", "stopped", "not run", "not run"]
    assert left_in(several.folder) == []


def test_what_can_be_there_only_once_runs_one_at_a_time_and_is_shown_as_it_goes(
    several: Several,
) -> None:
    several.write(MANIFEST.replace("{use: nats}", "{use: nats, port: 24222}"))
    assert several.ci("--parallel", "2", *TWO, "--", "true") == 0
    assert several.output.startswith(
        "2 combinations, one at a time, because events has the fixed port 24222 of this host\n"
        "== [1/2] events=nats:2.10\n"
    )
    assert ": started" not in several.output


def test_a_mistake_is_told_once_and_starts_nothing(several: Several) -> None:
    typed = ("--with", "evnts=nats:2.10", "--with", "evnts=nats:2.11")
    assert several.ci(*typed, "--", "true") == 65
    assert several.output.count('did you mean "events"?') == 2
    assert not list(several.artifacts.glob("*=*"))
    assert several.ci(*TWO, "--events", "all.jsonl", "--", "true") == 64
    assert several.ci(*TWO, "--", "no-such-command") == 127


def test_what_an_earlier_run_has_left_goes_and_other_files_stay(several: Several) -> None:
    assert several.ci(*TWO, "--", "true") == 0
    other = several.artifacts / "mine.txt"
    other.touch()
    third = ("--with", "events=nats:2.11", "--with", "events=nats:2.12")
    assert several.ci(*third, "--", "true") == 0
    assert other.exists()
    assert sorted(path.name for path in several.artifacts.glob("*=*")) == [
        "events=nats-2.11",
        "events=nats-2.12",
    ]

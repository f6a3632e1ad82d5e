"""The command as a user types it, in a child process, with real containers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.lifecycle.survey import survey
from orchestrator.waiting import Deadline, poll

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
LIMIT = 60.0

MANIFEST = """
name: shop
brokers:
  events: {use: nats, seed: [streams.yaml]}
services:
  api:
    command: [python, -u, -c, "PROGRAM"]
    ports: [8000]
    env: {EVENTS_URL: "${events.url}"}
    ready: {log: serving}
tests:
  command: python -c 'import os; print(os.environ["API"])'
  env: {API: "${api.url}"}
""".replace(
    "PROGRAM",
    "import os, http.server as h;"
    "s = h.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), h.SimpleHTTPRequestHandler);"
    "print('serving', os.environ['EVENTS_URL']); s.serve_forever()",
)


class Shop:
    """A folder with a manifest, and the command in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "environment.yaml").write_text(MANIFEST)
        (folder / "streams.yaml").write_text("streams: [{name: ORDERS, subjects: ['orders.>']}]\n")

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["greenroom", *words],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def greenroom(self, *words: str, code: int = 0) -> str:
        """Run the command and return its stdout; its exit code has to be this one."""
        child = self.start(*words)
        out, err = child.communicate(timeout=LIMIT)
        assert child.returncode == code, f"greenroom {' '.join(words)}:\n{out}{err}"
        self.err = err
        return out

    def left(self) -> list[str]:
        return [run.id for run in survey(os.environ).runs if str(self.folder) in run.manifest]


@pytest.fixture
def shop(
    tmp_path: Path, live_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    programs = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    shop = Shop(tmp_path)
    yield shop
    for run in shop.left():
        subprocess.run(["greenroom", "down", run], check=False)


def test_up_then_everything_that_looks_at_it_then_down(shop: Shop) -> None:
    out = shop.greenroom("up")
    assert "nats://greenroom:***@127.0.0.1:" in out
    assert "ready in" in shop.err
    (run,) = shop.left()

    rows = json.loads(shop.greenroom("ps", "--json"))
    assert run in json.dumps(rows)
    assert run in shop.greenroom("ps")

    url = shop.greenroom("url", "events").strip()
    assert url.startswith("nats://greenroom:")
    assert shop.greenroom("url", "events", "port").strip() in url

    variables = json.loads(shop.greenroom("env", "--json"))
    assert variables["EVENTS_URL"] == url
    assert variables["API"] == variables["API_URL"]
    assert "GREENROOM_RUN" not in variables, "a shell must not aim at a run that is gone"
    evaluated = subprocess.run(
        ["sh", "-c", 'eval "$(greenroom env)" && printf %s "$EVENTS_URL"'],
        cwd=shop.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert evaluated.stdout == url
    assert f"EVENTS_URL='{url}'\n" in shop.greenroom("env", "--format", "dotenv")

    logs = shop.greenroom("logs", "api")
    assert "serving nats://greenroom:***@" in logs, "passwords are masked in logs"
    both = shop.greenroom("logs")
    assert "api" in both
    assert "events" in both
    assert len(shop.greenroom("logs", "--tail", "1", "api").splitlines()) == 1

    assert shop.greenroom("exec", "events", "--", "echo", "a  b", "$HOME") == "a  b $HOME\n"
    shop.greenroom("exec", "events", "--", "sh", "-c", "exit 7", code=7)

    shop.greenroom("up")
    assert shop.left() == [run], "what is up already stays as it is"

    shop.greenroom("down")
    assert shop.left() == []
    shop.greenroom("down")


def test_down_needs_no_record_of_the_run(shop: Shop) -> None:
    shop.greenroom("up")
    state = Path(os.environ["XDG_STATE_HOME"])
    shutil.rmtree(state / "greenroom")
    shop.greenroom("down")
    assert shop.left() == []


KILL_API = """
import contextlib, os, psutil
for process in psutil.process_iter(["environ"]):
    marked = (process.info["environ"] or {}).get("GREENROOM_PROCESS", "")
    if marked.startswith(os.environ["GREENROOM_RUN"] + "/api/"):
        process.kill()
        with contextlib.suppress(psutil.NoSuchProcess):
            while process.status() != psutil.STATUS_ZOMBIE:
                pass
"""


@pytest.mark.parametrize(
    ("summary", "command", "code"),
    [
        ("well", ["true"], 0),
        ("badly: its own code", ["sh", "-c", "exit 3"], 3),
        ("not at all: there is no such command", ["no-such-command"], 127),
        ("by a signal", ["sh", "-c", "kill -KILL $$"], 137),
        ("well, but a service died", ["python", "-c", KILL_API], 75),
    ],
)
def test_run_ends_as_its_command_does_and_leaves_nothing(
    summary: str, command: list[str], code: int, shop: Shop
) -> None:
    shop.greenroom("run", "--", *command, code=code)
    assert shop.left() == [], summary
    assert ("api exited" in shop.err) == (code == 75), summary


def test_run_without_a_command_runs_the_manifest_s_own_tests(shop: Shop) -> None:
    assert shop.greenroom("run").strip().startswith("http://127.0.0.1:")


def test_events_are_lines_of_json(shop: Shop) -> None:
    shop.greenroom("run", "--events", "events.jsonl", "--", "true")
    events = [json.loads(line) for line in (shop.folder / "events.jsonl").read_text().splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds[0] == "RunStarted"
    assert kinds[-1] == "RunRemoved"
    assert {"StepStarted", "StepDone", "RunReady"} <= set(kinds)
    assert "nats://greenroom:***@" in json.dumps(events)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_on_the_way_up_leaves_nothing(number: signal.Signals, shop: Shop) -> None:
    (shop.folder / "environment.yaml").write_text(
        MANIFEST.replace("ready: {log: serving}", "ready: {log: never}")
    )
    child = shop.start("run", "--", "true")
    poll(lambda: is_under_way(shop), Deadline.after(LIMIT))
    child.send_signal(number)
    out, err = child.communicate(timeout=LIMIT)
    assert child.returncode == 128 + number, out + err
    assert shop.left() == []
    assert "Traceback" not in err


def is_under_way(shop: Shop) -> bool:
    """Whether the last thing of the shop has been started."""
    runs = [run for run in survey(os.environ).runs if run.id in shop.left()]
    return any(str(thing.instance) == "api" for run in runs for thing in run.instances)


def test_two_runs_of_one_manifest_do_not_meet(shop: Shop) -> None:
    outs: list[str] = []

    def run() -> None:
        outs.append(shop.greenroom("run"))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(outs)) == 2
    assert shop.left() == []


@pytest.mark.parametrize(
    ("summary", "words", "code", "said"),
    [
        ("no such manifest", ["up", "nowhere"], 64, "there is no manifest nowhere"),
        ("no such command", ["upp"], 64, "upp"),
        ("no such option", ["up", "--fast"], 64, "--fast"),
        ("no such resource", ["check", "broken"], 65, 'did you mean "nats"'),
        ("nothing is up", ["url", "events"], 64, "greenroom up"),
        ("no engine", ["up", "--engine", "docker"], 69, "start Docker"),
    ],
)
def test_what_is_wrong_is_said_with_the_next_step(
    summary: str,
    words: list[str],
    code: int,
    said: str,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = shop.folder / "broken"
    broken.mkdir()
    (broken / "environment.yaml").write_text("brokers: {events: {use: natts}}\n")
    if code == 69:
        monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent.sock")
    out = shop.greenroom(*words, code=code)
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    assert said in out + shop.err, summary
    assert "Traceback" not in out + shop.err


def test_check_plan_and_schema_start_nothing(shop: Shop) -> None:
    assert "no mistakes" in shop.greenroom("check")
    assert shop.greenroom("plan").startswith("shop: ")
    assert json.loads(shop.greenroom("plan", "--json", "--offline"))
    assert json.loads(shop.greenroom("schema"))["$schema"].endswith("2020-12/schema")
    assert shop.left() == []

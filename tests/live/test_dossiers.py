"""Dossiers of tests that have slices of a real Postgres, and instances of a service besides."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import pytest

# Imported before any test: pytester forgets the modules that a test was the first to import.
import orchestrator.engines.docker
import orchestrator.engines.process
import orchestrator.manifest.loading
import orchestrator.technologies  # noqa: F401
from chaos.calls import Point
from chaos.faults import FAULTS
from chaos.place import engine_socket
from chaos.proxy import Proxy, Strike
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.tests import TestRecord, read
from orchestrator.lifecycle.survey import survey

pytestmark = pytest.mark.engine
pytest_plugins = ["pytester"]

MANIFEST = """
name: watched
databases:
  ledger: {use: postgres, isolation: test}
services:
  api:
    image: python:3.11-slim
    command: [python, -u, /api.py]
    files: {/api.py: api.py}
    ports: [80]
    env: {LEDGER: "${ledger.url}"}
    ready: {tcp: true}
    follows: [ledger]
"""

API = """
import http.server, os

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.path[1:], os.environ["LEDGER"], flush=True)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("", 80), Handler).serve_forever()
"""

TESTS = """
import psycopg, pytest, urllib.request

def say(environment, words):
    urllib.request.urlopen(f"{environment['api'].url}/{words}", timeout=20).close()

def fail_there(environment, words):
    say(environment, words)
    with psycopg.connect(environment["ledger"].url) as ledger:
        ledger.execute(f"select * from {words}")

def test_passes(environment):
    say(environment, "passes")

def test_fails(environment):
    fail_there(environment, "while_it_ran")

@pytest.fixture
def torn(environment):
    yield
    fail_there(environment, "while_it_was_torn_down")

def test_is_not_torn_down(torn):
    pass
"""

WORDS = ("-p", "no:randomly", "--tb=line", "--greenroom-artifacts", "kept")


@pytest.fixture
def session(pytester: pytest.Pytester, live_environ: dict[str, str]) -> pytest.Pytester:
    pytester.makefile(".yaml", environment=MANIFEST)
    pytester.makepyfile(test_it=TESTS, api=API)
    return pytester


def told(session: pytest.Pytester) -> dict[str, TestRecord]:
    records = read(Folder(session.path / "kept"))
    return {one.name.removeprefix("test_it.py::"): one for one in records}


def left(session: pytest.Pytester) -> list[str]:
    return [run.id for run in survey(os.environ).runs if str(session.path) in run.manifest]


def test_each_shows_its_slice_and_the_logs_of_its_own_instances(session: pytest.Pytester) -> None:
    result = session.runpytest_subprocess("-n", "2", *WORDS)
    result.assert_outcomes(passed=2, failed=1, errors=1)
    records = told(session)
    assert {name: one.outcome for name, one in records.items()} == {
        "test_passes": "passed",
        "test_fails": "failed",
        "test_is_not_torn_down": "error",
    }
    for name, marker in {
        "test_fails": "while_it_ran",
        "test_is_not_torn_down": "while_it_was_torn_down",
    }.items():
        one = records[name]
        address = one.addresses["ledger"]
        assert re.fullmatch(rf"postgresql://greenroom:\*\*\*@[^/]+/ledger__{one.slice}", address)
        text = (session.path / "kept" / one.dossier).read_text()
        assert f"watched-{text.partition('watched-')[2][:8]}, slice {one.slice} while" in text
        assert f'ERROR:  relation "{marker}" does not exist' in text
        # What an instance is told is its own address, so its password is hidden there, too.
        said = re.findall(rf"^api@{one.slice}  http://\S+  1 line\n\S+Z (.*)$", text, re.MULTILINE)
        assert said == [f"{marker} postgresql://greenroom:***@ledger:5432/ledger__{one.slice}"]
        shown = result.stdout.str()
        assert f"slice {one.slice} of watched-" in shown, "it is kept"
        assert f"  ledger  {address}\n" in shown
    assert left(session) == []


def test_an_engine_that_does_not_answer_is_said_not_to(
    session: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tempfile.TemporaryDirectory(prefix="chaos-")
    socket = Path(folder.name) / "proxy.sock"
    hang = Strike(FAULTS["hang"], Point("GET /containers/{id}/logs", 1))
    with folder, Proxy(socket, engine_socket(), hang) as proxy:
        monkeypatch.setenv("DOCKER_HOST", proxy.url)
        result = session.runpytest_subprocess(*WORDS)
        assert proxy.struck.is_set()
    result.assert_outcomes(passed=2, failed=1, errors=1)
    first, second = (told(session)[name] for name in ("test_fails", "test_is_not_torn_down"))
    texts = [(session.path / "kept" / one.dossier).read_text() for one in (first, second)]
    said = "docker did not answer in time: lines may be missing"
    assert [text.count(said) for text in texts] == [1, 0]
    assert "while_it_was_torn_down" in texts[1], "it is asked again"
    assert left(session) == []

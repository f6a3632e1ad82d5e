"""Dossiers of tests that have slices, on a fake engine that the session itself brings along."""

from __future__ import annotations

import re

import pytest

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.tests import read

pytest_plugins = ["pytester"]

MANIFEST = """
name: shop
databases:
  ledger: {use: "postgres:17", isolation: test, ready: {exec: "true"}}
services:
  api: {image: "api:1", ports: [8000], follows: [ledger], ready: {exec: "true"}}
"""

CONFTEST = r"""
import time
import pytest
from orchestrator import Environment
from orchestrator.engines.fake import FakeEngine
from orchestrator.model.launch import LogLine, State
from orchestrator.model.moment import rfc3339
from orchestrator.pytest_plugin.report import REPORT

@pytest.fixture(scope="session")
def engine():
    engine = FakeEngine("docker", listening=True)
    engine.replies("ledger", b"R\0\0\0\x08\0\0\0\0")
    for image in ("postgres:17", "api:1"):
        engine.world.images[image] = image
    return engine

@pytest.fixture(scope="session")
def shared_environment(engine, request):
    listen = request.config.stash[REPORT].listen
    engines = {"docker": engine}
    with Environment("environment.yaml", engines=engines, listen=listen) as environment:
        yield environment

@pytest.fixture
def say(engine, environment):
    def say(words):
        line = LogLine(rfc3339(time.time()), "stdout", words)
        engine._script(f"api@{environment.name}").lines.append(line)
    return say
"""

TESTS = """
import time
import pytest
from orchestrator.errors import EngineError
from orchestrator.model.launch import State

def test_passes(say):
    say("of one that passes")

def test_fails(say):
    say("before it fails")
    assert False

@pytest.fixture
def torn(say):
    yield
    say("before the tear-down fails")
    raise RuntimeError("in the tear-down")

def test_is_not_torn_down(torn):
    pass

def test_resets(environment, shared_environment):
    shared_environment.reset("ledger")
    assert False

def test_asks_for_nothing():
    pass

def test_outlives_its_environment(torn):
    pass
"""

SHOWN = """\
slice SLICE of RUN is kept as long as the environment is there:
  greenroom shell ledger --run RUN --slice SLICE
  the session removes its environment; --keep-environment failed leaves it
RUN, slice SLICE while this test ran (N s, TIME to TIME UTC):
  TIME  its slice was there after N s; making it took N s
  api@SLICE  http://127.0.0.1:PORT
    TIME  before it fails
  ledger  postgresql://greenroom:***@127.0.0.1:PORT/ledger__SLICE
  wrote nothing: ledger
  all of it: FILE
"""


def plain(text: str) -> str:
    """A text without what is different each time."""
    for pattern, word in [
        (r"\d\d:\d\d:\d\d\.\d{3}", "TIME"),
        (r"shop-[0-9a-z]{8}", "RUN"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"\d+\.\d\d+ s", "N s"),
        (r"(\b|__)s\d+\b", r"\1SLICE"),
        (r"kept/tests/\S+", "FILE"),
    ]:
        text = re.sub(pattern, word, text)
    return text


def test_a_test_s_own_slice_is_looked_into_and_what_happened_to_it_is_told(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_SNAPSHOTS", "off")
    monkeypatch.delenv("GREENROOM_ARTIFACTS", raising=False)
    pytester.makefile(".yaml", environment=MANIFEST)
    pytester.makepyfile(conftest=CONFTEST, test_it=TESTS)
    words = ("-p", "no:randomly", "--tb=line", "--greenroom-artifacts", "kept")
    result = pytester.runpytest_subprocess(*words)
    result.assert_outcomes(passed=4, failed=2, errors=2)
    gone = "what the environment did could not be found out: UsageError: the environment is not up"
    assert result.stdout.str().count(gone) == 1, "it is the tests' own, and ends before them"
    assert SHOWN in plain(result.stdout.str())
    records = {one.name.rpartition("::")[2]: one for one in read(Folder(pytester.path / "kept"))}
    assert [len(one.slice) > 0 for one in records.values()] == [True] * 4 + [False, True]
    assert len({one.slice for one in records.values()}) == 6
    torn = (pytester.path / "kept" / records["test_is_not_torn_down"].dossier).read_text()
    assert f"api@{records['test_is_not_torn_down'].slice}  http" in torn
    assert "Z before the tear-down fails\n" in torn
    reset = (pytester.path / "kept" / records["test_resets"].dossier).read_text()
    assert "  ledger: reset, after " in reset

"""A project of one service, a process of this machine, and of tests that go wrong in many ways."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

import pytest

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.tests import TestRecord, read
from orchestrator.lifecycle.survey import survey

MANIFEST = f"""
name: shop
services:
  api:
    command: [{sys.executable}, -u, api.py]
    ports: [8000]
    env: {{API_TOKEN: a-very-secret-token}}
    ready: {{http: /ready}}
"""

API = '''
"""Prints what it is told to, and ends when it is told to."""
import http.server, os, sys, urllib.parse

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        words = urllib.parse.unquote(self.path[1:])
        if words == "secret":
            words = "with \\x1b[31m" + os.environ["API_TOKEN"] + "\\x1b[0m"
        if words != "ready":
            for line in words.split("|"):
                # print() writes a line and its end apart, so that another thread's comes between.
                sys.stdout.write(line + "\\n")
        if words == "end":
            os._exit(3)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
'''

SAY = '''
import os, urllib.parse, urllib.request

def say(words, url=None):
    """Let the service print something."""
    url = url or os.environ["API_URL"]
    urllib.request.urlopen(f"{url}/{urllib.parse.quote(words)}", timeout=20).close()
'''

CONFTEST = """
import pytest
from say import say as told

@pytest.fixture
def say(environment):
    return lambda words: told(words, environment["api"].url)
"""

STAGES = r'''
import unittest
import pytest

def test_passes(say):
    say("of a test that passes")

def test_fails(say):
    say("of a test that fails")
    assert 1 == 2, "a-very-secret-token"

@pytest.fixture
def broken(say):
    say("before the set-up fails")
    raise RuntimeError("in the set-up")

def test_is_not_set_up(broken):
    pass

@pytest.fixture
def torn(say):
    yield
    say("before the tear-down fails")
    raise RuntimeError("in the tear-down")

def test_is_not_torn_down(torn, say):
    say("while it went well")

@pytest.mark.parametrize("words", ["a/../b", "\x1b[31m;\n", "é\udc80"])
def test_with_strange_words(say, words):
    say("strange")
    assert not words

@pytest.mark.xfail
def test_is_expected_to_fail(say):
    assert False

@pytest.mark.skip
def test_is_skipped(say):
    pass

class TestOfUnittest(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _say(self, say):
        self.say = say
    def test_method(self):
        self.say("of unittest")
        self.assertEqual(1, 2)

def documented():
    """
    >>> getfixture("say")("of a doctest")
    >>> 1 + 1
    3
    """

def test_asks_for_nothing():
    assert False
'''

OUTCOMES = {
    "test_it.py::test_passes": "passed",
    "test_it.py::test_fails": "failed",
    "test_it.py::test_is_not_set_up": "error",
    "test_it.py::test_is_not_torn_down": "error",
    r"test_it.py::test_with_strange_words[a/../b]": "failed",
    r"test_it.py::test_with_strange_words[\x1b[31m;\n]": "failed",
    r"test_it.py::test_with_strange_words[\xe9\udc80]": "failed",
    "test_it.py::test_is_expected_to_fail": "skipped",
    "test_it.py::test_is_skipped": "skipped",
    "test_it.py::TestOfUnittest::test_method": "failed",
    "test_it.py::test_it.documented": "failed",
    "test_it.py::test_asks_for_nothing": "failed",
}

PLACES = {
    "test_fails": 10,
    "test_is_not_set_up": 15,
    "test_is_not_torn_down": 24,
    "test_with_strange_words[a/../b]": 32,
    r"test_with_strange_words[\x1b[31m;\n]": 32,
    r"test_with_strange_words[\xe9\udc80]": 32,
    "TestOfUnittest::test_method": 48,
    "test_it.documented": 51,
    "test_asks_for_nothing": 58,
}
"""The lines at which they failed; of a doctest that at which it begins."""

SAID = {
    "test_fails": ["of a test that fails"],
    "test_is_not_set_up": ["before the set-up fails"],
    "test_is_not_torn_down": ["while it went well", "before the tear-down fails"],
    r"test_with_strange_words[a/../b]": ["strange"],
    r"test_with_strange_words[\x1b[31m;\n]": ["strange"],
    r"test_with_strange_words[\xe9\udc80]": ["strange"],
    "TestOfUnittest::test_method": ["of unittest"],
    "test_it.documented": ["of a doctest"],
}
"""What the service has written for each test that fails with it, and for no other."""

VARYING = [
    (r"\d\d:\d\d:\d\d\.\d{3}", "TIME"),
    (r"\d{4}-\d\d-\d\dTTIME\d+Z", "DATE"),
    (r"shop-[0-9a-z]{8}", "RUN"),
    (r"127\.0\.0\.1:\d+", "HOST:PORT"),
    (r"\b\d+\.\d{2,3} s", "N s"),
    (r" {12}", "TIME"),
]


def dossiers(output: str) -> list[str]:
    """The sections of ours in a session's output, one text each, without what varies."""
    found, inside = [], False
    for line in output.splitlines():
        if re.fullmatch(r"-+ greenroom -+", line):
            found.append("")
            inside = True
        elif re.match(r"[=_-]{3}|E  |\[gw|FAILED |ERROR |/|\d+ failed|.+:\d+: ", line):
            inside = False
        elif inside:
            found[-1] += f"{plain(line)}\n"
    return found


def plain(text: str) -> str:
    """A text without what is different each time."""
    for pattern, word in VARYING:
        text = re.sub(pattern, word, text)
    return text


def told(session: pytest.Pytester, folder: str = "kept") -> dict[str, TestRecord]:
    """What was kept of each test."""
    return {one.name: one for one in read(Folder(session.path / folder))}


def logged(session: pytest.Pytester, record: TestRecord, folder: str = "kept") -> list[str]:
    """The lines of logs in a test's whole dossier."""
    lines = (session.path / folder / record.dossier).read_text().splitlines()
    return [line.partition("Z ")[2] for line in lines if re.match(r"\d{4}-\d\d-\d\dT", line)]


def left(session: pytest.Pytester) -> list[str]:
    """The runs of the session's manifest of which anything is left."""
    return [one.id for one in survey(os.environ).runs if str(session.path) in one.manifest]


def run(session: pytest.Pytester, *words: str) -> pytest.RunResult:
    """Run the project's tests in their own order, with short reports."""
    return session.runpytest_subprocess("-p", "no:randomly", "--tb=line", *words)


def made(session: pytest.Pytester, tests: str, **more: str) -> pytest.Pytester:
    """Write the project with these tests."""
    session.makefile(".yaml", environment=MANIFEST)
    files = {"api": API, "say": SAY, "conftest": CONFTEST, "test_it": tests, **more}
    for name, text in files.items():
        (session.path / f"{name}.py").write_text(text, encoding="utf-8")
    return session


def outcomes(records: dict[str, TestRecord]) -> dict[str, str]:
    """How each test ended."""
    return {name: one.outcome for name, one in records.items()}


def named(lines: Sequence[str], test: str) -> bool:
    """Whether a test is named in one of these lines."""
    return any(test in line for line in lines)

"""Where the tests' own JUnit files are looked for."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.junit import find


class Place:
    """A folder in which a command has run, with new and old files."""

    def __init__(self, here: Path) -> None:
        self.here = here
        self.folder = Folder(here / "greenroom-artifacts")
        self.folder.prepare()
        self.since = time.time() - 60
        self.notices: list[str] = []

    def files(self, *names: str, old: bool = False) -> None:
        for name in names:
            path = self.here / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("<testsuite/>")
            if old:
                os.utime(path, (self.since - 10, self.since - 10))

    def find(
        self,
        *argv: str,
        patterns: tuple[str, ...] = (),
        environ: Mapping[str, str] | None = None,
        by_custom: bool = True,
    ) -> list[str]:
        found = find(
            patterns,
            argv,
            environ=environ or {},
            here=self.here,
            folder=self.folder,
            since=self.since,
            notice=self.notices.append,
            by_custom=by_custom,
        )
        return [os.path.relpath(path, self.here) for path in found]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


COMMANDS = [
    ["pytest", "-q", "--junitxml=out/own.xml"],
    ["pytest", "--junit-xml", "out/own.xml", "-q"],
    ["python", "-m", "pytest", "--junitxml=out/own.xml", "-o", "junit_family=xunit1"],
    ["gotestsum", "--junitfile", "out/own.xml", "--", "./..."],
    ["phpunit", "--log-junit", "out/own.xml"],
    ["ctest", "--output-junit", "out/own.xml"],
    ["vitest", "run", "--reporter=junit", "--outputFile=out/own.xml"],
    ["node", "--test", "--test-reporter=junit", "--test-reporter-destination=out/own.xml"],
    ["sh", "-c", "cd . && exec pytest --junitxml='out/own.xml' || true"],
    ["bash", "-lc", "pytest --junitxml out/own.xml; echo over"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_what_the_command_line_names(place: Place, command: list[str]) -> None:
    place.files("out/own.xml", "junit.xml")
    assert place.find(*command) == ["out/own.xml"]


VARIABLES = [
    {"JEST_JUNIT_OUTPUT_FILE": "out/own.xml"},
    {"JEST_JUNIT_OUTPUT_DIR": "out", "JEST_JUNIT_OUTPUT_NAME": "own.xml"},
    {"PLAYWRIGHT_JUNIT_OUTPUT_FILE": "out/own.xml"},
    {"PLAYWRIGHT_JUNIT_OUTPUT_NAME": "out/own.xml"},
    {"PLAYWRIGHT_JUNIT_OUTPUT_DIR": "out", "PLAYWRIGHT_JUNIT_OUTPUT_NAME": "own.xml"},
    {"MOCHA_FILE": "out/own.xml"},
    {"GOTESTSUM_JUNITFILE": "out/own.xml"},
    {"PYTEST_ADDOPTS": "-q --junitxml=out/own.xml"},
]


@pytest.mark.parametrize("environ", VARIABLES, ids=lambda environ: " ".join(environ))
def test_what_variables_name(place: Place, environ: Mapping[str, str]) -> None:
    place.files("out/own.xml", "junit.xml")
    assert place.find("make", "test", environ=environ) == ["out/own.xml"]


CUSTOM = [
    "junit.xml",
    "pytest-junit.xml",
    "test-results/junit.xml",
    "target/surefire-reports/TEST-org.Shop.xml",
    "module/target/surefire-reports/TEST-org.Shop.xml",
    "build/test-results/test/TEST-org.Shop.xml",
    "app/build/test-results/test/TEST-org.Shop.xml",
    "target/nextest/ci/junit.xml",
    "greenroom-artifacts/own.xml",
]


@pytest.mark.parametrize("name", CUSTOM)
def test_where_runners_write_that_nobody_has_told_where(place: Place, name: str) -> None:
    place.files(name, "src/unrelated.xml", "pom.xml")
    assert place.find("mvn", "verify") == [name]


def test_where_others_write_too_only_the_own_folder_is_looked_into(place: Place) -> None:
    place.files("junit.xml", "greenroom-artifacts/tests.xml", "named.xml")
    assert place.find("run-tests", by_custom=False) == ["greenroom-artifacts/tests.xml"]
    assert place.find("pytest", "--junitxml=named.xml", by_custom=False) == ["named.xml"]


def test_each_file_is_found_once(place: Place) -> None:
    place.files("junit.xml", "my-junit.xml", "test-results/junit.xml")
    assert place.find() == ["junit.xml", "my-junit.xml", "test-results/junit.xml"]


def test_what_is_older_than_the_command_is_not_its_own(place: Place) -> None:
    place.files("junit.xml", "out/own.xml", old=True)
    assert place.find("pytest", "--junitxml=out/own.xml") == []
    assert place.notices == []


def test_what_patterns_name_is_taken_and_nothing_else(place: Place) -> None:
    place.files("a/b/c/x.xml", "a/y.xml", "junit.xml")
    patterns = ("a/**/*.xml", "junit.xml")
    assert place.find("pytest", "--junitxml=other.xml", patterns=patterns) == [
        "a/b/c/x.xml",
        "a/y.xml",
        "junit.xml",
    ]
    assert place.find(patterns=("a/y.xml",)) == ["a/y.xml"]


def test_a_pattern_that_finds_nothing_is_told(place: Place) -> None:
    place.files("old.xml", old=True)
    assert place.find(patterns=("old.xml", "none/**")) == []
    assert place.notices == [
        "--junit old.xml finds no file that the command has written",
        "--junit none/** finds no file that the command has written",
    ]


LONG = "x" * 5_000


@pytest.mark.parametrize(
    "pattern", ["", "**", "[", "a**b", "/", "\0", LONG, "$", "${x"], ids=range(9)
)
def test_no_pattern_breaks_anything(place: Place, pattern: str) -> None:
    assert all(name.endswith(".xml") for name in place.find(patterns=(pattern,)))


def test_a_path_may_be_absolute_or_hold_the_folder_of_artifacts(place: Place) -> None:
    place.files("out/own.xml", "greenroom-artifacts/mine/own.xml")
    assert place.find(f"--junitxml={place.here}/out/own.xml") == ["out/own.xml"]
    for word in ("--junitxml=$GREENROOM_ARTIFACTS/mine/own.xml", "${GREENROOM_ARTIFACTS}/mine"):
        found = place.find("sh", "-c", f"pytest {word}", patterns=())
        assert found == (["greenroom-artifacts/mine/own.xml"] if "=" in word else [])
    pattern = "$GREENROOM_ARTIFACTS/mine/*.xml"
    assert place.find(patterns=(pattern,)) == ["greenroom-artifacts/mine/own.xml"]


def test_a_path_with_signs_of_patterns_in_it_is_taken_as_it_is(place: Place) -> None:
    place.files("out[1]/own.xml")
    assert place.find("pytest", "--junitxml=out[1]/own.xml") == ["out[1]/own.xml"]


def test_a_command_line_that_ends_too_early_names_nothing(place: Place) -> None:
    assert place.find("pytest", "--junitxml") == []

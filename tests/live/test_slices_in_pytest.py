"""Each test has its own state, in child sessions as a user would start them: `-n 4`, in any order.

The tests in there write the same rows and keys everywhere, and fail if they see each other.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from sliced_project import (
    ALONE,
    CACHE_PER_TEST,
    CACHE_PER_WORKER,
    COUNTERS,
    FILES,
    FOLLOWED,
    MANIFEST,
    THROUGH_SERVICES,
)

# Imported before any test: pytester forgets the modules that a test was the first to import.
import orchestrator.engines.docker
import orchestrator.engines.process
import orchestrator.manifest
import orchestrator.technologies  # noqa: F401
from orchestrator.lifecycle.survey import survey

pytest_plugins = ["pytester"]

FOUR = ("-n", "4", "-p", "randomly")

Open = Callable[..., pytest.Pytester]


@pytest.fixture
def project(each_engine: str, pytester: pytest.Pytester, live_environ: dict[str, str]) -> Open:
    """Makes the project's folder, with this manifest and these tests."""

    def made(manifest: str, tests: str, **more: str) -> pytest.Pytester:
        pytester.makefile(".yaml", environment=manifest)
        for name, text in FILES.items():
            (pytester.path / name).write_text(text)
        pytester.makepyfile(test_it=tests, **more)
        return pytester

    return made


def notes(session: pytest.Pytester) -> list[list[str]]:
    """The words of each line that the tests have noted down."""
    return [line.split() for line in (session.path / "notes.txt").read_text().splitlines()]


def left(session: pytest.Pytester) -> list[str]:
    """The runs of the session's manifest of which anything is left."""
    return [run.id for run in survey(os.environ).runs if str(session.path) in run.manifest]


@pytest.mark.parametrize("named", [True, False], ids=["named", "found"])
def test_many_tests_in_four_workers_see_only_their_own(named: bool, project: Open) -> None:
    tests = ALONE.replace("NUMBER", "40") + CACHE_PER_TEST
    session = project(MANIFEST.replace("CACHE", "test"), tests)
    words = ("--environment", "environment.yaml") if named else ()
    session.runpytest_subprocess(*FOUR, *words).assert_outcomes(passed=40)
    noted = notes(session)
    assert len({run for run, _, _ in noted}) == 1, "it is brought up once"
    assert len({worker for _, worker, _ in noted}) == 4
    assert len({name for _, _, name in noted}) == 40
    assert left(session) == []


def test_one_process_does_without_workers(project: Open) -> None:
    tests = ALONE.replace("NUMBER", "20") + CACHE_PER_TEST
    session = project(MANIFEST.replace("CACHE", "test"), tests)
    session.runpytest_subprocess().assert_outcomes(passed=20)
    assert left(session) == []


def test_what_is_a_worker_s_and_what_is_a_test_s_go_together(project: Open) -> None:
    tests = ALONE.replace("NUMBER", "24") + CACHE_PER_WORKER
    session = project(MANIFEST.replace("CACHE", "worker"), tests)
    session.runpytest_subprocess(*FOUR).assert_outcomes(passed=24)
    urls = set()
    for path in session.path.glob("cache-*.txt"):
        lines = [line.split() for line in path.read_text().splitlines()]
        (url,) = {url for url, _ in lines}
        urls.add(url)
        counts = [int(count) for _, count in lines]
        assert counts == list(range(1, len(counts) + 1)), "the worker's tests share it"
    assert len(urls) == 4
    assert left(session) == []


def test_services_that_follow_lead_each_test_to_its_own_state(
    each_engine: str, project: Open
) -> None:
    session = project(FOLLOWED.replace("COUNTER", COUNTERS[each_engine]), THROUGH_SERVICES)
    session.runpytest_subprocess("-n", "2", "-p", "randomly").assert_outcomes(passed=4)
    noted = notes(session)
    assert len({run for run, _, _ in noted}) == 1
    assert len({books for _, books, _ in noted}) == 4
    assert len({counter for _, _, counter in noted}) == 4
    assert left(session) == []


DIES = """
import os, signal

@pytest.mark.parametrize("number", range(8))
def test_may_die(environment, number):
    note(environment)
    if number == 3:
        END
    with psycopg.connect(environment["ledger"].url) as ledger:
        assert ledger.execute("select id from rows").fetchall() == [(1,)]
"""


@pytest.mark.parametrize(
    ("isolation", "end"),
    [("test", "os.kill(os.getpid(), signal.SIGKILL)"), ("worker", "os._exit(1)")],
    ids=["killed", "exited"],
)
def test_when_a_worker_dies_the_session_goes_on_and_nothing_is_left(
    isolation: str, end: str, project: Open
) -> None:
    cache = CACHE_PER_TEST if isolation == "test" else ""
    tests = ALONE.replace("NUMBER", "12") + cache + DIES.replace("END", end)
    session = project(MANIFEST.replace("CACHE", isolation), tests)
    result = session.runpytest_subprocess(*FOUR)
    result.assert_outcomes(passed=19, failed=1)
    result.stdout.fnmatch_lines(["*crashed while running*test_may_die*"])
    assert len({run for run, _, _ in notes(session)}) == 1
    assert left(session) == []


SEEDED = """
import psycopg, pytest

def words(environment):
    with psycopg.connect(environment["ledger"].url) as ledger:
        return [row[0] for row in ledger.execute("select words from rows order by id").fetchall()]

@pytest.mark.seed("vip.sql")
def test_one(environment):
    assert words(environment) == ["seeded", "vip"]

def test_two(environment):
    assert words(environment) == ["seeded"]

@pytest.mark.seed("more.py:fill", resource="ledger")
@pytest.mark.seed("vip.sql")
@pytest.mark.seed("late.sql")
class TestMany:
    def test_three(self, environment):
        assert words(environment) == ["seeded", "VIP", "late"]

@pytest.mark.seed("keys.redis", resource="shared")
def test_not_sliced(environment):
    pass

@pytest.mark.seed("nothing.sql")
def test_not_there(environment):
    pass

@pytest.mark.seed("bad.sql")
def test_refused(environment):
    pass

@pytest.mark.seed("vip.sql")
def test_without_environment():
    pass
"""


def test_a_test_s_own_seeds_are_seen_by_it_alone(project: Open) -> None:
    session = project(MANIFEST.replace("CACHE", "none"), SEEDED)
    files = {
        "vip.sql": "insert into rows values (2, 'vip') on conflict (id) do update set words='VIP';",
        "late.sql": "insert into rows values (3, 'late');",
        "bad.sql": "insert into nowhere values (1);",
        "more.py": "import psycopg\ndef fill(resource):\n"
        "    with psycopg.connect(resource.url) as connection:\n"
        "        connection.execute(\"insert into rows values (2, 'more')\")\n",
    }
    for name, text in files.items():
        (session.path / name).write_text(text)
    result = session.runpytest_subprocess("-n", "2", "--keep-slices", "none")
    result.assert_outcomes(passed=3, errors=4)
    for words in (
        "*cannot seed shared with keys.redis for one test: it is not sliced*",
        "*there is no seed */nothing.sql*",
        '*bad.sql:1: ERROR:  relation "nowhere" does not exist*',
        "*@pytest.mark.seed needs the fixture `environment`*",
    ):
        result.stdout.fnmatch_lines([words])
    assert left(session) == []


def test_a_mark_is_no_use_where_nothing_is_a_test_s_own(project: Open) -> None:
    manifest = MANIFEST.replace("isolation: test", "isolation: worker").replace("CACHE", "none")
    session = project(manifest, SEEDED.split("def test_two")[0])
    result = session.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*needs a resource with `isolation: test`*"])


@pytest.mark.parametrize("words", [(), ("--environment", "environment.yaml")])
def test_what_prevents_the_environment_is_told_once_for_all_workers(
    words: tuple[str, ...], project: Open
) -> None:
    session = project(MANIFEST.replace("CACHE", "test"), ALONE.replace("NUMBER", "8"))
    (session.path / "schema.sql").write_text("create tabel rows;")
    result = session.runpytest_subprocess("-n", "2", *words)
    assert result.ret == 75, result.stdout.str()
    assert result.stdout.str().count('syntax error at or near "tabel"') == 1
    assert "INTERNALERROR" not in result.stdout.str()
    assert left(session) == []

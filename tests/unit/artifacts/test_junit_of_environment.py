"""The environment in `junit.xml`: what is a case, how it has ended, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from junit_files import assert_valid, consumed, outcomes
from told import BEGAN, begun, ready, steps

from orchestrator.artifacts import junit
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.record import EngineRecord, Failure, Record, Verdict
from orchestrator.errors import Evidence
from orchestrator.model.event import Event, InstanceDied, StepBroke, StepStopped
from orchestrator.model.secret import masker
from orchestrator.model.spot import Spot


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "kept")
    made.prepare()
    return made


def record(*failures: Failure, **more: object) -> Record:
    known: dict[str, object] = {
        "name": "shop",
        "manifest": "shop/environment.yaml",
        "verdict": Verdict.PASSED,
        "exit_code": 0,
        "began": BEGAN,
        "ended": BEGAN + 60,
        "run": "shop-x7k2",
        "engines": (EngineRecord(name="docker", version="28.1"), EngineRecord(name="process")),
        "greenroom": "0.1.0",
    }
    return Record(**{**known, **more}, failures=failures)  # type: ignore[arg-type]


def written(
    folder: Folder, events: Iterable[Event], one: Record | None = None, *secrets: str
) -> str:
    """What is in the file, after it was found valid."""
    notices: list[str] = []
    counts = junit.write(
        folder, one or record(), list(events), [], mask=masker(secrets), notice=notices.append
    )
    assert counts is None, "the environment's cases are no tests"
    assert notices == []
    assert_valid(folder.junit)
    return folder.junit.read_text(encoding="utf-8")


def cases(folder: Folder) -> dict[str, str]:
    return outcomes(consumed(folder.junit)["greenroom.shop"])


GOOD = """
    0   0.1  open docker
    0.1 2    pull postgres:16
    0.1 4.5  build api
    2   2.4  start ledger < pull postgres:16
    2.4 3.25 ready ledger < start ledger
    3.25 4   seed ledger 1 schema.sql < ready ledger
    4.5 4.6  start api < seed ledger 1 schema.sql, build api
    4.6 5    ready api < start api
    5   6    store ledger
"""


def test_a_good_run_as_a_whole(folder: Folder) -> None:
    text = written(folder, [begun("ledger", "api"), *steps(GOOD), ready(5)])
    assert text == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<testsuites name="shop" tests="7" failures="0" errors="0" time="8.800">\n'
        '  <testsuite name="greenroom.shop" timestamp="1970-01-01T00:16:40" tests="7" failures="0"'
        ' errors="0" skipped="0" time="8.800">\n'
        "    <properties>\n"
        '      <property name="run" value="shop-x7k2" />\n'
        '      <property name="manifest" value="shop/environment.yaml" />\n'
        '      <property name="engines" value="docker 28.1, process" />\n'
        '      <property name="greenroom" value="0.1.0" />\n'
        "    </properties>\n"
        '    <testcase name="pull postgres:16" classname="greenroom.shop" time="1.900" />\n'
        '    <testcase name="build api" classname="greenroom.shop" time="4.400" />\n'
        '    <testcase name="start ledger" classname="greenroom.shop" time="0.400" />\n'
        '    <testcase name="ready ledger" classname="greenroom.shop" time="0.850" />\n'
        '    <testcase name="seed ledger 1 schema.sql" classname="greenroom.shop" time="0.750" />\n'
        '    <testcase name="start api" classname="greenroom.shop" time="0.100" />\n'
        '    <testcase name="ready api" classname="greenroom.shop" time="0.400" />\n'
        "  </testsuite>\n"
        "</testsuites>\n"
    )


BROKEN = """
    2   2.4  start ledger
    2.4 3.25 ready ledger < start ledger
    3.25 3.5 seed ledger 1 schema.sql < ready ledger ! schema.sql:3: syntax error at "tabel"
    2.4 .    start cache
"""


def test_a_failed_step_is_an_error_and_what_waited_for_it_was_skipped(folder: Folder) -> None:
    failure = Failure(
        message='schema.sql:3: syntax error at "tabel"\nLINE 3: create tabel',
        hint="mend it",
        step="seed ledger 1 schema.sql",
        subject="ledger",
        state="running",
        log=("ready to accept connections", "ERROR:  syntax error <here> & there"),
        spots=(Spot(file="shop/schema.sql", line=3),),
    )
    events = [begun("ledger", "cache", "api"), *steps(BROKEN)]
    text = written(folder, events, record(failure))
    assert cases(folder) == {
        "start ledger": "Passed",
        "ready ledger": "Passed",
        "seed ledger 1 schema.sql": "Error",
        "start cache": "Skipped",
        "ready cache": "Skipped",
        "ready api": "Skipped",
    }
    assert (
        '      <error message="schema.sql:3: syntax error at &quot;tabel&quot;" type="failed">'
        'schema.sql:3: syntax error at "tabel"\n'
        "LINE 3: create tabel\n"
        "state: running\n"
        "at shop/schema.sql:3\n"
        "hint: mend it</error>\n"
        "      <system-out>ready to accept connections\n"
        "ERROR:  syntax error &lt;here&gt; &amp; there\n"
        "</system-out>\n"
    ) in text
    assert 'message="it did not come to that: seed ledger 1 schema.sql failed"' in text
    assert 'message="it was stopped: seed ledger 1 schema.sql failed"' in text


def test_what_the_record_does_not_have_is_taken_from_what_was_told(folder: Folder) -> None:
    broke = StepBroke(
        at=BEGAN + 9,
        step="ready api",
        subject="api",
        seconds=5,
        message="api is not ready after 5 s",
        hint="look at its log",
        evidence=Evidence(answer="connection refused", log=("starting",)),
    )
    events = [begun("api"), *steps("3 4 start api\n4 . ready api"), broke]
    text = written(folder, events)
    assert "api is not ready after 5 s\nlast answer: connection refused\nhint: look at" in text
    assert "<system-out>starting\n</system-out>" in text


def test_what_was_under_way_at_an_interrupt_was_skipped(folder: Folder) -> None:
    stopped = StepStopped(at=BEGAN + 9, step="ready api", subject="api")
    events = [begun("api"), *steps("3 4 start api\n4 . ready api"), stopped]
    written(folder, events, record(Failure(message="interrupted")))
    assert cases(folder) == {
        "start api": "Passed",
        "ready api": "Skipped",
        "environment": "Error",
    }


def test_a_death_during_the_tests_is_an_error_of_its_own(folder: Folder) -> None:
    died = InstanceDied(at=BEGAN + 9, subject="api", state="exited with code 1", log=("oh no",))
    events = [begun("api"), *steps("3 4 start api\n4 5 ready api"), ready(5), died]
    text = written(folder, events)
    assert cases(folder)["alive api"] == "Error"
    assert 'message="api exited with code 1, while the tests were running" type="died"' in text
    told = Failure(message="api exited with code 1, oh dear", subject="api", log=("oh no",))
    text = written(folder, events, record(told))
    assert text.count('type="died"') == 1
    assert "oh dear" in text


def test_what_could_not_be_removed_is_an_error_of_its_own(folder: Folder) -> None:
    events = [
        begun("api"),
        *steps("3 4 start api\n4 5 ready api"),
        ready(5),
        *steps("7 9 remove docker greenroom-shop-x7k2-api shop-x7k2 ! permission denied"),
    ]
    left = Failure(message="could not remove all of shop-x7k2: permission denied")
    written(folder, events, record(left))
    assert cases(folder) == {
        "start api": "Passed",
        "ready api": "Passed",
        "remove docker greenroom-shop-x7k2-api shop-x7k2": "Error",
    }
    written(folder, [begun("api")], record(left))
    assert cases(folder)["removal"] == "Error"


def test_mistakes_in_the_manifest_are_one_error(folder: Folder) -> None:
    spots = [(Spot(file="environment.yaml", line=line),) for line in (3, 7)]
    one = Failure(message='databases.ledger.use: unknown "postgress"', spots=spots[0])
    other = Failure(message="services.api: needs an image", spots=spots[1])
    text = written(folder, [], record(one, other, run="", engines=()))
    assert cases(folder) == {"environment": "Error"}
    assert (
        'databases.ledger.use: unknown "postgress"\nat environment.yaml:3\n\n'
        "services.api: needs an image\nat environment.yaml:7</error>"
    ) in text


def test_of_several_attempts_the_last_one_counts(folder: Folder) -> None:
    events = [
        begun("ledger"),
        *steps("1 2 restore ledger\n2 3 ready ledger ! the snapshot is damaged"),
        begun("ledger", run="shop-9999", at=4),
        *steps("4 5 start ledger\n5 6 ready ledger"),
        ready(6),
    ]
    written(folder, events)
    assert cases(folder) == {"start ledger": "Passed", "ready ledger": "Passed"}


def test_no_secret_is_in_it(folder: Folder) -> None:
    failure = Failure(
        message="refused: letmein-please",
        step="seed ledger 1 schema.sql",
        subject="ledger",
        log=("password=letmein-please",),
    )
    manifest = "letmein-please.yaml"
    events = [begun("ledger", "cache"), *steps(BROKEN)]
    text = written(folder, events, record(failure, manifest=manifest), "letmein-please")
    assert "letmein" not in text


def test_what_xml_cannot_hold_is_left_out(folder: Folder) -> None:
    log = ("\x1b[31mred\x1b[0m", "a\x00b\x07c\ud800d\ufffee\U0001f600", "one\rtwo")
    failure = Failure(message="\x1b[1mno", step="seed ledger 1 schema.sql", log=log)
    text = written(folder, [begun("ledger", "cache"), *steps(BROKEN)], record(failure))
    assert "<system-out>red\nabcde\U0001f600\nonetwo\n</system-out>" in text
    assert 'message="no"' in text

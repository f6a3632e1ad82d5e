"""The tests' own JUnit files: taken in the form that consumers know, or left out with a word."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from junit_files import assert_valid, consumed, outcomes
from told import BEGAN, begun, ready, steps

from orchestrator.artifacts import junit
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.junit import reading, writing
from orchestrator.artifacts.junit.reading import Refused, parsed
from orchestrator.artifacts.record import FailingTest, Record, TestCounts, Verdict
from orchestrator.artifacts.tests import TestRecord
from orchestrator.model.secret import masker
from orchestrator.model.spot import Spot

EVENTS = [begun("ledger"), *steps("1 2 start ledger\n2 3 ready ledger"), ready(3)]


class Place:
    """A folder of artifacts beside files of tests."""

    def __init__(self, here: Path) -> None:
        self.here = here
        self.folder = Folder(here / "kept")
        self.folder.prepare()
        self.notices: list[str] = []

    def file(self, name: str, text: str | bytes) -> Path:
        path = self.here / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def write(self, *found: Path, secrets: Sequence[str] = ()) -> TestCounts | None:
        record = Record(
            name="shop",
            manifest="environment.yaml",
            verdict=Verdict.PASSED,
            exit_code=0,
            began=BEGAN,
            ended=BEGAN + 9,
        )
        counts = junit.write(
            self.folder, record, EVENTS, found, mask=masker(secrets), notice=self.notices.append
        )
        assert_valid(self.folder.junit)
        assert outcomes(consumed(self.folder.junit)["greenroom.shop"]) == {
            "start ledger": "Passed",
            "ready ledger": "Passed",
        }
        return counts

    @property
    def text(self) -> str:
        return self.folder.junit.read_text(encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


PYTEST = """\
<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest"
 errors="1" failures="1" skipped="1" tests="4" time="1,234.5" timestamp="2026-11-26T10:00:00+00:00"
 hostname="ci"><properties><property name="of" value="suite"/></properties>
<testcase classname="tests.test_pay" name="test_good[a-1]" time="0.25"><properties><property
 name="own" value="1"/></properties><system-out>said</system-out></testcase>
<testcase classname="tests.test_pay" name="test_bad" time="0.5"><failure
 message="AssertionError: assert 1 == 2&#10;more">def test_bad():
&gt;       assert 1 == 2
E       assert 1 == 2

tests/test_pay.py:7: AssertionError</failure></testcase>
<testcase classname="tests.test_pay" name="test_odd" time="0.125"><error message="no ledger"
 type="x">at setup</error></testcase>
<testcase classname="tests.test_pay" name="test_later" time="nan"><skipped type="pytest.skip"
 message="not today">why</skipped></testcase>
</testsuite></testsuites>
"""


def test_they_stand_beside_the_environment(place: Place) -> None:
    counts = place.write(place.file("junit.xml", PYTEST))
    assert counts == TestCounts(
        passed=1,
        failed=1,
        errors=1,
        skipped=1,
        seconds=0.875,
        failing=(
            FailingTest(
                name="tests.test_pay.test_bad",
                message="AssertionError: assert 1 == 2",
                spot=Spot(file="tests/test_pay.py", line=7),
            ),
            FailingTest(name="tests.test_pay.test_odd", message="no ledger"),
        ),
    )
    assert place.notices == []
    suite = consumed(place.folder.junit)["pytest"]
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (4, 1, 1, 1)
    assert outcomes(suite) == {
        "test_good[a-1]": "Passed",
        "test_bad": "Failure",
        "test_odd": "Error",
        "test_later": "Skipped",
    }
    assert "tests/test_pay.py:7: AssertionError</failure>" in place.text
    assert '<property name="of" value="suite" />' in place.text
    assert '<testsuites name="shop" tests="6" failures="1" errors="1"' in place.text


def test_a_real_one_of_pytest(place: Place) -> None:
    tests = "import pytest\n@pytest.mark.parametrize('x', ['a', '\\x1b[31m', '<&>'])\n"
    place.file("test_it.py", tests + "def test_it(x):\n    print(x)\n    assert x == 'a'\n")
    found = place.here / "own.xml"
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", f"--junitxml={found}"]
    subprocess.run([*words, "test_it.py"], cwd=place.here, check=False, capture_output=True)
    counts = place.write(found)
    assert counts
    assert (counts.passed, counts.failed) == (1, 2)
    assert counts.failing[0].spot == Spot(file="test_it.py", line=5)
    assert place.notices == []


def test_what_pytest_says_no_more_of_than_that_it_failed_has_its_reason(place: Place) -> None:
    place.file("test_astray.py", "def test_astray(nowhere): pass\n")
    place.file("test_import.py", "\nimport nowhere_at_all\n")
    found = place.here / "own.xml"
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", f"--junitxml={found}"]
    words.append("--continue-on-collection-errors")
    subprocess.run(words, cwd=place.here, check=False, capture_output=True)
    counts = place.write(found)
    assert counts
    assert {one.message for one in counts.failing} == {
        "fixture 'nowhere' not found",
        "ModuleNotFoundError: No module named 'nowhere_at_all'",
    }


def test_those_of_other_runners_keep_what_consumers_know(place: Place) -> None:
    surefire = """<?xml version="1.0" encoding="UTF-8"?>
        <testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0"
          xsi:noNamespaceSchemaLocation="https://maven.apache.org/x.xsd" name="org.Shop" time="2.1"
          tests="1" errors="0" skipped="0" failures="0" flakes="1">
          <properties><property name="java.version" value="21"/></properties>
          <testcase name="pays" classname="org.Shop" time="1.5" file="Shop.java" line="9">
            <flakyFailure message="no" type="E"><stackTrace>at org</stackTrace></flakyFailure>
            <system-err>warning</system-err>
          </testcase>
          <unheard-of/>
        </testsuite>"""
    nested = """<testsuites><testsuite name="outer"><testsuite name="inner">
        <testcase name="a"/><testcase file="a.js" line="3"><failure/></testcase></testsuite>
        </testsuite></testsuites>"""
    counts = place.write(place.file("TEST-org.Shop.xml", surefire), place.file("jest.xml", nested))
    assert counts
    assert (counts.passed, counts.failed) == (2, 1)
    assert counts.failing == (FailingTest(name="without a name", spot=Spot(file="a.js", line=3)),)
    assert '<flakyFailure message="no" type="E">at org</flakyFailure>' in place.text
    assert "unheard-of" not in place.text
    assert '<testsuite name="outer" tests="2" failures="1"' in place.text
    assert '<testsuite name="inner" tests="2" failures="1"' in place.text


def test_other_encodings_that_are_told_are_read(place: Place) -> None:
    text = '<?xml version="1.0" encoding="{}"?><testsuite name="é"><testcase name="ü"/></testsuite>'
    files = [
        place.file(f"{code}.xml", text.format(code).encode(code))
        for code in ("iso-8859-1", "windows-1252", "utf-16", "utf-8-sig")
    ]
    counts = place.write(*files[:3])
    assert counts
    assert counts.passed == 3
    assert place.text.count('name="ü"') == 3


BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<testsuite name="&c;"/>"""
OUTSIDE = (
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><testsuite name="x">&e;</testsuite>'
)
SUITE = '<testsuite name="a"><testcase name="b"/></testsuite>'

BROKEN = [
    (BOMB, "it has a document type, which no JUnit file needs"),
    (OUTSIDE, "it has a document type, which no JUnit file needs"),
    ('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><testsuite/>', "it has a document type"),
    (PYTEST[:700], "line 12: unclosed token"),
    (PYTEST[: PYTEST.index("<testcase")], "line 4: no element found"),
    ("", "line 1: no element found"),
    ("just some text", "line 1: syntax error"),
    ("<html><body/></html>", "it is no JUnit file"),
    ('<testsuite name="a\x1b[31m"/>', "line 1: not well-formed (invalid token)"),
    (b'<testsuite name="\xff\xfe"/>', "line 1: not well-formed (invalid token)"),
    ('<?xml version="1.0" encoding="klingon"?><a/>', "its encoding is not known: "),
    ('<testsuite name="&undefined;"/>', "line 1: undefined entity"),
    ("<testsuite>" * 50, "its elements are nested too deeply"),
]


@pytest.mark.parametrize(("text", "why"), BROKEN, ids=[why for _, why in BROKEN])
def test_what_cannot_be_read_is_left_out(place: Place, text: str | bytes, why: str) -> None:
    bad, good = place.file("bad.xml", text), place.file("good.xml", SUITE)
    counts = place.write(bad, good)
    assert counts == TestCounts(passed=1)
    (notice,) = place.notices
    assert notice.startswith(f"{bad} is left out of junit.xml: ")
    assert why in notice
    assert "root:" not in place.text


def test_so_is_what_is_no_file_or_not_to_be_had(place: Place) -> None:
    os.mkfifo(place.here / "pipe.xml")
    counts = place.write(place.here / "pipe.xml", place.here, place.here / "missing.xml")
    assert counts is None
    assert [notice.rpartition(": ")[2] for notice in place.notices] == ["it is no file"] * 3


def test_so_is_a_huge_one(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST", 2_000_000)
    place.write(place.file("huge.xml", b" " * 2_000_001))
    assert place.notices[0].endswith("it has more than 2 MB")


def test_many_deep_documents_cost_no_stack() -> None:
    text = ("<a>" * 31 + "</a>" * 31).encode()
    assert parsed(text).tag == "a"
    with pytest.raises(Refused, match="too deeply"):
        parsed(b"<a>" * 100_000)


def test_no_secret_of_theirs_is_in_it(place: Place) -> None:
    text = PYTEST.replace("said", "with letmein-please").replace("a-1", "letmein-please")
    text = text.replace("test_bad", "test_bad[letmein-please]").replace(
        "no ledger", "letmein-please"
    )
    counts = place.write(place.file("junit.xml", text), secrets=["letmein-please"])
    assert "letmein" not in place.text
    assert "letmein" not in repr(counts)
    assert "with ***" in place.text


# Sizes.


def test_what_is_too_large_for_consumers_is_cut(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LARGEST", 20_000)
    lines = "".join(f"{number}\n" for number in range(2_000))
    cases = "".join(
        f'<testcase name="t{number}"><failure>{lines}</failure></testcase>' for number in range(8)
    )
    counts = place.write(place.file("junit.xml", f'<testsuite name="a">{cases}</testsuite>'))
    assert counts
    assert counts.failed == 8
    assert place.folder.junit.stat().st_size < 20_000
    assert "characters are left out)\n" in place.text
    assert "1998\n1999\n</failure>" in place.text
    assert place.notices == ["of longer texts in junit.xml, only the last 500 characters are kept"]


def test_more_cases_than_fit_are_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "LARGEST", 1_000_000)
    monkeypatch.setattr(junit, "LARGEST", 1_000_000)
    cases = "".join(f'<testcase name="case number {one}"/>' for one in range(20_000))
    counts = place.write(place.file("junit.xml", f'<testsuite name="a">{cases}</testsuite>'))
    assert counts
    assert counts.passed == 20_000
    assert place.notices == ["junit.xml has more than 1 MB, which GitLab does not take"]


# Where there is no file.


def test_without_a_file_the_tests_are_those_that_pytest_told_of(place: Place) -> None:
    told = [
        ("tests/unit/test_pay.py::TestAll::test_a[x::y]", "passed", ""),
        ("tests/unit/test_pay.py::test_b", "failed", "assert 1 == 2"),
        ("tests/unit/test_pay.py::test_c", "error", "no ledger"),
        ("tests/unit/test_pay.py::test_d", "skipped", "not today"),
    ]
    records = [
        TestRecord(
            name=name,
            outcome=outcome,
            began=BEGAN + at,
            ended=BEGAN + at + 1,
            message=why,
            place="tests/unit/test_pay.py:7" if outcome == "failed" else "",
        )
        for at, (name, outcome, why) in enumerate(told)
    ]
    text = "".join(f"{one.to_json()}\n" for one in records)
    place.folder.test_records("gw0").write_text(text + json.dumps({"half": 1})[:5])
    counts = place.write(place.file("half.xml", PYTEST[:900]))
    assert counts == TestCounts(
        passed=1,
        failed=1,
        errors=1,
        skipped=1,
        seconds=4.0,
        failing=(
            FailingTest(
                name="tests/unit/test_pay.py::test_b",
                message="assert 1 == 2",
                spot=Spot(file="tests/unit/test_pay.py", line=7),
            ),
            FailingTest(name="tests/unit/test_pay.py::test_c", message="no ledger"),
        ),
    )
    assert '<testcase name="test_a[x::y]" classname="tests.unit.test_pay.TestAll"' in place.text
    assert len(place.notices) == 1


def test_a_failing_test_is_called_as_its_runner_does(place: Place) -> None:
    record = TestRecord(
        name="tests/test_pay.py::test_bad", outcome="failed", began=BEGAN, ended=BEGAN
    )
    place.folder.test_records("main").write_text(record.to_json() + "\n")
    counts = place.write(place.file("junit.xml", PYTEST))
    assert counts
    assert [one.name for one in counts.failing] == [
        "tests/test_pay.py::test_bad",
        "tests.test_pay.test_odd",
    ]
    assert '<testsuite name="tests"' not in place.text


def test_without_either_nobody_has_counted_tests(place: Place) -> None:
    assert place.write() is None


# Trouble of our own.


def test_a_full_disk_leaves_no_half_a_file(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.folder.junit.write_text("earlier")

    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "tostring", lambda *_, **__: full())
    with pytest.raises(OSError, match="No space left"):
        place.write()
    assert place.folder.junit.read_text() == "earlier"
    assert sorted(one.name for one in place.folder.path.iterdir()) == ["junit.xml", "logs", "tests"]


def test_the_folder_s_own_file_may_be_one_of_the_tests(place: Place) -> None:
    place.folder.junit.write_text(SUITE)
    assert place.write(place.folder.junit) == TestCounts(passed=1)


# Several runs in one.


def test_several_files_become_one_in_which_nothing_has_the_same_name(place: Place) -> None:
    files = {}
    for name in ("postgres:15", "postgres:16.4"):
        one = Place(place.here / name.replace(":", "-"))
        one.write(one.file("own.xml", PYTEST))
        files[name] = one.folder.junit
    files["missing"] = place.here / "missing.xml"
    junit.merge(files, place.folder.junit, name="shop", notice=place.notices.append)
    assert_valid(place.folder.junit)
    suites = consumed(place.folder.junit)
    assert list(suites) == [
        "postgres:15 / greenroom.shop",
        "postgres:15 / pytest",
        "postgres:16.4 / greenroom.shop",
        "postgres:16.4 / pytest",
    ]
    names = [(case.classname, case.name) for suite in suites.values() for case in suite]
    assert len(set(names)) == len(names) == 12
    assert ("postgres:16_4.tests.test_pay", "test_bad") in names
    assert place.notices == [
        f"{place.here / 'missing.xml'} is left out of junit.xml: it is no file"
    ]


def test_reading_many_at_once_is_safe(place: Place) -> None:
    path = place.file("junit.xml", PYTEST)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(len(reading.read(path)))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 8

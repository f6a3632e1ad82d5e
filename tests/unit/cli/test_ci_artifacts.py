"""`ci`: the tests' own JUnit beside the environment's, and a folder in which nothing has room."""

from __future__ import annotations

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from shop import Shop

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.record import Record

OWN = (
    "<testsuite name='own'><testcase name='a'/><testcase name='b'><failure/></testcase></testsuite>"
)


@pytest.fixture
def full(shop: Shop) -> Iterator[Path]:
    """A folder with room for a few pages only."""
    place = shop.folder / "small"
    place.mkdir()
    mount = shutil.which("mount") or "mount"
    words = [mount, "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(place)]
    try:
        subprocess.run(words, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("nothing can be mounted here")
    yield place
    subprocess.run([shutil.which("umount") or "umount", str(place)], check=True)


def test_the_tests_junit_is_found_counted_and_merged(shop: Shop) -> None:
    script = f'mkdir -p out; echo "{OWN}" > out/own.xml; exit 1 # --junitxml=out/own.xml'
    assert shop.greenroom("ci", "--", "sh", "-c", script).code == 1
    folder = Folder(shop.folder / "greenroom-artifacts")
    suites = [one.get("name") for one in ET.parse(folder.junit).getroot()]
    assert suites == ["greenroom.shop", "own"]
    counts = Record.from_json(folder.record.read_bytes()).tests
    assert counts
    assert (counts.passed, counts.failed) == (1, 1)


def test_what_an_earlier_run_has_written_is_not_counted(shop: Shop) -> None:
    (shop.folder / "junit.xml").write_text(OWN)
    earlier = (shop.folder / "junit.xml").stat().st_mtime - 1_000
    os.utime(shop.folder / "junit.xml", (earlier, earlier))
    assert shop.greenroom("ci", "--", "true").code == 0
    folder = Folder(shop.folder / "greenroom-artifacts")
    assert Record.from_json(folder.record.read_bytes()).tests is None


def test_a_pattern_that_finds_nothing_is_told(shop: Shop) -> None:
    ended = shop.greenroom("ci", "--junit", "none/*.xml", "--", "true")
    assert ended.code == 0
    assert "--junit none/*.xml finds no file that the command has written" in ended.err


def test_events_that_have_no_room_are_told_once(shop: Shop, full: Path) -> None:
    (full / "taken").write_bytes(b"x" * 12_000)
    ended = shop.greenroom("run", "--events", str(full / "events"), "--", "true")
    told = "what happens is not written to its end: No space left on device"
    assert (ended.code, ended.err.splitlines().count(told), shop.left) == (0, 1, 0)


@pytest.mark.parametrize("code", [0, 3])
def test_a_full_disk_changes_no_exit_code(shop: Shop, full: Path, code: int) -> None:
    script = f"yes | head -c 100000; exit {code}"
    ended = shop.greenroom("ci", "--artifacts", str(full / "kept"), "--", "sh", "-c", script)
    assert ended.code == code
    assert shop.left == 0
    [told] = [line for line in ended.err.splitlines() if line.startswith("not all artifacts")]
    assert told.startswith("not all artifacts could be kept: No space left on device (")
    for name in ("output of the tests", "manifest", "record", "report"):
        assert name in told
    assert "could not be written" not in ended.err
    assert [
        path.name for path in full.rglob("*") if path.is_file() and not path.stat().st_size
    ] == []
    assert "a bug in Greenroom" not in ended.err

"""Numbers of slices: unique whoever takes them, going round, and free again once released."""

from __future__ import annotations

import dataclasses
import errno
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestrator.errors import NotKept, UsageError
from orchestrator.host.owner import Owner
from orchestrator.slicing.registry import Entry, Registry, number_of

ALL = ("ledger",)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path)


def take(registry: Registry, count: int = 1, most: int = 5) -> list[int]:
    return [entry.number for entry in registry.take(count, most, ALL, None)]


def release(registry: Registry, *numbers: int) -> None:
    registry.release([entry for entry in registry.entries() if entry.number in numbers])


def test_numbers_go_round_and_skip_those_in_use(registry: Registry) -> None:
    assert take(registry, 3) == [1, 2, 3]
    release(registry, 1, 3)
    assert take(registry, 2) == [4, 5], "one that was dropped a moment ago is not used again soon"
    assert take(registry, 2) == [1, 3]
    release(registry, 5)
    assert take(registry) == [5]


def test_names_are_those_of_the_numbers(registry: Registry) -> None:
    (entry,) = registry.take(1, 5, ALL, None)
    assert (entry.name, number_of("s17")) == ("s1", 17)


@pytest.mark.parametrize("name", ["", "s", "17", "S17", "s-1", "s1.5", "s17 ", "../s1"])
def test_what_is_no_slice_s_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="no slice is called"):
        number_of(name)


def test_when_all_are_in_use_none_is_taken_and_it_is_said_what_to_do(registry: Registry) -> None:
    assert take(registry, 3) == [1, 2, 3]
    with pytest.raises(UsageError, match="all 5 slices of ledger are in use") as refused:
        registry.take(3, 5, ALL, None)
    assert "greenroom slice --drop NAME" in refused.value.hint
    assert [entry.number for entry in registry.entries()] == [1, 2, 3]
    assert sorted(take(registry, 2)) == [4, 5]


def test_many_threads_never_get_the_same_number(registry: Registry) -> None:
    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(lambda _: take(registry, 3, 200), range(40)))
    numbers = [number for each in taken for number in each]
    assert len(set(numbers)) == 120


TAKER = """
import sys
from pathlib import Path
from orchestrator.slicing.registry import Registry
registry = Registry(Path(sys.argv[1]))
for _ in range(50):
    for entry in registry.take(2, 1000, ("ledger",), None):
        print(entry.number)
"""


def test_several_processes_never_get_the_same_number(tmp_path: Path) -> None:
    words = [sys.executable, "-c", TAKER, str(tmp_path)]
    programs = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    numbers = [int(line) for one in programs for line in one.communicate(timeout=60)[0].split()]
    assert [one.returncode for one in programs] == [0] * 4
    assert (len(numbers), len(set(numbers))) == (400, 400)


def test_everything_that_is_written_is_read(registry: Registry) -> None:
    owner = Owner.here()
    (entry,) = registry.take(1, 5, ("ledger", "api"), owner)
    assert registry.entry(1) == entry
    assert not entry.abandoned
    kept = dataclasses.replace(entry, kept="test_it.py::test_one", beside=(2, 3))
    registry.write(kept)
    assert list(registry.entries()) == [kept]
    assert registry.entry(2) is None


def test_one_whose_owner_has_gone_is_abandoned_unless_it_is_kept(registry: Registry) -> None:
    gone = dataclasses.replace(Owner.here(), started=1)
    (entry,) = registry.take(1, 5, ALL, gone)
    assert entry.abandoned
    assert not dataclasses.replace(entry, kept="a test").abandoned
    assert not dataclasses.replace(entry, owner=None).abandoned


def test_one_whose_owner_is_elsewhere_is_not_judged(registry: Registry) -> None:
    for elsewhere in ({"host": "another"}, {"namespace": "pid:[1]"}):
        owner = dataclasses.replace(Owner.here(), started=1, **elsewhere)
        (entry,) = registry.take(1, 5, ALL, owner)
        assert not entry.abandoned


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b'{"resources": 1, "owner": "", "kept": "", "beside": []}',
        b'{"resources": [], "owner": "", "kept": "", "beside": ["x"]}',
    ],
)
def test_a_damaged_file_is_no_slice_and_its_number_is_not_given_again(
    content: bytes, registry: Registry, tmp_path: Path
) -> None:
    take(registry, 2)
    (tmp_path / "slices" / "2.json").write_bytes(content)
    assert [entry.number for entry in registry.entries()] == [1]
    assert registry.entry(2) is None
    assert take(registry, 3) == [3, 4, 5]


@pytest.mark.parametrize("last", ["", "x", "-3", "999999", "\0"])
def test_a_damaged_note_of_the_last_number_is_no_matter(
    last: str, registry: Registry, tmp_path: Path
) -> None:
    take(registry, 2)
    (tmp_path / "slices" / "last").write_text(last)
    assert sorted(take(registry, 3)) == [3, 4, 5]


def test_other_files_are_no_slices(registry: Registry, tmp_path: Path) -> None:
    take(registry)
    for name in ("x.json", "2.json.new", "1.7.new", "-1.json"):
        (tmp_path / "slices" / name).write_text(json.dumps({}))
    assert [entry.number for entry in registry.entries()] == [1]


def test_a_run_that_has_gone_has_no_slices_and_gets_none(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "gone")
    assert list(registry.entries()) == []
    registry.release([])
    with pytest.raises(NotKept, match="cannot note slices down") as refused:
        registry.take(1, 5, ALL, None)
    assert "greenroom ps" in refused.value.hint
    assert not (tmp_path / "gone").exists()


def test_on_a_full_disk_none_is_taken_and_no_number_is_lost(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["{}"]

    def written(_entry: Entry) -> str:
        if texts:
            return texts.pop()
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("orchestrator.slicing.registry._text", written)
        with pytest.raises(NotKept, match="No space left on device") as told:
            registry.take(2, 5, ALL, None)
    assert told.value.hint == "make room on its disk"
    assert sorted(take(registry, 5)) == [1, 2, 3, 4, 5]


def test_what_cannot_be_noted_of_a_slice_leaves_what_was_known(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (entry,) = registry.take(1, 5, ALL, None)

    def refuse(_path: Path, _target: Path) -> Path:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", refuse)
        with pytest.raises(NotKept, match="Input/output error"):
            registry.write(dataclasses.replace(entry, kept="a test"))
    assert list(registry.entries()) == [entry]
    assert sorted(one.name for one in (tmp_path / "slices").iterdir()) == ["1.json", "last", "lock"]


def test_only_this_user_can_see_them(registry: Registry, tmp_path: Path) -> None:
    take(registry)
    assert (tmp_path / "slices").stat().st_mode & 0o777 == 0o700


def test_of_low_ones_the_lowest_that_is_free_is_taken(registry: Registry) -> None:
    """For slices that are quicker to make where there was one before."""
    assert take(registry, 3) == [1, 2, 3]
    release(registry, 2)
    (entry,) = registry.take(1, 5, ALL, None, low=True)
    assert entry.number == 2


def test_slices_of_what_was_made_anew_are_forgotten(registry: Registry) -> None:
    take(registry, 2)
    registry.take(1, 5, ("cache", "api"), None)
    registry.forget(["api", "other"])
    assert [entry.number for entry in registry.entries()] == [1, 2]

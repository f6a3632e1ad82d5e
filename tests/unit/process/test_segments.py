"""Shared memory that outlives whoever made it."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.engines.process import segments
from orchestrator.engines.process.segments import remove_deserted

TABLE = """\
       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap
        11          1   600                    56   100   100      0 65534 65534 65534 65534       1000       1000       1000                  4096                     0
        12          2   600                    56   100   100      6 65534 65534 65534 65534       1000       1000       1000                  4096                     0
        13          3   600                    56   200   100      0 65534 65534 65534 65534       1000       1000       1000                  4096                     0
        14          4   600                    56   100   100      0 65534 65534     0 65534       1000       1000       1000                  4096                     0
        15          5   600                    56   100   100      0 65534 65534 65534 65534       1000       1000        999                  4096                     0
        16          6   600                    56   101   100      0 65534 65534 65534 65534          0          0       1001                  4096                     0
"""  # noqa: E501 - as Linux has it


@pytest.fixture
def removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []
    (tmp_path / "shm").write_text(TABLE)
    monkeypatch.setattr(segments, "TABLE", tmp_path / "shm")
    monkeypatch.setattr(segments, "_remove", found.append)
    return found


def test_only_what_is_a_server_s_own_and_nobody_uses_is_removed(removed: list[int]) -> None:
    remove_deserted({100, 101}, 65534, 1000.7)
    assert removed == [1, 6]


def test_where_nobody_tells_of_them_nothing_is_removed(
    removed: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(segments, "TABLE", tmp_path / "none")
    remove_deserted({100}, 65534, 0)
    assert removed == []

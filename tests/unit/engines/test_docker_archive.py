"""The tar in which files are put into a container."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from orchestrator.engines.docker.archive import PIECE, archive, check_visible, member_name
from orchestrator.errors import EngineError
from orchestrator.model.launch import FileContent
from orchestrator.waiting import Deadline, Stop, Stopped


def unpacked(*files: FileContent) -> dict[str, tuple[tarfile.TarInfo, bytes]]:
    data = b"".join(archive(files, Deadline()))
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {member.name: (member, tar.extractfile(member).read()) for member in tar}  # type: ignore[union-attr]


def test_files_keep_their_content_and_mode_and_belong_to_root(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x" * (PIECE + 1))
    members = unpacked(
        FileContent("/etc/app.toml", 0o640, data=b"a = 1"),
        FileContent("/empty", 0o444),
        FileContent("/opt/large", 0o755, source=str(tmp_path / "source")),
        FileContent("/opt/" + "ü" * 120, 0o644, data=b"long"),
    )
    assert list(members) == ["etc/app.toml", "empty", "opt/large", "opt/" + "ü" * 120]
    assert [member.mode for member, _ in members.values()] == [0o640, 0o444, 0o755, 0o644]
    assert [len(content) for _, content in members.values()] == [5, 0, PIECE + 1, 4]
    assert {(member.uid, member.gid) for member, _ in members.values()} == {(0, 0)}


def test_folders_have_no_entries() -> None:
    assert all(member.isfile() for member, _ in unpacked(FileContent("/a/b/c", 0o644)).values())


def test_a_large_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as stream:
        stream.truncate(100 * PIECE)
    file = FileContent("/large", 0o644, source=str(tmp_path / "large"))
    assert max(len(piece) for piece in archive((file,), Deadline())) == PIECE


@pytest.mark.parametrize("target", ["/etc/../../x", "..", "/", "", "/a/.."])
def test_targets_outside_are_refused(target: str) -> None:
    with pytest.raises(EngineError, match="cannot be put"):
        member_name(target)


@pytest.mark.parametrize(
    ("target", "name"), [("/a/./b//c", "a/b/c"), ("//a", "a"), ("/..a/b", "..a/b")]
)
def test_targets_are_cleaned(target: str, name: str) -> None:
    assert member_name(target) == name


def test_a_file_that_a_tmpfs_would_hide_is_refused() -> None:
    check_visible([FileContent("/data-2/a", 0o644)], ["/data"])
    with pytest.raises(EngineError, match='"/data/deep/a": /data is a tmpfs'):
        check_visible([FileContent("/data/deep/a", 0o644)], ["/data"])


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "no", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(EngineError, match=f"cannot read {path}: {words}"):
            unpacked(FileContent("/x", 0o644, source=str(path)))


def test_a_file_that_shrinks_meanwhile_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "source"
    path.write_bytes(b"x" * 3 * PIECE)
    pieces = archive((FileContent("/x", 0o644, source=str(path)),), Deadline())
    next(pieces), next(pieces)
    path.write_bytes(b"")
    with pytest.raises(EngineError, match="became shorter"):
        list(pieces)


def test_sending_ends_at_the_order_to_stop(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x" * 3 * PIECE)
    stop = Stop()
    file = FileContent("/x", 0o644, source=str(tmp_path / "source"))
    pieces = archive((file,), Deadline.after(60, stop))
    next(pieces), next(pieces)
    stop.order()
    with pytest.raises(Stopped):
        next(pieces)

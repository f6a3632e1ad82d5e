"""`.env`: what users of Compose and of shells write into it, and what they mean by that."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from orchestrator.errors import ManifestError
from orchestrator.host.manifests import HostFiles
from orchestrator.manifest.reading.dotenv import beside, variables

ENVIRON = {"HOME": "/home/ada", "TAG": "from the caller"}

WRITTEN = {
    "plain": ("A=1", "1"),
    "a comment behind": ("A=1 # one", "1"),
    "no comment": ("A=1#one", "1#one"),
    "export": ("export A=1", "1"),
    "blanks": ("  A = 1  ", "1"),
    "double quotes": ('A="one # two\\n"', "one # two\n"),
    "single quotes": ("A='one\\ntwo'", "one\\ntwo"),
    "several lines": ('A="one\ntwo"', "one\ntwo"),
    "nothing": ("A=", ""),
    "no value at all": ("A", ""),
    "windows": ("# first\r\nA=1\r\n", "1"),
    "a mark at the beginning": ("\ufeffA=1", "1"),
    "of the environment": ("A=${HOME}/x", "/home/ada/x"),
    "of an earlier line": ('B=1\nA="${B}2"', "12"),
    "of the environment, which wins": ("TAG=here\nA=${TAG}", "from the caller"),
    "a default": ("A=${B:-two}", "two"),
    "unset": ("A=${B}", ""),
    "in single quotes": ("A='${HOME}'", "${HOME}"),
    "no braces": ("A=pa$$word$HOME", "pa$$word$HOME"),
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN.values(), ids=WRITTEN.keys())
def test_a_value_means_what_it_says(text: str, expected: str) -> None:
    """As in a shell, without its surprises."""
    assert variables(text.removeprefix("\ufeff"), ".env", ENVIRON)["A"] == expected


def test_the_environment_wins() -> None:
    """Over what the file says."""
    assert variables("TAG=here", ".env", ENVIRON) == ENVIRON


def test_every_line_that_is_not_understood_is_told() -> None:
    """With its own number, behind empty lines too."""
    with pytest.raises(ManifestError) as caught:
        variables("A=1\n\n\nB='1\nC=2 \"\n=3\n", "/project/.env", {})
    assert [str(problem) for problem in caught.value.problems] == [
        "/project/.env:4:1: is not understood; write NAME=value, and close every quote",
        "/project/.env:6:1: is not understood; write NAME=value, and close every quote",
    ]


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    """Instead of a traceback."""
    (tmp_path / ".env").write_bytes(b"A=\xff")
    with pytest.raises(ManifestError, match=r"\.env: cannot be read; save the file as UTF-8"):
        beside(str(tmp_path), HostFiles(), {})


def test_a_folder_of_that_name_is_a_virtual_environment(tmp_path: Path) -> None:
    """Some call theirs so."""
    (tmp_path / ".env").mkdir()
    assert beside(str(tmp_path), HostFiles(), ENVIRON) == ENVIRON


def test_it_may_come_through_a_pipe(tmp_path: Path) -> None:
    """As keepers of passwords give it out."""
    os.mkfifo(tmp_path / ".env")
    writer = threading.Thread(target=(tmp_path / ".env").write_text, args=("A=1",))
    writer.start()
    assert beside(str(tmp_path), HostFiles(), {}) == {"A": "1"}
    writer.join()


def test_a_device_is_not_read() -> None:
    """It might never end."""
    with pytest.raises(OSError, match="it is no regular file"):
        HostFiles().read("/dev/zero")

"""Where nobody reads what is written, the job comes to its end, and its exit code is the tests'."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_project import made
from whole_command import run

from orchestrator.artifacts.record import Record

BEHIND = {
    "somebody reads one line": ("2>&1; echo $? >code) | head -1", "("),
    "stdout is closed": (">&-; echo $? >code", ""),
    "all are closed": (">&- 2>&- <&-; echo $? >code", ""),
    "the disk is full": (">/dev/full 2>/dev/full; echo $? >code", ""),
}


@pytest.mark.parametrize(
    ("system", "behind"),
    [("plain", "somebody reads one line"), *(("github", each) for each in BEHIND)],
)
def test_a_stream_that_cannot_be_written_to_changes_nothing(
    system: str, behind: str, tmp_path: Path
) -> None:
    project = made(tmp_path)
    manifest = "{name: shop, engine: process, services: {a: {command: sleep 9}}}"
    project.write("environment.yaml", manifest)
    after, before = BEHIND[behind]
    run(project, system, "--", "sh", "-c", "echo hello; exit 3", before=before, behind=after)
    assert (project.path / "code").read_text() == "3\n"
    record = Record.from_json((project.path / "greenroom-artifacts" / "run.json").read_text())
    assert (record.exit_code, record.verdict) == (3, "tests failed")
    assert "hello" in (project.path / "greenroom-artifacts" / "output.log").read_text()

"""A link in a Compose file's folder leads nobody to what is outside of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.errors import ManifestError
from orchestrator.host import compose_files

NAMED = {
    "env_file": "services: {a: {image: x, env_file: [out.env]}}\n",
    "extends": "services: {a: {extends: {file: out.env, service: b}}}\n",
    "include": "include: [out.env]\n",
    "variables of what is included": "include: [{path: own.yaml, env_file: out.env}]\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("SECRET=tell-nobody\n")
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "own.yaml").write_text("services: {b: {image: x}}\n")
    (folder / "out.env").symlink_to(tmp_path / "secret")
    return folder


@pytest.mark.parametrize("what", NAMED)
def test_a_file_that_is_a_link_out_of_the_project_is_not_read(what: str, project: Path) -> None:
    path = project / "compose.yaml"
    path.write_text(NAMED[what])
    with pytest.raises(ManifestError) as caught:
        compose_files.read([path], project, {})
    (problem,) = caught.value.problems
    assert f"leads by a link out of the project {project}" in problem.message
    assert "tell-nobody" not in problem.message

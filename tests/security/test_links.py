"""Nothing outside of a manifest's project gets into an environment unless its text says so."""

from __future__ import annotations

import io
import os
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from orchestrator.engines.docker.build_request import _context
from orchestrator.errors import ManifestError
from orchestrator.host import manifests
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Build

SEEDED = "databases:\n  ledger: {use: postgres, seed: [%s]}\n"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder with files that belong to somebody else's project."""
    folder = tmp_path / "outside"
    (folder / "api").mkdir(parents=True)
    (folder / "private.sql").write_text("select 'private';")
    (folder / "private.py").write_text("def fill(resource): ...")
    (folder / "private.env").write_text("TOKEN=private\n")
    (folder / "api" / "Dockerfile").write_text("FROM scratch\n")
    return folder


@pytest.fixture
def project(tmp_path: Path, outside: Path) -> Path:
    """A repository whose manifest stands in a folder of its own."""
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "tests").mkdir()
    return folder


def load(project: Path, text: str) -> Manifest:
    path = project / "tests" / "environment.yaml"
    path.write_text(text)
    return manifests.read(path, os.environ, display="environment.yaml")


def mistakes(project: Path, text: str) -> list[str]:
    with pytest.raises(ManifestError) as wrong:
        load(project, text)
    return [str(problem) for problem in wrong.value.problems]


def test_a_seed_that_is_a_link_out_of_the_project_is_a_mistake(
    project: Path, outside: Path
) -> None:
    link = project / "tests" / "schema.sql"
    link.symlink_to(outside / "private.sql")
    (wrong,) = mistakes(project, SEEDED % "schema.sql")
    assert wrong == (
        f"environment.yaml:2:34: databases.ledger.seed[0]: {link} leads by a link out of the "
        f"project {project}, to {outside}/private.sql; if that is meant, write "
        f"{outside}/private.sql itself"
    )


def test_a_link_on_the_way_counts_like_the_file_itself(project: Path, outside: Path) -> None:
    (project / "tests" / "data").symlink_to(outside)
    (wrong,) = mistakes(project, SEEDED % "data/private.sql")
    assert "leads by a link out of the project" in wrong
    assert wrong.endswith(f"write {outside}/private.sql itself")


def test_a_detour_through_a_link_does_not_hide_it(project: Path, outside: Path) -> None:
    (project / "tests" / "data").symlink_to(outside / "api")
    (wrong,) = mistakes(project, SEEDED % "data/../private.sql")
    assert f"to {outside}/private.sql" in wrong


@pytest.mark.parametrize(
    "entry",
    [
        "services:\n  api: {image: nginx, files: {/etc/app.toml: link.sql}}\n",
        "services:\n  api: {image: nginx, files: {/etc/app.toml: {source: link.sql}}}\n",
        "services:\n  api: {build: link}\n",
        "services:\n  api: {build: {context: ., dockerfile: link/Dockerfile}}\n",
        "services:\n  api: {command: run, workdir: link}\n",
        SEEDED % '"link.py:fill"',
    ],
    ids=["file", "source", "context", "dockerfile", "workdir", "function"],
)
def test_every_path_of_a_manifest_is_looked_at(entry: str, project: Path, outside: Path) -> None:
    here = project / "tests"
    (here / "link.sql").symlink_to(outside / "private.sql")
    (here / "link.py").symlink_to(outside / "private.py")
    (here / "link").symlink_to(outside / "api")
    (wrong,) = mistakes(project, entry)
    assert "leads by a link out of the project" in wrong


def test_a_path_that_says_so_itself_may_leave_the_project(project: Path, outside: Path) -> None:
    relative = os.path.relpath(outside / "private.sql", project / "tests")
    for written in (relative, outside / "private.sql"):
        (seed,) = load(project, SEEDED % written).resources["ledger"].seeds
        assert Path(seed.path).resolve() == outside / "private.sql"  # type: ignore[union-attr]


def test_a_link_within_the_project_is_nobody_s_surprise(project: Path) -> None:
    (project / "schema.sql").write_text("select 1;")
    (project / "tests" / "schema.sql").symlink_to("../schema.sql")
    load(project, SEEDED % "schema.sql")


def test_without_a_repository_the_project_is_the_manifest_s_folder(project: Path) -> None:
    (project / ".git").rmdir()
    (project / "schema.sql").write_text("select 1;")
    (project / "tests" / "schema.sql").symlink_to("../schema.sql")
    (wrong,) = mistakes(project, SEEDED % "schema.sql")
    assert f"out of the project {project}/tests, to {project}/schema.sql" in wrong
    load(project, SEEDED % "../schema.sql")


def test_the_variables_beside_the_manifest_are_not_read_from_elsewhere(
    project: Path, outside: Path
) -> None:
    (project / "tests" / ".env").symlink_to(outside / "private.env")
    (wrong,) = mistakes(project, 'services: {api: {image: "${env:TOKEN}"}}\n')
    assert "/.env: leads by a link out of the project" in wrong
    assert wrong.endswith(f"to {outside}/private.env; put a copy in its place")


def test_a_link_in_a_build_context_stays_a_link(tmp_path: Path, outside: Path) -> None:
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    (context / "link.sql").symlink_to(outside / "private.sql")
    (context / "folder").symlink_to(outside)
    with (
        closing(_context(Build(str(context)))) as packed,
        tarfile.open(fileobj=io.BytesIO(packed.archive.read())) as archive,
    ):
        links = {member.name: member.issym() for member in archive.getmembers()}
    assert links == {"Dockerfile": False, "folder": True, "link.sql": True}


@pytest.mark.parametrize("name", ["x" * 5000 + ".sql", "a/" * 5000 + "b.sql"])
def test_what_cannot_be_a_file_s_name_is_a_mistake_like_any_other(name: str, project: Path) -> None:
    (wrong,) = mistakes(project, SEEDED % name)
    assert "there is no file" in wrong


def test_links_that_lead_in_a_circle_are_no_file(project: Path) -> None:
    (project / "tests" / "a.sql").symlink_to("b.sql")
    (project / "tests" / "b.sql").symlink_to("a.sql")
    (wrong,) = mistakes(project, SEEDED % "a.sql")
    assert "there is no file" in wrong

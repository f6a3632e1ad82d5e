"""`include: [compose.yaml]`: a manifest's values, with the places of the Compose file."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.errors import ManifestError
from orchestrator.host.manifests import TRANSLATORS, HostFiles, surroundings
from orchestrator.manifest import load
from orchestrator.model.manifest import Manifest
from orchestrator.model.probe import Exec
from orchestrator.technologies import BUILT_IN

CASES = Path(__file__).parent / "cases"


def included(folder: Path, manifest: str = "include: [compose.yaml]") -> Manifest:
    return load(
        manifest.encode(),
        path=str(folder / "environment.yaml"),
        files=HostFiles(),
        environ=surroundings(folder, {}),
        technologies=BUILT_IN,
        translators=TRANSLATORS,
    )


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_what_people_have_can_be_included(case: str) -> None:
    made = included(CASES / case)
    assert made.resources
    assert {one.section for one in made.resources.values()} <= {"services", "tasks"}


def test_secrets_of_the_environment_are_in_files_and_never_shown() -> None:
    made = included(CASES / "granted")
    files = {str(file.target): str(file.content) for file in made.resources["api"].files}
    assert files["/run/secrets/api-token"] == "t0ken-value"
    assert files["/settings"] == 'level = "info"\ntemplate = "{{ ${name} }}"\n'
    assert "t0ken-value" in made.secrets


def test_what_is_lost_is_a_warning_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web:\n    image: x\n    ports: ['53:53/udp']\n    gpus: all\n"
    )
    assert [str(warning) for warning in included(tmp_path).warnings] == [
        "compose.yaml:4:13: services.web.ports[0]: ports are TCP, so that port 53/udp is left out",
        "compose.yaml:5:11: services.web.gpus: devices such as GPUs are not handed on",
    ]


def test_a_manifest_adds_to_what_it_includes(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web_app: {image: x, ports: [80], environment: {A: '${NO}$${X}', B: '$$'}}\n"
    )
    manifest = "include: [compose.yaml]\nservices:\n  web-app: {ready: {exec: ask}, env: {C: c}}\n"
    web = included(tmp_path, manifest).resources["web-app"]
    assert isinstance(web.readiness.probe, Exec)
    env = {name: str(value) for name, value in web.env.items()}
    assert env == {"A": "${X}", "B": "$", "C": "c"}
    assert web.aliases == ("web_app",)


def test_mistakes_stand_where_the_compose_file_has_them(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("services:\n  base:\n    image: 'Not An Image'\n")
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web: {extends: {file: base.yaml, service: base}}\n  api:\n    imag: x\n"
    )
    with pytest.raises(ManifestError) as caught:
        included(tmp_path)
    told = 'Compose knows no key "imag" here; did you mean "image"?'
    (problem,) = caught.value.problems
    assert str(problem) == f"compose.yaml:4:5: services.api.imag: {told}"
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web: {extends: {file: base.yaml, service: base}}\n"
    )
    with pytest.raises(ManifestError) as caught:
        included(tmp_path)
    assert str(caught.value.problems[0]).startswith('base.yaml:3:12: services.web.image: "Not An')


def test_paths_start_from_the_file_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "deep/conf").mkdir(parents=True)
    (tmp_path / "deep/conf/a.conf").touch()
    (tmp_path / "deep/stack.yaml").write_text(
        "services:\n  web: {image: x, volumes: ['./conf:/etc/conf']}\n"
    )
    made = included(tmp_path, "include: [{compose: deep/stack.yaml}]")
    (file,) = made.resources["web"].files
    assert (str(file.target), file.source) == (
        "/etc/conf/a.conf",
        str(tmp_path / "deep/conf/a.conf"),
    )

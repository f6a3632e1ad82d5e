"""The built wheel, installed where nothing of the source tree is."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

# It is built and installed once, and not by each worker.
pytestmark = pytest.mark.xdist_group("wheel")

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a virtual environment that has only the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet"]
    run([*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT)], folder)
    (wheel,) = folder.glob("greenroom-*.whl")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / "bin"
    constraints = str(ROOT / "constraints.txt")
    install = [str(programs / "pip"), "--quiet", "install", "--constraint", constraints, str(wheel)]
    run(install, folder)
    return programs


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.parametrize(
    ("name", "resources"),
    [
        ("postgres", ["postgres"]),
        ("web", ["database", "cache"]),
        ("events", ["database", "events"]),
    ],
)
def test_ready_made_environments_come_with_the_wheel(
    name: str, resources: list[str], installed: Path, tmp_path: Path
) -> None:
    plan = run([str(installed / "greenroom"), "plan", "--offline", name], tmp_path)
    assert plan.startswith(f"{name}: ")
    for resource in resources:
        assert f"start {resource}" in plan


def test_the_wheel_needs_no_extra_for_its_public_names(installed: Path, tmp_path: Path) -> None:
    program = "import orchestrator as o; print(*[getattr(o, name) for name in o.__all__])"
    assert "Environment" in run([str(installed / "python"), "-c", program], tmp_path)


def test_reports_can_be_made_by_the_wheel(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "output.log").write_text("2026-11-26T10:00:00Z hello\n", encoding="utf-8")
    made = run([str(installed / "greenroom"), "report", str(tmp_path)], tmp_path).strip()
    page = Path(made).read_text(encoding="utf-8")
    assert "hello" in page
    assert "</style>" in page
    assert "new Waterfall" in page


def test_the_wheel_says_that_it_is_typed(installed: Path, tmp_path: Path) -> None:
    program = "import orchestrator, pathlib; print(pathlib.Path(orchestrator.__file__).parent)"
    folder = Path(run([str(installed / "python"), "-c", program], tmp_path).strip())
    assert (folder / "py.typed").exists()
    assert not (folder.parent / "tests").exists()

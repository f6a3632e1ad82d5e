"""`greenroom init` in a web application in Python: which command serves it, and how it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.cli.main import main
from orchestrator.drafting import Project
from orchestrator.drafting.evidence import Runs
from orchestrator.drafting.web_projects import served, web

REQUIRED = "fastapi\nuvicorn\nflask\n"


def found(folder: Path, name: str, text: str, required: str = REQUIRED) -> list[object]:
    """What is found in a project with this file."""
    (folder / "requirements.txt").write_text(required)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return list(web(Project(folder)))


def test_an_application_is_found_with_what_it_may_be_asked(tmp_path: Path) -> None:
    text = 'shop: fastapi.FastAPI = fastapi.FastAPI(title="x")\n\n@shop.get("/healthz")\n'
    command = "uvicorn web.main:shop --host 127.0.0.1 --port ${self.port}"
    expected = Runs(command, "FastAPI in web/main.py", "/healthz")
    assert found(tmp_path, "web/main.py", text) == [expected]


@pytest.mark.parametrize(
    ("summary", "name", "text", "required"),
    [
        ("inside a function", "app.py", "def make():\n    app = Flask(__name__)\n", REQUIRED),
        ("another framework", "app.py", "app = FastAPI()\n", "flask\n"),
        ("a file of another name", "shop.py", "app = FastAPI()\n", REQUIRED),
        ("in another's folder", ".venv/x/app.py", "app = FastAPI()\n", REQUIRED),
        ("no application", "app.py", "from fastapi import FastAPI\n", REQUIRED),
    ],
)
def test_where_there_is_none(
    summary: str, name: str, text: str, required: str, tmp_path: Path
) -> None:
    assert found(tmp_path, name, text, required) == [], summary


@pytest.mark.parametrize(
    ("place", "variable", "framework", "command"),
    [
        ("app.py", "app", "FastAPI", "uvicorn app:app --host 127.0.0.1"),
        ("src/main.py", "api", "Starlette", "uvicorn --app-dir src main:api --host 127.0.0.1"),
        ("shop/__init__.py", "app", "FastAPI", "uvicorn shop:app --host 127.0.0.1"),
        ("app.py", "app", "Flask", "flask --app app run"),
        ("shop/app.py", "site", "Flask", "flask --app shop.app:site run"),
        ("src/app.py", "application", "Flask", "flask --app src/app run"),
    ],
)
def test_how_it_is_served(place: str, variable: str, framework: str, command: str) -> None:
    assert served(place, variable, framework) == f"{command} --port ${{self.port}}"


def test_a_compose_file_says_more_than_a_dockerfile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM nginx\n")
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    assert main(["init"]) == 64
    error, hint = capsys.readouterr().err.splitlines()
    assert error == "error: what this project needs stands in its Compose file"
    assert "greenroom import makes a manifest of it" in hint
    assert not (tmp_path / "environment.yaml").exists()

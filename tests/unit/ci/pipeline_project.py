"""A small project whose environment needs no containers, and the programs of a CI machine."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from late_clock import late_greenroom

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "ci"

TOKEN = "tok-0123456789"

MANIFEST = f"""\
name: shop
engine: process
versions: loose
databases:
  ledger: {{use: valkey}}
services:
  api:
    command: python api.py
    ports: [8000]
    env: {{API_TOKEN: {TOKEN}}}
    ready: {{http: /health}}
"""

BROKEN = "{http: /nope, timeout: 3s}"
"""What asks the service for something that it does not have."""

API = """\
import http.server, os, pathlib

class Api(http.server.BaseHTTPRequestHandler):
    refused = 0

    def do_GET(self):
        if self.path != "/health":
            Api.refused += 1
        if Api.refused == 2:
            pathlib.Path("../asked-again").touch()
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, *words):
        pass

print("::error::a line of the service", os.environ["API_TOKEN"], flush=True)
print("##vso[task.complete result=Succeeded;]done ##teamcity[buildStop]", flush=True)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Api).serve_forever()
"""

TESTS = """\
import os, urllib.request

def test_it_answers():
    assert urllib.request.urlopen(os.environ["API_URL"] + "/health").status == 200
"""

FAILING = """
def test_it_fails():
    assert 1 == 2, "one is not two"
"""

PIP = '#!/bin/sh\necho "pip $*" >> "$(dirname "$0")/pip.log"\n'
"""There is nothing to be installed here, and no index to be asked."""


@dataclass(frozen=True)
class Project:
    """The project in a checkout, and where the programs are that are found first."""

    path: Path
    programs: Path
    state: Path

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def break_environment(self) -> None:
        """Ask the service for something that it does not have.

        Its time is over when it has been asked twice: the first answer has been heard then.
        """
        self.let_time_be_over(self.path.parent / "asked-again")
        manifest = self.path / "environment.yaml"
        manifest.write_text(manifest.read_text().replace("{http: /health}", BROKEN))

    def let_time_be_over(self, happened: Path, words: str = "") -> None:
        """Let all time be over once these words are in a file, and not before."""
        greenroom = self.programs / "greenroom"
        greenroom.unlink()
        late_greenroom(greenroom, happened, words)

    def copy(self, example: str, to: str) -> Path:
        """Copy one of the examples to where its first line says that it belongs."""
        text = (EXAMPLES / example).read_text()
        assert text.startswith(f"# {to}"), text.partition("\n")[0]
        return self.write(to, text)

    @property
    def installed(self) -> list[str]:
        """What was given to pip."""
        return (self.programs / "pip.log").read_text().splitlines()

    @property
    def artifacts(self) -> list[Path]:
        folder = self.path / "greenroom-artifacts"
        return [file for file in folder.rglob("*") if file.is_file()]


def made(folder: Path) -> Project:
    """Make the project; all is well with it."""
    project = Project(folder / "checkout", folder / "programs", folder / "state")
    project.write("environment.yaml", MANIFEST)
    project.write("api.py", API)
    project.write("test_api.py", TESTS)
    project.write("pytest.ini", "[pytest]\naddopts = -p no:randomly -p no:cacheprovider\n")
    project.programs.mkdir()
    for name in ("python", "pytest", "greenroom"):
        found = shutil.which(name, path=str(Path(sys.executable).parent))
        assert found, f"{name} is not installed"
        (project.programs / name).symlink_to(found)
    pip = project.programs / "pip"
    pip.write_text(PIP)
    pip.chmod(0o755)
    return project

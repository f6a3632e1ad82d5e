"""What `greenroom init` writes is run as it stands: a service is built, seeded, and tested."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.engine

APP = """
import http.server, os

assert os.environ["DATABASE_URL"].startswith("postgresql://")
http.server.ThreadingHTTPServer(("", 8000), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
TESTS = """
import os, urllib.request
import psycopg

def test_all_of_it():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        assert connection.execute("select name from items").fetchall() == [("one",)]
    assert urllib.request.urlopen(os.environ["APP_URL"]).status == 200
"""


def test_a_drafted_environment_comes_up(tmp_path: Path, live_environ: dict[str, str]) -> None:
    prefix = live_environ["GREENROOM_IMAGE_PREFIX"]
    files = {
        "requirements.txt": "psycopg[binary]\npytest\n",
        ".env.example": "DATABASE_URL=postgres://localhost/shop\n",
        "schema.sql": "create table items (name text);\ninsert into items values ('one');\n",
        "Dockerfile": f"FROM {prefix}python:3.11-slim\nCOPY app.py .\nEXPOSE 8000\n"
        'CMD ["python3", "app.py"]\n',
        "app.py": APP,
        "test_shop.py": TESTS,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in (["init"], ["run"]):
        done = subprocess.run(
            ["greenroom", *command],
            cwd=tmp_path,
            env=live_environ | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout

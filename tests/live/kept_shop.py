"""A project whose database is seeded in every way, with snapshots; and what is asked of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from orchestrator import Environment
from orchestrator.engines.docker import DockerEngine
from orchestrator.engines.process import ProcessEngine
from orchestrator.model.event import Event, Noticed, RunStarted, StepStarted
from orchestrator.model.snapshot import Snapshot
from orchestrator.state import state_folder
from orchestrator.waiting import Deadline

MANIFEST = f"""
name: NAME
databases:
  ledger:
    use: postgres
    database: [ledger, archive]
    seed: [schema.sql, "load.py:fill", "task:migrate", rows.csv]
tasks:
  migrate:
    command: [{sys.executable}, migrate.py]
    workdir: migration
    env: {{LEDGER: "${{ledger.url}}"}}
"""

FILES = {
    "schema.sql": "create table rows (id int primary key, source text);\n"
    "insert into rows values (1, 'sql');\n",
    "load.py": "import psycopg, values\n\ndef fill(resource):\n"
    "    with psycopg.connect(resource.url) as connection:\n"
    "        connection.execute('insert into rows values (2, %s)', [values.SOURCE])\n",
    "values.py": "SOURCE = 'python'\n",
    "migration/migrate.py": "import os, psycopg\n"
    "with psycopg.connect(os.environ['LEDGER']) as connection:\n"
    "    connection.execute(\"insert into rows values (3, 'task')\")\n"
    "archive = os.environ['LEDGER'].replace('/ledger', '/archive')\n"
    "with psycopg.connect(archive) as connection:\n"
    "    connection.execute('create table old (id int)')\n"
    "    connection.execute('insert into old values (7)')\n",
    "rows.csv": "id,source\n4,csv\n",
}

SEEDED = [(1, "sql"), (2, "python"), (3, "task"), (4, "csv")]


class KeptShop:
    """The project's folder, and what is told of its environments."""

    def __init__(self, folder: Path, name: str, manifest: str = MANIFEST) -> None:
        self.folder = folder
        self.name = name
        self.events: list[Event] = []
        self.write("environment.yaml", manifest.replace("NAME", name))
        for path, text in FILES.items():
            self.write(path, text)

    def write(self, path: str, text: str) -> None:
        target = self.folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text)

    def environment(self, **settings: Any) -> Environment:
        self.events.clear()
        return Environment(self.folder, listen=self.events.append, **settings)

    @property
    def steps(self) -> list[str]:
        return [event.step for event in self.events if isinstance(event, StepStarted)]

    @property
    def noticed(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Noticed)]

    @property
    def runs(self) -> list[str]:
        return [event.run for event in self.events if isinstance(event, RunStarted)]

    @property
    def snapshots(self) -> list[Snapshot]:
        """The snapshots of this project."""
        found = kept_by().snapshots(Deadline.after(60))
        return [one for one in found if one.of.startswith(f"{self.name}: ")]

    def greenroom(self, *words: str, code: int = 0) -> str:
        """Run the command and return all that it prints; its exit code has to be this one."""
        ended = subprocess.run(
            [sys.executable, "-m", "orchestrator", *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
        )
        said = ended.stdout + ended.stderr
        assert ended.returncode == code, said
        return said


def kept_by() -> DockerEngine | ProcessEngine:
    """The engine that the test is on, which keeps its snapshots."""
    if os.environ.get("GREENROOM_ENGINE") == "process":
        return ProcessEngine(state_folder(os.environ) / "runs")
    return DockerEngine()


def rows(url: str, query: str = "select id, source from rows order by id") -> list[tuple[Any, ...]]:
    with psycopg.connect(url, connect_timeout=20) as connection:
        return connection.execute(query).fetchall()

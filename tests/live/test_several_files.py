"""A manifest of several files, with two databases on one server: up, seeded, kept, restored."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from orchestrator import Environment

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("live_environ")]

FILES = {
    "environment.yaml": """
        name: NAME
        include: [web, shared/ledger.yaml]
        databases:
          database: {isolation: test, seed: [pages.sql]}
          archive: {on: database, seed: [old.sql, "task:more"]}
        tasks:
          more: {command: [sh, more.sh], env: {URL: "${archive.url}"}}
        """,
    "pages.sql": "create table pages as select 1 as id;",
    "old.sql": "create table old as select 1 as id;",
    "more.sh": 'echo "$URL" >> .more\n',
    "shared/.env": "LEDGER=accounts\n",
    "shared/ledger.yaml": """
        databases:
          database: {use: postgres, database: site}
          ledger: {on: database, database: "${env:LEDGER}", seed: ["fill.py:fill", check.sh]}
        """,
    "shared/fill.py": """
        import pathlib

        def fill(resource):
            assert pathlib.Path("check.sh").exists()
            pathlib.Path("." + resource.name).open("a").write(resource.database)
        """,
    "shared/check.sh": 'psql --command "create table checked as select current_database() as it"\n',
}


@pytest.fixture
def project(tmp_path: Path, kept: str) -> Path:
    """A project that includes a shared folder."""
    (tmp_path / "shared").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(textwrap.dedent(text).lstrip("\n").replace("NAME", kept))
    return tmp_path / "environment.yaml"


def rows(environment: Environment, name: str, query: str) -> str:
    """What a query says in a database."""
    found = environment[name].exec(["psql", "--tuples-only", "--no-align", "--command", query])
    assert found.exit_code == 0, found.stderr
    return found.stdout.strip()


@pytest.mark.usefixtures("each_engine")
def test_two_databases_on_one_server_are_seeded_and_come_back(project: Path) -> None:
    """Each with its own seeds, from its own folder; the second time from the server's snapshot."""
    for _ in range(2):
        with Environment(project) as environment:
            assert set(environment) >= {"database", "cache", "archive", "ledger"}
            ports = {environment[name].port for name in ("database", "archive", "ledger")}
            assert len(ports) == 1
            assert environment["ledger"].database == "accounts"
            assert environment["database"].database == "site"
            assert rows(environment, "database", "select count(*) from pages") == "1"
            assert rows(environment, "archive", "select count(*) from old") == "1"
            assert rows(environment, "ledger", "select it from checked") == "accounts"
            with environment.watch() as watch:
                assert not watch.deaths()
            with environment.slice() as own:
                assert own["database"].database != "site"
                assert own["archive"].url == environment["archive"].url
    folder = project.parent
    assert (folder / "shared" / ".ledger").read_text() == "accounts"
    assert (folder / ".more").read_text().count("/archive") == 1

"""A Compose file used as it is: what `docker compose up` would start, and what it would fail on."""

from __future__ import annotations

import shutil
import urllib.request
from pathlib import Path

import pytest

from orchestrator import Environment
from orchestrator.cli.main import main

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("live_environ")]

SHOP = Path(__file__).parent / "compose_shop"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHOP_TOKEN", "t0ken")
    monkeypatch.chdir(shutil.copytree(SHOP, tmp_path / "shop"))
    return tmp_path / "shop"


def items(environment: Environment) -> str:
    ask = ["psql", "-U", "shop", "-d", "shop", "-Atc", "select id from items order by id"]
    return environment["db"].exec(ask).stdout


def test_a_compose_file_is_included_as_it_is(shop: Path) -> None:
    (shop / "environment.yaml").write_text("include: [compose.yaml]\n")
    with Environment(shop / "environment.yaml") as environment:
        # What had to be done before the page is served is done, and the first data is there.
        assert items(environment) == "1\n2\n"
        with urllib.request.urlopen(environment["web"].url, timeout=20) as page:
            assert page.read() == b"hello from the shop\n"
        assert environment["web"].exec(["cat", "/run/secrets/token"]).stdout == "t0ken"
        # Its names reach it, also those that a manifest cannot have; and what has ended well, as
        # `docker compose up --wait` does not forgive, has not died.
        assert environment["cache-1"].exec(["redis-cli", "get", "said"]).stdout == "once\n"
        assert environment["once"].state.ended_well
        environment.check_alive()


def test_what_is_imported_can_be_seeded_and_runs_the_same(shop: Path) -> None:
    assert main(["import"]) == 0
    with Environment(shop / "environment.yaml") as environment:
        assert environment["db"].url.startswith("postgresql://shop:p%24w@")
        assert items(environment) == "1\n2\n"
        assert environment["cache-1"].exec(["redis-cli", "get", "said"]).stdout == "once\n"

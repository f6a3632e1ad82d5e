"""Greenroom is killed, or asked to end: nothing stays. `make chaos` does so at random moments."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from host_servers import need_programs

from chaos.kills import HERE, Kill, Killer
from chaos.ledger import Ledger
from chaos.leftovers import Leftovers
from chaos.place import engine_socket
from chaos.signals import Ender, Ending

pytestmark = pytest.mark.engine


@pytest.fixture
def leftovers(live_environ: dict[str, str]) -> Iterator[Leftovers]:
    with Ledger(f"unix://{engine_socket()}") as ledger:
        yield Leftovers(ledger)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path: a socket's may have about a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as path:
        yield Path(path)


@pytest.mark.parametrize(
    "name",
    [
        "kill:run:late:POST /containers/create#1",
        "kill:run:1.500",
        "kill:up+down:2.500",
        "kill-here:run:1.500",
    ],
)
def test_a_killed_command_leaves_nothing(name: str, folder: Path, leftovers: Leftovers) -> None:
    if name.startswith(HERE):
        need_programs("process", "postgres", "redis", "nats", "rabbitmq")
    killed = Killer(folder, engine_socket(), leftovers).perform(Kill.parse(name))
    assert killed.left == (), killed


@pytest.mark.parametrize("name", ["signal:SIGTERM:1.500"])
def test_a_signal_ends_it_and_leaves_nothing(name: str, folder: Path, leftovers: Leftovers) -> None:
    """How soon, `make chaos` measures, on a machine that does nothing else meanwhile."""
    ender = Ender(folder, f"unix://{engine_socket()}", leftovers)
    ended = ender.perform(Ending.parse(name))
    assert ended.left == (), ended
    assert ended.well_coded, ended

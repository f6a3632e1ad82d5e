"""The engine fails one call of a real command: what is said, with which exit code; nothing stays.

One call for each fault; `make chaos` tries every call. See docs/reliability.md.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.ledger import Ledger
from chaos.leftovers import Leftovers
from chaos.matrix import Lab, Outcome, Trial
from chaos.place import engine_socket
from chaos.verdicts import verdicts

pytestmark = pytest.mark.engine

CASES = [
    ("up:refuse:GET /containers/{id}/logs#1", 0, ""),
    ("up:cut:POST /networks/create#1", 75, "cannot make the run's network: .*connection"),
    ("up:cut-after:POST /containers/create#2", 75, "cannot start web: .*connection"),
    ("up:half:POST /exec/{id}/start#1", 75, "cannot run sh: .*ended in the middle of its answer"),
    ("up:500:POST /containers/{id}/start#1", 75, "cannot start cache: something went wrong in the"),
    ("up:gone:POST /containers/{id}/exec#1", 75, "cannot run sh: No such container"),
    ("up:disk:PUT /containers/{id}/archive#1", 75, "cannot start web: .*no space left on device"),
    ("up:pools:POST /networks/create#1", 75, "cannot make the run's network: .*address pool"),
    ("up:port:POST /containers/{id}/start#1", 0, ""),
    ("up:hang:GET /version#1", 69, "did not answer"),
    ("up:restart:POST /containers/create#1", 75, "cannot start cache: .*connection to the engine"),
    ("down:restart:GET /containers/json#1", 74, "could not remove RUN: no container engine"),
    ("down:gone:DELETE /containers/{id}#1", 0, ""),
]
"""A trial, the exit code, and what the message has to say; nothing where the fault is overcome."""

HINTS = {
    "cut": "see whether the engine was restarted",
    "disk": "docker system (df|prune)",
    "pools": "greenroom prune",
    "restart": "see whether the engine was restarted|its watchdog goes on trying",
}
"""What has to be proposed."""


@pytest.fixture
def lab(live_environ: dict[str, str]) -> Iterator[Lab]:
    # pytest's own folders have long names, and a socket's path may have about a hundred characters.
    engine = engine_socket()
    with (
        tempfile.TemporaryDirectory(prefix="chaos-") as folder,
        Ledger(f"unix://{engine}") as ledger,
    ):
        yield Lab(Path(folder), engine, Leftovers(ledger))


@pytest.mark.parametrize(("name", "code", "words"), CASES, ids=[name for name, _, _ in CASES])
def test_one_clear_sentence_and_nothing_left(name: str, code: int, words: str, lab: Lab) -> None:
    outcome = lab.perform(Trial.parse(name))
    said = outcome.ended.output
    assert outcome.reached, said
    assert list(verdicts(outcome)) == [], f"{said}\nleft: {outcome.left}"
    assert outcome.ended.code == code, said
    assert bool(outcome.ended.error) == bool(words), said
    assert re.search(words, outcome.ended.error), said
    assert_next_step(outcome)


def assert_next_step(outcome: Outcome) -> None:
    hint = HINTS.get(outcome.trial.fault.name, "")
    if outcome.ended.code:
        assert re.search(hint, outcome.ended.hint), outcome.ended.output

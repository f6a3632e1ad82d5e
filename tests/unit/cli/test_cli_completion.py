"""What the Tab key proposes, and that it is quick."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from shop import Shop

CASES = [
    (
        "greenroom ",
        (
            "run ci up restart reset slice down extend prune snapshots ps logs exec shell env url "
            "report init import check plan images schema technologies doctor"
        ),
    ),
    ("greenroom sh", "shell"),
    ("greenroom logs ", "api extra ledger worker"),
    ("greenroom url le", "ledger"),
    ("greenroom up w", "web"),
    ("greenroom up su", "sub/"),
    ("greenroom check sub/e", "sub/environment.yaml"),
    ("greenroom env --format d", "dotenv"),
    ("greenroom slice --format d", "dotenv"),
    ("greenroom slice --keep-slices n", "none"),
    ("greenroom reset le", "ledger"),
    ("greenroom exec ledger -- p", ""),
]


@pytest.mark.parametrize(("typed", "proposed"), CASES, ids=[case[0] for case in CASES])
def test_the_tab_key_proposes(shop: Shop, typed: str, proposed: str) -> None:
    shop.write("name: sub", "sub")
    assert " ".join(tab(typed).stdout.split()) == proposed


def tab(typed: str, program: str = "") -> subprocess.CompletedProcess[str]:
    """Ask for proposals as bash does."""
    words = typed.split(" ")
    environ = {
        **os.environ,
        "_GREENROOM_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    heavy = "{'pydantic', 'docker', 'rich', 'tenacity'} & set(sys.modules)"
    script = (
        "import sys, atexit; from orchestrator.__main__ import main\n"
        f"atexit.register(lambda: print(*{heavy}, file=sys.stderr, end=''))\n"
        "main()"
    )
    return subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True
    )


def test_nothing_heavy_is_imported_for_it(shop: Shop) -> None:
    assert tab("greenroom logs ").stderr == ""


@pytest.mark.parametrize("text", ["", "[]", "databases: {", "databases: [1]", "services: {a: {}}"])
def test_a_broken_manifest_proposes_nothing_and_says_nothing(shop: Shop, text: str) -> None:
    shop.write(text)
    done = tab("greenroom logs ")
    assert (done.stdout.strip(), done.stderr) == ("a" if "services" in text else "", "")

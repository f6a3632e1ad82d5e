"""docs/architecture.md against the code: the folders, the files, the figures that it names."""

from __future__ import annotations

import re

from doc_blocks import FOLDER, ROOT, page

from orchestrator.engines.docker.patience import GRACE
from orchestrator.lifecycle.death import PAUSE
from orchestrator.lifecycle.pruning import LIMIT
from orchestrator.lifecycle.walk import GRACE_SECONDS
from orchestrator.model.resource import SEEDING, Instance
from orchestrator.model.step import MakeTemplate, Start, Step, StoreSnapshot, TakeSnapshot
from orchestrator.watchdog.hold import HURRY
from orchestrator.watchdog.remover import PATIENCE, QUIET_SECONDS

TEXT = (FOLDER / "architecture.md").read_text("utf-8")
WORDS = " ".join(TEXT.split())
PACKAGE = ROOT / "orchestrator"


def test_every_folder_has_its_line() -> None:
    tree = next(one.text for one in page("architecture.md").blocks if one.heading == "The folders")
    named = {name for line in tree.splitlines() for name in re.findall(r"\b(\w+)/", line[:29])}
    there = {
        path.name
        for path in [*PACKAGE.iterdir(), ROOT / "chaos", ROOT / "bench"]
        if path.is_dir() and not path.name.startswith("_")
    }
    assert named - {"orchestrator"} == there
    files = {name for line in tree.splitlines() for name in re.findall(r"\w+\.py", line)}
    assert {path.name for path in PACKAGE.glob("[a-z]*.py")} <= files


def test_every_file_that_is_named_is_there() -> None:
    names = set(re.findall(r"`([\w/]+\.py)`", TEXT))
    there = [path.as_posix() for place in (PACKAGE, ROOT / "tests") for path in place.rglob("*.py")]
    missing = {one for one in names if not any(path.endswith(f"/{one}") for path in there)}
    # These are what somebody writes to add a command or a technology.
    assert missing == {"orchestrator/cli/NAME.py", "orchestrator/technologies/NAME.py"}


def test_figures() -> None:
    assert (HURRY, QUIET_SECONDS, PATIENCE, PAUSE) == (5, 1, 24 * 3600, 1)
    assert "that gets five seconds" in WORDS
    assert "two looks, a second apart, find nothing" in WORDS
    assert "Engines that are silent are asked for a day" in WORDS
    assert "looks once a second while tests run" in WORDS
    assert GRACE_SECONDS == 1
    assert "but for seeds, which may go on for a second" in WORDS
    assert f"goes on for {GRACE:g} s after the order to stop" in WORDS
    assert f"trimmed to {LIMIT / 10**9:g} GB" in WORDS
    assert f"as `{SEEDING}`" in WORDS


def test_the_steps_of_seeded_state_are_those_of_the_plan() -> None:
    ledger = Instance("ledger")
    steps: tuple[Step, ...] = (
        Start(engine="docker", instance=ledger, cause="", snapshot="key"),
        MakeTemplate(instance=ledger, cause="", timeout=1),
        TakeSnapshot(instance=ledger, cause="", timeout=1, snapshot="key"),
        StoreSnapshot(instance=ledger, cause="", timeout=1, snapshot="key", image="postgres"),
    )
    for step in steps:
        assert f"`{step.key}`" in WORDS


def test_the_watchdog_imports_nothing_of_the_package() -> None:
    source = (PACKAGE / "watchdog" / "watch.py").read_text("utf-8")
    assert not re.search(r"^\s*(from|import) orchestrator", source, flags=re.MULTILINE)

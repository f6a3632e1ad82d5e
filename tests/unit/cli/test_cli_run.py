"""`run`: which command, where, and how it ends."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from shop import MANIFEST, Shop

from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineError
from orchestrator.model.launch import State

ENDINGS = [
    ("it succeeds", ["true"], 0),
    ("it fails", ["sh", "-c", "exit 3"], 3),
    ("it is killed", ["sh", "-c", "kill -9 $$"], 137),
    ("it is told to end", ["sh", "-c", "kill -15 $$"], 143),
    ("it does not exist", ["no-such-command"], 127),
    ("it is no program", ["./environment.yaml"], 127),
]


@pytest.mark.parametrize(
    ("command", "code"), [case[1:] for case in ENDINGS], ids=[case[0] for case in ENDINGS]
)
def test_the_exit_code_is_the_commands_own_and_nothing_is_left(
    shop: Shop, command: list[str], code: int
) -> None:
    assert shop.greenroom("run", "--", *command).code == code
    assert shop.left == 0


def test_a_command_that_does_not_exist_starts_nothing(shop: Shop) -> None:
    ended = shop.greenroom("run", "--", "no-such-command")
    assert "error: there is no command no-such-command" in ended.err
    assert not [call for call in shop.docker.calls if call.startswith("start")]


def test_a_script_that_may_not_be_run_is_told_from_one_that_is_not_there(shop: Shop) -> None:
    ended = shop.greenroom("run", "--", "./environment.yaml")
    assert "error: ./environment.yaml is a file that this user may not run" in ended.err
    assert "next: chmod +x ./environment.yaml" in ended.err


def test_the_command_gets_the_addresses_and_runs_here(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.write(MANIFEST, "other")
    script = "import os; print(os.getcwd(), os.environ['LEDGER_USER'], os.environ['API_URL'])"
    ended = shop.greenroom("run", "other", "--", sys.executable, "-c", script)
    folder, user, url = ended.out.split()
    assert (Path(folder), user) == (shop.folder, "greenroom")
    assert url.startswith("http://127.0.0.1:")


def test_without_a_command_the_manifests_own_runs_in_its_folder(shop: Shop) -> None:
    shop.write(MANIFEST.replace('sh -c "exit ${env:TESTS_END_WITH:-0}"', "pwd"), "other")
    assert shop.greenroom("run", "other").out == f"{shop.folder / 'other'}\n"


def test_the_manifests_own_command_decides_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTS_END_WITH", "9")
    ended = shop.greenroom("run")
    assert ended.code == 9
    assert "running sh -c 'exit 9'" in ended.err
    assert "sh ended with exit code 9" in ended.err


def test_without_any_command_nothing_is_started(shop: Shop) -> None:
    shop.write("services: {api: {image: a}}")
    ended = shop.greenroom("run")
    assert (ended.code, shop.docker.calls) == (64, [])
    assert (
        "next: write tests.command into the manifest, or: greenroom run -- pytest -q" in ended.err
    )


def test_what_died_meanwhile_exits_75(shop: Shop) -> None:
    dies_behind_our_back(shop.docker)
    ended = shop.greenroom("run")
    assert (ended.code, shop.left) == (75, 0)
    assert "error: worker exited with code 137" in ended.err


def test_what_may_come_to_its_end_has_not_died(shop: Shop) -> None:
    shop.write("services: {once: {image: a, may_exit: true}, api: {image: b, ready: {log: ready}}}")
    shop.docker.becomes("once", State("exited", 0), after=0)
    ended = shop.greenroom("run", "--", "true")
    assert (ended.code, shop.left) == (0, 0)
    assert "exited" not in ended.err

    shop.docker.becomes("once", State("exited", 2), after=0)
    ended = shop.greenroom("run", "--", "true")
    assert (ended.code, shop.left) == (75, 0)
    assert "once exited with code 2 before it was ready" in ended.err


def test_the_commands_own_code_comes_before_a_death_that_is_told_all_the_same(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    dies_behind_our_back(shop.docker)
    ended = shop.greenroom("run", "--", "sh", "-c", "exit 3")
    assert ended.code == 3
    assert "error: worker exited with code 137" in ended.err


def dies_behind_our_back(engine: FakeEngine) -> None:
    """Let the worker be found dead when it is looked at after the tests."""
    engine.becomes("worker", State("exited", 137), after=0)


def test_what_cannot_be_removed_exits_74_unless_the_command_failed(shop: Shop) -> None:
    shop.docker.fail("remove", "api", EngineError("device busy"))
    ended = shop.greenroom("run")
    assert ended.code == 74
    assert "device busy" in ended.err
    assert shop.greenroom("run", "--", "false").code == 1


def test_a_failure_on_the_way_up_exits_75_and_runs_nothing(shop: Shop) -> None:
    shop.docker.fail("start", "api", EngineError("no"))
    ended = shop.greenroom("run", "--", "touch", "trace")
    assert (ended.code, shop.left) == (75, 0)
    assert not (shop.folder / "trace").exists()


def test_a_failure_whose_remains_stay_tells_of_both(shop: Shop) -> None:
    shop.docker.fail("start", "api", EngineError("no"))
    shop.docker.fail("remove", "ledger", EngineError("device busy"))
    ended = shop.greenroom("run")
    assert ended.code == 75
    assert "error: no\n" in ended.err
    assert "also: could not remove all of shop-" in ended.err

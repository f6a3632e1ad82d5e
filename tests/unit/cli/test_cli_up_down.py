"""`up` and `down`: what is printed, what is there afterwards."""

from __future__ import annotations

import dataclasses
import json
import shutil

import pytest
from shop import MANIFEST, Shop

from orchestrator.engines.process import homes
from orchestrator.errors import EngineError, EngineUnavailable
from orchestrator.lifecycle.bringing_up import BringingUp
from orchestrator.lifetime import Lifetime
from orchestrator.model.launch import ENVIRONMENT, OWNER, Image, State


def test_up_prints_the_addresses_masked_and_what_to_do_next(shop: Shop) -> None:
    ended = shop.greenroom("up")
    assert ended.code == 0
    names = [line.split()[0] for line in ended.out.splitlines()]
    assert names == ["ledger", "api"]
    assert "postgresql://greenroom:***@127.0.0.1:" in ended.out
    assert "hunter22" not in ended.out + ended.err
    assert "greenroom env   prints all of it, passwords included" in ended.err
    assert "greenroom down  removes it" in ended.err
    assert shop.up == ["api", "ledger", "worker"]


def test_up_of_another_folder_says_how_to_get_at_it_from_here(shop: Shop) -> None:
    shop.write(MANIFEST, "far away")
    ended = shop.greenroom("up", "far away")
    [run] = shop.runs
    assert f"greenroom env --run {run}" in ended.err
    assert "greenroom down 'far away'" in ended.err


def test_a_second_up_leaves_what_is_there(shop: Shop) -> None:
    first = shop.greenroom("up")
    before = shop.runs
    second = shop.greenroom("up")
    assert (second.code, second.out, shop.runs) == (0, first.out, before)
    assert f"{before[0]} is up already, and nothing of it has changed\n" in second.err


def test_up_replaces_what_is_not_healthy_and_says_why(shop: Shop) -> None:
    shop.greenroom("up")
    [run] = shop.runs
    end(shop, "worker", State("exited", 3))
    shop.docker.calls.clear()
    ended = shop.greenroom("up")
    assert ended.code == 0
    assert ended.err.startswith(f"{run} is up already:\n")
    assert "  worker  made anew  it exited with code 3\n" in ended.err
    assert "  api     kept       it is up and nothing of it has changed\n" in ended.err
    assert (shop.runs, shop.up) == ([run], ["api", "ledger", "worker"])
    assert changed(shop) == ["remove worker", "start worker"]


def changed(shop: Shop) -> list[str]:
    """What was asked of the engine that changes anything."""
    return [call for call in shop.docker.calls if call.split()[0] in ("start", "remove", "exec")]


def test_up_applies_what_has_changed_and_keeps_the_rest_under_its_addresses(shop: Shop) -> None:
    before = shop.greenroom("up").out
    shop.write(MANIFEST.replace("worker:1", "worker:2"))
    shop.docker.calls.clear()
    ended = shop.greenroom("up")
    assert "  worker  made anew  its image has changed\n" in ended.err
    assert (ended.code, ended.out) == (0, before)
    assert changed(shop) == ["remove worker", "start worker"]


def test_up_makes_anew_what_depends_on_what_has_changed(shop: Shop) -> None:
    before = shop.greenroom("up").out
    shop.write(MANIFEST.replace("hunter22", "hunter33"))
    shop.docker.calls.clear()
    ended = shop.greenroom("up")
    assert "  ledger  made anew  its settings have changed\n" in ended.err
    assert "  api     made anew  ledger is made anew, and" in ended.err
    assert changed(shop)[0] == "remove api"
    assert sorted(changed(shop)) == ["remove api", "remove ledger", "start api", "start ledger"]
    assert ended.out == before


def test_up_removes_what_the_manifest_does_not_name_any_more(shop: Shop) -> None:
    shop.greenroom("up")
    shop.write(MANIFEST.replace("  worker: {image: worker:1, ready: {log: ready}}\n", ""))
    ended = shop.greenroom("up")
    assert "  worker  removed  the manifest does not name it any more\n" in ended.err
    assert shop.up == ["api", "ledger"]


def test_up_fresh_makes_everything_anew_in_the_same_run(shop: Shop) -> None:
    shop.greenroom("up")
    before = shop.runs
    shop.docker.calls.clear()
    ended = shop.greenroom("up", "--fresh")
    assert ended.err.count("everything is made anew") == 3
    assert (shop.runs, len(changed(shop))) == (before, 6)


def test_restart_makes_one_anew(shop: Shop) -> None:
    shop.greenroom("up")
    shop.docker.calls.clear()
    ended = shop.greenroom("restart", "ledger")
    assert ended.code == 0
    assert changed(shop) == ["remove ledger", "start ledger"]


def test_restart_says_who_was_left_as_it_is(shop: Shop) -> None:
    shop.greenroom("up")
    ended = shop.greenroom("restart", "ledger")
    words = "left as it is: api; if one does not connect anew: greenroom restart api\n"
    assert ended.err.endswith(words)


def test_what_failed_and_was_kept_is_not_trusted_by_the_next_up(shop: Shop) -> None:
    # Of what would be started at the same time, nobody knows what is there at the failure.
    shop.docker.becomes("api", State("exited", 1))
    shop.docker.world.scripts["api"].lines.clear()
    failed = shop.greenroom("up", "--keep", "failed")
    assert failed.code == 75
    [run] = shop.runs
    assert f"{run} is kept until " in failed.err
    shop.docker.says("api", "api is ready")
    ended = shop.greenroom("up")
    assert "  ledger  made anew  it was made only in part\n" in ended.err
    assert (ended.code, shop.up) == (0, ["api", "ledger", "worker"])
    assert "nothing of it has changed" in shop.greenroom("up").err


def test_a_kept_test_run_can_be_extended(shop: Shop) -> None:
    shop.greenroom("run", "--keep", "always", "--", "true")
    [run] = shop.runs
    ended = shop.greenroom("extend", run, "--ttl", "5h")
    assert ended.code == 0
    assert ended.err.startswith(f"{run} is up until ")


def test_what_has_no_end_cannot_be_extended(shop: Shop) -> None:
    ended = shop.greenroom("extend")
    assert ended.code == 64
    assert "error: nothing to extend: nothing of environment.yaml is up\n" in ended.err


def test_restart_of_what_is_not_up_or_not_known(shop: Shop) -> None:
    down, unknown = shop.greenroom("restart", "ledger"), shop.greenroom("restart", "legder")
    assert (down.code, unknown.code) == (64, 64)
    assert "error: nothing of shop is up, so nothing can be restarted\n" in down.err
    assert 'next: did you mean "ledger"?' in unknown.err


def test_a_change_that_fails_leaves_what_was_kept_and_nothing_new(shop: Shop) -> None:
    shop.greenroom("up")
    shop.write(MANIFEST.replace("worker:1", "worker:2"))
    shop.docker.world.scripts["worker"].lines.clear()
    shop.docker.becomes("worker", State("exited", 1))
    ended = shop.greenroom("up")
    assert ended.code == 75
    assert "error: worker exited with code 1 before it was ready\n" in ended.err
    assert "also: what was kept is still up; mend the cause and repeat greenroom up" in ended.err
    assert shop.up == ["api", "ledger"]


@pytest.mark.parametrize(
    ("verb", "subject"),
    [("open", ""), ("remove", "worker"), ("start", "worker")],
)
def test_whatever_fails_during_a_change_what_was_kept_stays(
    shop: Shop, verb: str, subject: str
) -> None:
    shop.greenroom("up")
    [run] = shop.runs
    shop.write(MANIFEST.replace("worker:1", "worker:2"))
    shop.docker.fail(verb, subject or run, EngineError("device busy"))
    ended = shop.greenroom("up")
    assert ended.code == 75
    assert "error: device busy" in ended.err
    assert set(shop.up) >= {"api", "ledger"}
    assert shop.runs == [run]
    shop.docker.recover()
    assert shop.greenroom("up").code == 0
    assert shop.up == ["api", "ledger", "worker"]
    assert shop.greenroom("down").code == 0
    assert shop.left == 0


def test_what_was_broken_off_while_it_was_made_anew_is_not_trusted(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.greenroom("up")
    shop.write(MANIFEST.replace("worker:1", "worker:2"))

    def killed(self: BringingUp) -> None:
        walk(self)
        raise SystemExit

    walk = BringingUp.walk
    with monkeypatch.context() as patched, pytest.raises(SystemExit):  # noqa: PT012
        patched.setattr(BringingUp, "walk", killed)
        patched.setattr(Lifetime, "undo", lambda *_: None)
        shop.greenroom("up")
    again = shop.greenroom("up").err
    assert "  worker  made anew  it was made only in part\n" in again
    assert "nothing of it has changed" in shop.greenroom("up").err


def test_plan_shows_beforehand_what_up_would_do(shop: Shop) -> None:
    shop.greenroom("up")
    shop.write(MANIFEST.replace("worker:1", "worker:2"))
    out = shop.greenroom("plan").out
    assert out.startswith("shop: 2 kept, 1 made anew")
    assert "keep ledger" in out
    assert "remove container worker" in out
    assert "because its image has changed" in out
    assert "start worker: worker:2\n" in out


def end(shop: Shop, name: str, state: State) -> None:
    """Let an instance have ended."""
    instances = shop.docker.world.instances
    for key, found in instances.items():
        if str(found.instance) == name:
            instances[key] = dataclasses.replace(found, state=state)


def test_a_profile_adds_its_resources(shop: Shop) -> None:
    shop.greenroom("up", "--profile", "more")
    assert shop.up == ["api", "extra", "ledger", "worker"]


def test_a_failure_leaves_nothing_and_shows_its_cause_masked(shop: Shop) -> None:
    shop.docker.fail("start", "api", EngineError("no space for hunter22", hint="tidy up"))
    ended = shop.greenroom("up")
    assert (ended.code, ended.out, shop.left) == (75, "", 0)
    assert "error: no space for ***" in ended.err
    assert "next: tidy up" in ended.err
    assert "hunter22" not in ended.err


def test_what_died_is_shown_with_its_state_and_the_end_of_its_log(shop: Shop) -> None:
    shop.docker.world.scripts["api"].lines.clear()
    shop.docker.says("api", "cannot reach the ledger")
    shop.docker.becomes("api", State("exited", 1))
    ended = shop.greenroom("up")
    assert ended.code == 75
    block = ended.err[ended.err.index("error:") :]
    assert block.splitlines()[0] == "error: api exited with code 1 before it was ready"
    assert "\n  state        exited with code 1\n  log          cannot reach the ledger\n" in block
    # Whether the worker had been started by then is a matter of milliseconds.
    assert "\nremoved " in ended.err
    assert shop.left == 0


def test_no_engine_exits_69(shop: Shop) -> None:
    shop.docker.fail("describe", "", EngineUnavailable("no engine answers", hint="start one"))
    ended = shop.greenroom("up")
    assert ended.code == 69
    assert ended.err == (
        "error: no engine answers; only containers can run api (it names an image), "
        "worker (it names an image)\nnext: start one\n"
    )


def test_events_go_to_a_file(shop: Shop) -> None:
    shop.greenroom("up", "--events", "events.jsonl")
    events = [json.loads(line) for line in (shop.folder / "events.jsonl").read_text().splitlines()]
    assert events[0]["event"] == "RunStarted"
    assert events[-1]["event"] == "RunReady"
    assert events[0]["waits"]["api"] == ["api:1", "ledger"]
    assert "***" in events[-1]["addresses"]["ledger"]


def test_events_on_stdout_are_all_that_stdout_gets(shop: Shop) -> None:
    out = shop.greenroom("up", "--events", "-").out
    assert {json.loads(line)["event"] for line in out.splitlines()} >= {"RunStarted", "RunReady"}


def test_down_removes_what_is_up_here(shop: Shop) -> None:
    shop.greenroom("up")
    ended = shop.greenroom("down")
    assert (ended.code, ended.out, shop.left) == (0, "", 0)
    assert ended.err.startswith("removed 4 in 0.")


def test_nothing_to_remove_is_fine(shop: Shop) -> None:
    here, other = shop.greenroom("down"), shop.greenroom("down", "whatever")
    assert (here.code, other.code) == (0, 0)
    assert here.err == "nothing to remove: nothing of environment.yaml is up\n"
    assert other.err == "nothing to remove: nothing that is called whatever is up\n"


def test_down_needs_no_valid_manifest(shop: Shop) -> None:
    shop.greenroom("up")
    shop.write("databases: [nonsense")
    assert (shop.greenroom("down").code, shop.left) == (0, 0)


@pytest.mark.parametrize("target", ["shop", ".", "./environment.yaml", "THE RUN"])
def test_down_takes_a_name_a_path_or_a_run(shop: Shop, target: str) -> None:
    shop.greenroom("up")
    ended = shop.greenroom("down", target.replace("THE RUN", shop.runs[0]))
    assert (ended.code, shop.left) == (0, 0)


def test_a_name_that_could_be_several_lists_them(shop: Shop) -> None:
    shop.greenroom("up")
    shop.write(MANIFEST.replace("hunter22", "hunter33"), "other")
    shop.greenroom("up", "other")
    ended = shop.greenroom("down", "shop")
    assert ended.code == 64
    assert "shop could be several:" in ended.err
    assert all(run in ended.err for run in shop.runs)
    assert str(shop.folder / "other") in ended.err
    assert len(shop.runs) == 2


def test_the_name_of_another_users_manifest_is_not_meant(shop: Shop) -> None:
    shop.greenroom("up")
    worlds = (shop.docker.world.instances, shop.docker.world.places)
    for world in worlds:
        for key, found in world.items():
            labels = {**found.labels, OWNER: json.dumps({"user": -1})}
            world[key] = dataclasses.replace(found, labels=labels)
    shop.write(MANIFEST, "other")
    assert "nothing that is called shop is up" in shop.greenroom("down", "shop").err


def test_what_cannot_be_removed_exits_74_and_is_named(shop: Shop) -> None:
    shop.greenroom("up")
    [run] = shop.runs
    shop.docker.fail("remove", "api", EngineError("device busy"))
    ended = shop.greenroom("down")
    assert ended.code == 74
    assert f"error: could not remove all of {run}: device busy\n" in ended.err
    assert f"still there: greenroom-{run}-api; try again" in ended.err
    assert "next: its watchdog goes on trying; " in ended.err


def test_an_engine_that_is_silent_may_hide_something(shop: Shop) -> None:
    shop.docker.fail("list", "all", EngineUnavailable("docker sleeps", hint="wake it"))
    ended = shop.greenroom("down")
    assert (ended.code, ended.err) == (69, "error: docker sleeps\nnext: wake it\n")
    shop.write("services: {api: {command: sleep 1}}")
    assert shop.greenroom("down").code == 0


def test_down_while_an_engine_is_silent_removes_the_rest_and_leaves_that_to_the_watchdog(
    shop: Shop,
) -> None:
    shop.write(MANIFEST.replace("  worker: {image: worker:1,", "  worker: {command: worker,"))
    shop.process.says("worker", "worker is ready")
    shop.greenroom("up")
    [run] = shop.runs
    silent = EngineUnavailable("no container engine answers", hint="start one")
    shop.docker.fail("list", "", silent)
    ended = shop.greenroom("down")
    assert ended.code == 74
    assert f"error: could not remove {run}: no container engine answers\n" in ended.err
    assert f"next: its watchdog goes on trying; when it answers: greenroom down {run}" in ended.err
    assert shop.process.world.instances == {}
    shop.docker.recover()
    assert (shop.greenroom("down", run).code, shop.left) == (0, 0)


def test_prune_removes_the_rest_where_one_image_cannot_be_removed_in_time(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.lifecycle.pruning.SECONDS", 0.05)
    for name in ("greenroom/build:one", "greenroom/build:two"):
        image = Image("docker", name, name, {ENVIRONMENT: "shop"}, size=1, created=0)
        shop.docker.world.built[name] = image
    shop.docker.hang("remove_image", "greenroom/build:one")
    ended = shop.greenroom("prune", "--yes")
    assert list(shop.docker.world.built) == ["greenroom/build:one"]
    assert ended.code == 74
    assert "error: not done in time\nnext: see whether the engine is well" in ended.err
    assert "removed 1 of 2\n" in ended.err


def test_prune_shows_and_removes_copies_of_programs_and_what_stayed_empty(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes, "is_root", lambda: True)
    copy, empty = homes.FOR_ROOT / "a" / ".programs" / "5ca1ab1e", homes.FOR_ROOT / "b"
    for folder in (copy, empty):
        folder.mkdir(parents=True)
    shown = shop.greenroom("prune", "--dry-run")
    rows = [line.split(maxsplit=2) for line in shown.out.splitlines()]
    assert rows == [
        ["WHAT", "NAME", "BECAUSE"],
        ["program", str(copy), "0 MB: nobody knows of what it is a copy"],
        ["folders", str(homes.FOR_ROOT), "1 folder in it is empty"],
    ]
    kinds = [one["kind"] for one in json.loads(shop.greenroom("prune", "--dry-run", "--json").out)]
    assert kinds == ["program", "folders"]
    assert copy.is_dir()
    ended = shop.greenroom("prune", "--yes")
    assert (ended.code, ended.err) == (0, "removed 2\n")
    assert list(homes.FOR_ROOT.iterdir()) == []
    assert shop.greenroom("prune").err == "nothing to prune\n"


HERE = "name: shop\nservices:\n  web: {command: serve, ready: {log: ready}}\n"
THERE = "  api: {image: api:1, ready: {log: ready}}\n"


def test_up_removes_the_last_that_was_on_an_engine(shop: Shop) -> None:
    shop.process.says("web", "web is ready")
    shop.write(HERE + THERE)
    shop.greenroom("up")
    shop.write(HERE)
    ended = shop.greenroom("up")
    assert ended.code == 0
    assert "  api  removed  the manifest does not name it any more\n" in ended.err
    assert shop.up == []
    shop.greenroom("down")
    assert shop.left == 0, "its network, too"


def test_so_it_does_without_what_was_kept_of_the_run(shop: Shop) -> None:
    shop.process.says("web", "web is ready")
    shop.write(HERE + THERE)
    shop.greenroom("up")
    shutil.rmtree(shop.folder.parent / "state" / "greenroom" / "runs")
    shop.write(HERE)
    assert shop.greenroom("up").code == 0
    assert shop.up == []


def test_down_removes_what_a_later_up_has_put_on_another_engine(shop: Shop) -> None:
    shop.process.says("web", "web is ready")
    shop.write(HERE)
    shop.greenroom("up")
    shop.write(HERE + THERE)
    assert shop.greenroom("up").code == 0
    shop.greenroom("down")
    assert shop.left == 0

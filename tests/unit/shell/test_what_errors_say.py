"""What errors say to those who see no more of Greenroom than their text."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from orchestrator import Environment, StepFailed, UsageError
from orchestrator.addressing.masking import mask_error, masker
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import Evidence, NotKept, PortTaken
from orchestrator.host import manifests
from orchestrator.host.facts import image_prefix
from orchestrator.host.turn import turn
from orchestrator.lifecycle.survey import Run
from orchestrator.model.launch import RESOURCE, Found, State
from orchestrator.model.manifest import Manifest
from orchestrator.project_python import interpreter
from orchestrator.pytest_plugin.used import in_words
from orchestrator.state import machine_secret, state_folder
from orchestrator.waiting import Deadline


def test_a_failed_step_shows_all_that_was_known() -> None:
    known = Evidence(answer="HTTP 503", state="running", log=("starting", "waiting for a lock"))
    failed = StepFailed("ready api", "api is not ready after 2 s", evidence=known)
    assert str(failed) == (
        "api is not ready after 2 s\n"
        "  last answer: HTTP 503\n"
        "  state: running\n"
        "  log:\n"
        "    starting\n"
        "    waiting for a lock"
    )


def test_what_failed_at_the_same_time_is_shown_behind_the_first_with_short_logs() -> None:
    log = tuple(f"line {number}" for number in range(9))
    failed = StepFailed("ready api", "api exited", evidence=Evidence(state="exited", log=log))
    failed.others = (StepFailed("seed ledger 1 a.sql", "a.sql:3: no such table, hunter2"),)
    mask_error(failed, masker(["hunter2"]))
    assert str(failed).splitlines() == [
        "api exited",
        "  state: exited",
        "  log:",
        *(f"    line {number}" for number in range(4, 9)),
        "also failed: a.sql:3: no such table, ***",
    ]


def test_two_services_that_crash_are_told_both(tmp_path: Path) -> None:
    engine = FakeEngine()
    services: dict[str, object] = {}
    for name in ("api", "web"):
        engine.says(name, f"{name} has no settings")
        engine.becomes(name, State("exited", 1), after=1)
        services[name] = {"image": "x:1", "ports": [80], "ready": {"log": "never said"}}
    with pytest.raises(StepFailed) as caught:
        Environment.of({"services": services}, folder=tmp_path, engines={"docker": engine}).up()
    both = (caught.value, *caught.value.others)
    assert {one.step for one in both} == {"ready api", "ready web"}
    for one in both:
        name = one.step.removeprefix("ready ")
        assert one.message == f"{name} exited with code 1 before it was ready"
        assert one.evidence.log == (f"{name} has no settings",)
    assert not engine.world.instances


def test_a_service_that_lives_has_not_failed_because_another_one_has(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.becomes("api", State("exited", 1), after=1)
    entry = {"image": "x:1", "ports": [80], "ready": {"log": "never said"}}
    manifest = {"services": {"api": entry, "web": entry}}
    with pytest.raises(StepFailed, match="api exited") as caught:
        Environment.of(manifest, folder=tmp_path, engines={"docker": engine}).up()
    assert caught.value.others == ()


def test_no_password_is_in_it_nor_in_what_led_to_it() -> None:
    cause = UsageError("hunter2 is no password", hint="not hunter2")
    failed = StepFailed("seed", "no", evidence=Evidence(log=("login with hunter2",)))
    failed.__cause__ = cause
    failed.add_note("hunter2 again")
    mask_error(failed, masker(["hunter2"]))
    assert "hunter2" not in f"{failed} {failed.__notes__} {cause} {cause.hint} {cause.args}"


def test_a_run_that_the_manifest_does_not_know_any_more_is_not_joined(tmp_path: Path) -> None:
    environment = Environment.of({"brokers": {"events": {"use": "nats"}}}, folder=tmp_path)
    run = Run("shop-1", tuple(Found("docker", "container", n, {RESOURCE: n}) for n in ("a", "b")))
    with pytest.raises(UsageError, match=r"shop-1 has a, b, which .* does not name any more"):
        environment.refuse_if_renamed(run)


def test_a_fixed_port_that_is_taken_names_who_wanted_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        entry = {"image": "api:1", "ports": [{"port": 80, "host": port}]}
        engines = {"docker": FakeEngine()}
        manifest = {"services": {"api": entry}}
        words = f"api wants port {port} of this host, which is taken"
        with pytest.raises(PortTaken, match=words) as caught:
            Environment.of(manifest, folder=tmp_path, engines=engines).up()
    assert f"(process {os.getpid()}), which listens there" in caught.value.hint
    assert not engines["docker"].world.places


def test_a_traceback_ends_with_what_to_do_next(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.fail("start", "api", UsageError("no", hint="do this"))
    environment = Environment.of(
        {"services": {"api": {"image": "api:1"}}}, folder=tmp_path, engines={"docker": engine}
    )
    with pytest.raises(StepFailed) as caught, environment:
        pass
    assert caught.value.__notes__ == ["next: do this"]


def test_the_next_step_of_all_that_failed_is_told_each_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = (
        StepFailed(f"ready {name}", f"{name} is not ready", hint=hint)
        for name, hint in (("a", "look"), ("b", "more time for b"), ("c", "look"), ("d", ""))
    )
    first.others = tuple(others)

    def failing(_: Environment) -> Environment:
        raise first

    monkeypatch.setattr(Environment, "up", failing)
    environment = Environment.of({}, folder=tmp_path, engines={"docker": FakeEngine()})
    with pytest.raises(StepFailed), environment:
        pass
    steps = ["next: look", "next: more time for b"]
    assert first.__notes__ == steps
    assert in_words(first).splitlines()[-2:] == steps


@pytest.mark.parametrize(
    ("summary", "given", "expected"),
    [
        ("none", "", ""),
        ("with a slash", "mirror.example/", "mirror.example/"),
        ("without: it is added", "mirror.example/hub", "mirror.example/hub/"),
    ],
)
def test_a_slash_parts_a_prefix_from_an_image(summary: str, given: str, expected: str) -> None:
    assert image_prefix({"GREENROOM_IMAGE_PREFIX": given}) == expected, summary


def test_a_folder_without_a_manifest_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"there is no environment\.yaml in empty"):
        manifests.find("empty", tmp_path)


@pytest.mark.parametrize(
    ("summary", "python", "environ", "expected"),
    [
        ("a bare name is looked for on the PATH", "python3", {}, "python3"),
        ("a path starts from the manifest", "venv/bin/python", {}, "/project/venv/bin/python"),
        ("an absolute path stands", "/usr/bin/python3", {}, "/usr/bin/python3"),
    ],
)
def test_the_project_s_python(
    summary: str, python: str, environ: dict[str, str], expected: str
) -> None:
    manifest = Manifest(path="/project/e.yaml", folder="/project", name="p", python=python)
    assert interpreter(manifest.python, manifest.folder, environ) == expected, summary


def test_the_active_virtual_environment_is_the_project_s_before_ours(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    program.touch()
    manifest = Manifest(path="/project/e.yaml", folder="/project", name="p")
    assert interpreter(manifest.python, manifest.folder, {"VIRTUAL_ENV": str(tmp_path)}) == str(
        program
    )


def test_a_state_folder_that_cannot_be_is_named_with_the_way_out() -> None:
    """The command is right as it stands: it is the machine that does not let it be done."""
    environ = {"XDG_STATE_HOME": "/proc/nowhere"}
    with pytest.raises(NotKept, match="cannot keep anything in /proc/nowhere/greenroom") as told:
        machine_secret(environ)
    with (
        pytest.raises(NotKept, match="cannot keep anything in /proc/nowhere/greenroom") as waited,
        turn("shop", environ, Deadline.after(20), lambda: None),
    ):
        pass
    for one in (told.value, waited.value):
        assert one.exit_code == 75
        assert "XDG_STATE_HOME" in one.hint


def test_a_relative_state_folder_is_ignored_as_its_specification_says() -> None:
    assert state_folder({"XDG_STATE_HOME": "here", "HOME": "/home/me"}) == Path(
        "/home/me/.local/state/greenroom"
    )

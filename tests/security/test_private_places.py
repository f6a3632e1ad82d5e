"""What Greenroom keeps on this machine is for its user alone, and its ports are for this host."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.engines.docker.body import create_body
from orchestrator.engines.process.folders import Folders
from orchestrator.errors import NotKept
from orchestrator.host.ports import HeldPorts
from orchestrator.host.relaying import relay_command
from orchestrator.model.launch import Launch, Publish, RunLabels
from orchestrator.model.resource import Instance
from orchestrator.state import machine_secret, state_folder

LABELS = RunLabels(
    run="shop-abcdefgh", environment="e", name="shop", manifest="m", owner="o", expires=0
)

posix = pytest.mark.skipif(os.name != "posix", reason="modes and owners are POSIX's")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def generous() -> Iterator[None]:
    """A umask that forbids nothing to anybody."""
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


@posix
def test_no_umask_opens_the_secret_or_a_run_s_folder(generous: None, tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path / "state")}
    machine_secret(environ)
    Folders(state_folder(environ) / "runs").make(LABELS.run, {})
    folder = state_folder(environ)
    assert mode(folder) == 0o700
    assert mode(folder / "secret") == 0o600
    assert mode(folder / "runs" / LABELS.run) == 0o700


@posix
def test_what_was_open_to_others_is_closed_at_the_next_use(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    secret = machine_secret(environ)
    folder = state_folder(environ)
    run = folder / "runs" / LABELS.run
    run.mkdir(parents=True)
    for path, wide in ((folder, 0o777), (folder / "secret", 0o644), (run, 0o777)):
        path.chmod(wide)
    assert machine_secret(environ) == secret
    Folders(folder / "runs").make(LABELS.run, {})
    assert [mode(path) for path in (folder, folder / "secret", run)] == [0o700, 0o600, 0o700]


@posix
def test_an_open_folder_without_a_secret_is_closed_before_one_is_made(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    state_folder(environ).mkdir()
    state_folder(environ).chmod(0o777)
    machine_secret(environ)
    assert mode(state_folder(environ)) == 0o700


@posix
@pytest.mark.parametrize("linked", [False, True])
def test_a_place_of_another_user_is_refused(
    linked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    folder = state_folder(environ)
    if linked:
        (tmp_path / "elsewhere").mkdir()
        folder.symlink_to("elsewhere")
    else:
        folder.mkdir()
    monkeypatch.setattr(os, "getuid", lambda: folder.lstat().st_uid + 1)
    with pytest.raises(NotKept, match=r"greenroom belongs to another user") as refused:
        machine_secret(environ)
    assert refused.value.hint == "name a folder of your own with XDG_STATE_HOME"
    assert not list(folder.iterdir())


def test_a_container_s_ports_are_published_on_the_loopback_only() -> None:
    launch = Launch(LABELS, Instance("api"), image="x", ports=(Publish(80, 8080),))
    bindings = create_body(launch, "127.0.0.1")["HostConfig"]["PortBindings"]
    assert bindings == {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}
    assert not create_body(launch, "127.0.0.1")["HostConfig"].get("PublishAllPorts")


def test_ports_are_held_on_the_loopback_only() -> None:
    with HeldPorts() as ports:
        (port,) = ports.take(1)
        assert ports._holds[port].holder.getsockname() == ("127.0.0.1", port)


def test_the_relay_listens_on_the_network_s_gateway_only() -> None:
    words = relay_command("python", "172.30.0.1", {40001: 8000})
    text = [str(word) for word in words]
    assert "172.30.0.1:40001=127.0.0.1:8000" in text
    assert not [word for word in text if "0.0.0.0" in word or word.startswith(":")]

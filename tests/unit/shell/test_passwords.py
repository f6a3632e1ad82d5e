"""Derived passwords: the same in every run, different for every resource and machine."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

from orchestrator.addressing.passwords import derive, secrets_of, with_passwords
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import Resource
from orchestrator.state import machine_secret
from orchestrator.technologies import BUILT_IN


def test_a_password_depends_on_the_secret_and_the_name_and_nothing_else() -> None:
    assert derive(b"one", "ledger") == derive(b"one", "ledger")
    assert len({derive(b"one", "ledger"), derive(b"two", "ledger"), derive(b"one", "cache")}) == 3


def test_a_password_needs_no_escaping_anywhere() -> None:
    assert all(derive(b"x", str(number)).isalnum() for number in range(100))


def test_what_the_manifest_sets_stays_and_services_get_none() -> None:
    postgres = BUILT_IN["postgres"]
    manifest = Manifest(
        path="environment.yaml",
        folder=".",
        name="test",
        resources={
            "own": Resource("own", "databases", technology=postgres, password="mine"),
            "derived": Resource("derived", "databases", technology=postgres),
            "api": Resource("api", "services"),
        },
    )
    filled = with_passwords(manifest, b"secret")
    assert filled.resources["own"].password == "mine"
    assert filled.resources["derived"].password == derive(b"secret", "derived")
    assert filled.resources["api"].password is None
    assert secrets_of(filled) == (derive(b"secret", "derived"), "mine")


def test_the_secret_is_made_once_for_nobody_else_to_read(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    first = machine_secret(environ)
    path = tmp_path / "greenroom" / "secret"
    assert machine_secret(environ) == first == path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_many_first_uses_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    program = (
        "import os, sys; from orchestrator.state import machine_secret;"
        "sys.stdout.write(machine_secret(os.environ).hex())"
    )
    environ = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    children = [
        subprocess.Popen([sys.executable, "-c", program], env=environ, stdout=subprocess.PIPE)
        for _ in range(8)
    ]
    assert len({child.communicate()[0] for child in children}) == 1
    assert [path.name for path in (tmp_path / "greenroom").iterdir()] == ["secret"]

"""The Docker engine over TLS, as `docker:dind` speaks it in CI."""

from __future__ import annotations

import hashlib
import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_daemon import Daemon, chunked, echo, frame, json_answer, silence

from orchestrator.engines.docker import DockerEngine
from orchestrator.errors import EngineUnavailable
from orchestrator.model.launch import Found
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut

FOUND = Found("docker", "container", "c1", {"greenroom.resource": "ledger"}, "greenroom-r1-ledger")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_certificates(tmp_path_factory.mktemp("certificates"))


def made_certificates(folder: Path) -> Path:
    """A folder as DOCKER_CERT_PATH names one, with a certificate that vouches for itself."""
    argv = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt"]
    argv += ["ec_paramgen_curve:prime256v1", "-keyout", str(folder / "key.pem"), "-out"]
    argv += [str(folder / "cert.pem"), "-days", "2", "-subj", "/CN=engine"]
    argv += ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(argv, check=True, capture_output=True)
    (folder / "ca.pem").write_bytes((folder / "cert.pem").read_bytes())
    return folder


@pytest.fixture
def daemon(certificates: Path) -> Iterator[Daemon]:
    with Daemon(certificates) as daemon:
        daemon.on("POST .*/containers/c1/exec", json_answer({"Id": "x1"}, 201))
        daemon.on("POST .*/exec/x1/start", echo)
        daemon.on("GET .*/exec/x1/json", json_answer({"Running": False, "ExitCode": 0}))
        yield daemon


def within(seconds: float = 20) -> Deadline:
    return Deadline.after(seconds)


def test_calls_are_answered(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    # Meant for the web, and of no use here.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/dev/null")
    assert daemon.engine().describe(within()).version == "99.1"


def test_a_command_s_input_ends(daemon: Daemon) -> None:
    result = daemon.engine().exec(FOUND, ["cat"], within(), stdin=[b"one ", b"two"])
    assert (result.stdout, result.stderr) == ("one two", "the end")


def test_input_and_output_are_large_at_once(daemon: Daemon) -> None:
    piece, count = bytes(range(256)) * 256, 200
    digest = hashlib.sha256()

    def note(stream: str, data: bytes) -> None:
        if stream == "stdout":
            digest.update(data)

    source = itertools.repeat(piece, count)
    daemon.engine().exec(FOUND, ["cat"], within(), stdin=source, output=note)
    assert digest.digest() == hashlib.sha256(piece * count).digest()


def test_logs_are_streamed(daemon: Daemon) -> None:
    line = frame(1, b"2026-01-02T03:04:05Z one\n")
    daemon.on("GET .*/containers/c1/logs.*", chunked(line))
    assert [line.text for line in daemon.engine().logs(FOUND, within())] == ["one"]


def test_waiting_ends_in_time(daemon: Daemon) -> None:
    daemon.on("POST .*/exec/x1/start", silence)
    with pytest.raises(TimedOut):
        daemon.engine().exec(FOUND, ["cat"], within(0.5))
    daemon.on("POST .*/exec/x1/start", echo)
    stop = Stop()

    def stopping() -> Iterator[bytes]:
        yield b"one"
        stop.order()
        yield from itertools.repeat(b"x" * 65536)

    with pytest.raises(Stopped):
        daemon.engine().exec(FOUND, ["cat"], Deadline.after(20, stop), stdin=stopping())


def test_a_certificate_that_nobody_vouches_for_is_no_engine(daemon: Daemon, tmp_path: Path) -> None:
    others = {"DOCKER_CERT_PATH": str(made_certificates(tmp_path))}
    with pytest.raises(EngineUnavailable, match="certificates do not fit") as caught:
        DockerEngine(daemon.environ | others).describe(within())
    assert "DOCKER_CERT_PATH" in caught.value.hint

"""A second engine on a host of its own: in a network namespace, with a way in by TCP, TLS and ssh.

It is made of this machine's own programs (dockerd, sshd, ip) and needs root. Everything of it is in
one folder and one namespace, and goes at the end.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.waiting import Deadline, poll

PROGRAMS = ("dockerd", "ip", "nsenter", "sshd", "ssh", "ssh-keygen", "openssl")
SYSTEM = "/usr/local/sbin:/usr/sbin:/sbin"
NAME = "engine.test"
"""The host's name: whoever gives it to a process of this host knows it by that."""


@dataclass(frozen=True)
class FarEngine:
    """Where it is. `folder` holds its socket, `ssh` with a client's settings, and certificates."""

    folder: Path
    namespace: str
    host: str
    here: str

    @property
    def tcp(self) -> dict[str, str]:
        """The environment that leads there without secrets."""
        return {"DOCKER_HOST": f"tcp://{self.host}:2375"}

    @property
    def tls(self) -> dict[str, str]:
        """The same with certificates of both sides."""
        secured = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(self.folder / "client")}
        return {"DOCKER_HOST": f"tcp://{self.host}:2376", **secured}

    @property
    def ssh(self) -> dict[str, str]:
        """The same through ssh, which knows the host by a name of its own."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return {"DOCKER_HOST": "ssh://engine-by-ssh", "PATH": path}

    def docker(self, *words: str) -> str:
        """What `docker` says of it."""
        argv = ["docker", "--host", f"unix://{self.folder}/docker.sock", *words]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    def load(self, *images: str) -> None:
        """Bring images from the engine of this host."""
        saved = subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE)
        argv = ["docker", "--host", f"unix://{self.folder}/docker.sock", "load"]
        subprocess.run(argv, stdin=saved.stdout, check=True, stdout=subprocess.DEVNULL)
        assert saved.wait() == 0


def need_far_engine() -> None:
    """Skip the test where none can be made; in CI it fails."""
    path = f"{os.environ['PATH']}:{SYSTEM}"
    missing = [one for one in PROGRAMS if not shutil.which(one, path=path)]
    if os.geteuid() == 0 and not missing:
        return
    words = f"a second engine needs root and {', '.join(missing or PROGRAMS)}"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@contextmanager
def far_engine(*images: str) -> Iterator[FarEngine]:
    """Make one with these images, and remove it."""
    name = f"grf{secrets.token_hex(3)}"
    # A network of two addresses, which no other test is likely to have.
    network = f"10.{200 + secrets.randbelow(50)}.{secrets.randbelow(256)}"
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    made = FarEngine(folder, name, f"{network}.2", f"{network}.1")
    servers: list[subprocess.Popen[bytes]] = []
    try:
        connect(made)
        servers = [started(made, daemon(made), "dockerd"), started(made, door(made), "sshd")]
        poll(
            lambda: (folder / "docker.sock").exists() and answers(made, servers), Deadline.after(60)
        )
        if images:
            made.load(*images)
        yield made
    finally:
        # Asked to end, the daemon would wait for its connections; nothing of it is to stay anyway.
        for process in pids(name):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for server in servers:
            server.wait()
        subprocess.run(["ip", "netns", "delete", name], check=False)
        unmount(folder)
        shutil.rmtree(folder, ignore_errors=True)


def connect(made: FarEngine) -> None:
    """Make the namespace, and one wire from here to there."""
    name, out, inner = made.namespace, f"{made.namespace}h", f"{made.namespace}n"
    ip("netns", "add", name)
    ip("link", "add", out, "type", "veth", "peer", "name", inner, "netns", name)
    ip("addr", "add", f"{made.here}/24", "dev", out)
    ip("link", "set", out, "up")
    ip("-n", name, "addr", "add", f"{made.host}/24", "dev", inner)
    ip("-n", name, "link", "set", inner, "up")
    ip("-n", name, "link", "set", "lo", "up")


def ip(*words: str) -> None:
    """Run `ip`."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


def daemon(made: FarEngine) -> list[str]:
    """The daemon, which shares nothing with that of this host but its programs."""
    certificates(made)
    folder, server = made.folder, made.folder / "server"
    config = folder / "daemon.json"
    config.write_text("{}")
    return [
        "dockerd",
        *("--config-file", str(config), "--pidfile", str(folder / "dockerd.pid")),
        *("--data-root", str(folder / "data"), "--exec-root", str(folder / "exec")),
        *("--containerd-namespace", made.namespace),
        *("--containerd-plugins-namespace", f"{made.namespace}-plugins"),
        *("--host", f"unix://{folder}/docker.sock", "--host", f"tcp://{made.host}:2376"),
        *("--tlsverify", "--tlscacert", str(server / "ca.pem")),
        *("--tlscert", str(server / "cert.pem"), "--tlskey", str(server / "key.pem")),
    ]


def certificates(made: FarEngine) -> None:
    """Make an authority, and a certificate of each side."""
    folder = made.folder
    ca = ("-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca-key.pem"))
    names = f"subjectAltName=IP:{made.host},DNS:{NAME},DNS:docker"
    openssl(
        "req",
        "-x509",
        "-subj",
        "/CN=ca",
        "-keyout",
        f"{folder}/ca-key.pem",
        "-out",
        f"{folder}/ca.pem",
    )
    for side in ("server", "client"):
        own = folder / side
        own.mkdir()
        shutil.copy(folder / "ca.pem", own / "ca.pem")
        out = ("-keyout", str(own / "key.pem"), "-out", str(own / "cert.pem"))
        openssl("req", "-x509", *ca, "-subj", f"/CN={side}", "-addext", names, *out)


def openssl(*words: str) -> None:
    """Run openssl with the quickest kind of key."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    subprocess.run(["openssl", *words, *key], check=True, capture_output=True)


def door(made: FarEngine) -> list[str]:
    """The ssh server, and what its client needs: a key, the server's key, and its settings."""
    folder = made.folder
    for key in ("host", "user"):
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)]
        subprocess.run(argv, check=True)
    public = (folder / "host.pub").read_text().split()
    (folder / "known").write_text(f"{made.host} {public[0]} {public[1]}\n")
    (folder / "sshd.conf").write_text(
        f"ListenAddress {made.host}\nHostKey {folder}/host\nPidFile none\nStrictModes no\n"
        f"AuthorizedKeysFile {folder}/user.pub\nPermitRootLogin yes\nUsePAM no\n"
        f"SetEnv DOCKER_HOST=unix://{folder}/docker.sock\n"
    )
    (folder / "ssh.conf").write_text(
        f"Host engine-by-ssh\n  HostName {made.host}\n  User root\n  IdentityFile {folder}/user\n"
        f"  UserKnownHostsFile {folder}/known\n  IdentitiesOnly yes\n"
    )
    # What a user has in ~/.ssh/config, for the tests alone.
    client = folder / "bin" / "ssh"
    client.parent.mkdir()
    client.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/ssh.conf "$@"\n')
    client.chmod(0o755)
    Path("/run/sshd").mkdir(exist_ok=True)
    program = shutil.which("sshd", path=SYSTEM)
    assert program
    return [program, "-D", "-e", "-f", str(folder / "sshd.conf")]


def started(made: FarEngine, argv: list[str], name: str) -> subprocess.Popen[bytes]:
    """Start a server in the namespace, with a log beside it."""
    with (made.folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            ["nsenter", f"--net=/run/netns/{made.namespace}", *argv],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "PATH": f"{os.environ['PATH']}:{SYSTEM}"},
        )


def answers(made: FarEngine, servers: list[subprocess.Popen[bytes]]) -> bool:
    """Whether the daemon answers. Fails when a server has ended instead."""
    for server, name in zip(servers, ("dockerd", "sshd"), strict=True):
        if server.poll() is not None:
            pytest.fail(f"{name} has ended: {(made.folder / f'{name}.log').read_text()[-2000:]}")
    with suppress(subprocess.CalledProcessError):
        return bool(made.docker("version", "--format", "{{.Server.Version}}"))
    return False


def pids(namespace: str) -> list[int]:
    """All processes of a namespace."""
    argv = ["ip", "netns", "pids", namespace]
    said = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    return [int(word) for word in said.split()]


def unmount(folder: Path) -> None:
    """Let go of what the daemon has mounted in its folder and left."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for place in sorted(filter(lambda one: one.startswith(f"{folder}/"), mounts), reverse=True):
        subprocess.run(["umount", "--lazy", place], check=False)

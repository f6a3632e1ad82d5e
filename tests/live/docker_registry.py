"""A real registry (Debian's `docker-registry`) on loopback, and a door before it that can fail.

Engines trust registries on loopback without certificates.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from in_background import InBackground

from orchestrator.waiting import Deadline, poll

USER, PASSWORD = "ann", "pa55 word"
HTPASSWD = f"{USER}:$2b$04$E4Dl5QUzHw385JSSK3qApekweIVjpf6rRm6wHwhGrt6hnYTkvKt32\n"
"""The registry takes bcrypt only, for which Python has no module."""

PREFIX = "localhost/greenroom-test/"
"""Where stand-ins are (`scripts/images`), unless the user says something else."""

TAR = "tar -chf - /bin/sleep $(ldd /bin/sleep | grep -o '/[^ ]*') 2>/dev/null"


@contextmanager
def serving(folder: Path, *, locked: bool = False) -> Iterator[str]:
    """A registry with its storage in a folder, and its host and port."""
    program = shutil.which("docker-registry")
    if program is None:
        words = "there is no docker-registry on this host; scripts/servers installs it"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    address = f"127.0.0.1:{free_port()}"
    config: dict[str, Any] = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(folder / "storage")}},
        "http": {"addr": address},
    }
    if locked:
        (folder / "htpasswd").write_text(HTPASSWD)
        config["auth"] = {"htpasswd": {"realm": "x", "path": str(folder / "htpasswd")}}
    # JSON is YAML too.
    (folder / "config.yml").write_text(json.dumps(config))
    with (folder / "log").open("w") as log:
        argv = [program, "serve", str(folder / "config.yml")]
        process = subprocess.Popen(argv, stdout=log, stderr=log)
    try:
        poll(lambda: answers(address, process), Deadline.after(20))
        yield address
    finally:
        process.kill()
        process.wait()


def answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the registry has ended"
    host, _, port = address.partition(":")
    try:
        socket.create_connection((host, int(port)), 1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def small_image(label: str) -> str:
    """Make an image that can do no more than sleep, and return its name, which nobody else has."""
    base = os.environ.get("GREENROOM_IMAGE_PREFIX", PREFIX) + "debian:12-slim"
    archive = run("docker", "run", "--rm", "--network=none", base, "sh", "-c", TAR)
    command = 'CMD ["/bin/sleep", "1000"]'
    change = [f"--change=LABEL which={label}", f"--change={command}"]
    name = f"localhost/greenroom-small-{uuid.uuid4().hex[:10]}:{label}"
    run("docker", "import", *change, "-", name, given=archive)
    return name


def push(image: str, name: str, folder: Path, auths: Mapping[str, object] | None = None) -> str:
    """Push an image, as whoever is logged in, and return its digest; only the registry has it."""
    written(folder, {"auths": dict(auths or {})})
    run("docker", "tag", image, name)
    try:
        run("docker", "--config", str(folder), "push", "--quiet", name)
        template = "{{range .RepoDigests}}{{println .}}{{end}}"
        found = run("docker", "image", "inspect", "--format", template, name).decode().split()
        repository = name.rpartition(":")[0]
        return next(each.partition("@")[2] for each in found if each.startswith(f"{repository}@"))
    finally:
        forget(name)


def push_index(address: str, repository: str, tag: str) -> str:
    """Put an index with a second platform over an image in an open registry; return its digest."""
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    index = "application/vnd.docker.distribution.manifest.list.v2+json"
    registry = http.client.HTTPConnection(address, timeout=20)

    def ask(method: str, path: str, body: bytes = b"", **headers: str) -> Any:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        registry.request(method, path, body, names)
        answer = registry.getresponse()
        assert answer.status < 300, answer.read()
        return answer.read(), answer.getheader("Location")

    def named(data: bytes) -> str:
        return f"sha256:{hashlib.sha256(data).hexdigest()}"

    def entry(data: bytes, architecture: str) -> dict[str, object]:
        platform = {"architecture": architecture, "os": "linux"}
        return {"mediaType": kind, "size": len(data), "digest": named(data), "platform": platform}

    own, _ = ask("GET", f"/v2/{repository}/manifests/{tag}", Accept=kind)
    manifest = json.loads(own)
    config, _ = ask("GET", f"/v2/{repository}/blobs/{manifest['config']['digest']}")
    here = json.loads(config)["architecture"]
    # The same bytes as if for another processor: nobody will run them.
    other_config = json.dumps(json.loads(config) | {"architecture": "s390x"}).encode()
    _, place = ask("POST", f"/v2/{repository}/blobs/uploads/")
    ask("PUT", f"{place}&digest={named(other_config)}", other_config)
    described = {"size": len(other_config), "digest": named(other_config)}
    other = json.dumps(manifest | {"config": manifest["config"] | described}).encode()
    ask("PUT", f"/v2/{repository}/manifests/{named(other)}", other, Content_Type=kind)
    entries = [entry(other, "s390x"), entry(own, here)]
    whole = json.dumps({"schemaVersion": 2, "mediaType": index, "manifests": entries}).encode()
    ask("PUT", f"/v2/{repository}/manifests/{tag}", whole, Content_Type=index)
    return named(whole)


def forget(*names: str) -> None:
    for name in names:
        subprocess.run(["docker", "image", "rm", "--force", name], capture_output=True)


def run(*argv: str, given: bytes | None = None) -> bytes:
    done = subprocess.run(argv, input=given, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def written(folder: Path, config: Mapping[str, object]) -> Path:
    """A folder for DOCKER_CONFIG."""
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def auth(password: str = PASSWORD) -> dict[str, str]:
    """A login as `docker login` keeps it without a helper."""
    return {"auth": base64.b64encode(f"{USER}:{password}".encode()).decode()}


def helper(folder: Path, name: str, servers: Mapping[str, str]) -> Path:
    """A credential helper that knows the passwords of these servers, in a folder for the PATH."""
    folder.mkdir(exist_ok=True)
    program = folder / f"docker-credential-{name}"
    cases = "".join(
        f"  get:{server}) echo '{json.dumps({'Username': USER, 'Secret': secret})}' ;;\n"
        for server, secret in servers.items()
    )
    listed = json.dumps(dict.fromkeys(servers, USER))
    program.write_text(
        f"""#!/bin/sh
[ "$1" = list ] || read -r server
case "$1:$server" in
  list:*) echo '{listed}' ;;
{cases}  *) echo "credentials not found in native keychain"; exit 1 ;;
esac
"""
    )
    program.chmod(0o755)
    return folder


class Door(InBackground):
    """Stands before a registry, and answers with these statuses first when asked for images."""

    def __init__(self, registry: str, *statuses: int, code: str = "UNAVAILABLE") -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.registry, self.statuses, self.code = registry, list(statuses), code
        self.asked = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Door

    def do_GET(self) -> None:
        if "/manifests/" in self.path:
            self.server.asked += 1
            if self.server.statuses:
                error = {"code": self.server.code, "message": "not now"}
                body = json.dumps({"errors": [error]}).encode()
                head = {"Content-Type": "application/json"}
                self._answer(self.server.statuses.pop(0), head, body)
                return
        connection = http.client.HTTPConnection(self.server.registry, timeout=20)
        accepted = self.headers.get_all("Accept") or []
        connection.request(self.command, self.path, headers={"Accept": ", ".join(accepted)})
        answer = connection.getresponse()
        self._answer(answer.status, dict(answer.getheaders()), answer.read())
        connection.close()

    do_HEAD = do_GET  # noqa: N815 - http.server's names

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name not in ("Content-Length", "Date", "Transfer-Encoding"):
                self.send_header(name, value)
        length = headers.get("Content-Length", str(len(body)))
        self.send_header("Content-Length", length if self.command == "HEAD" else str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass

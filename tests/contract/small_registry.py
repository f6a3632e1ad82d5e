"""A registry with one tiny image, to pull from where there is no other (Docker Registry API v2)."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any

from in_background import InBackground

MEGABYTE = 1 << 20
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


class Registry(InBackground):
    """Serves `small:1`, one layer of so many bytes, half of it only when `go_on` is set.

    Engines trust registries on loopback.
    """

    def __init__(self, size: int = 3_000_000) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.blobs: dict[str, bytes] = {}
        self.go_on = threading.Event()
        layer = _layer(size)
        config = {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": ["/none"]},
            "rootfs": {"type": "layers", "diff_ids": [digest(gzip.decompress(layer))]},
        }
        self.manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": self._add("container.image.v1+json", json.dumps(config).encode()),
                "layers": [self._add("image.rootfs.diff.tar.gzip", layer)],
            }
        ).encode()

    @property
    def image(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}/small:1"

    def _add(self, kind: str, blob: bytes) -> dict[str, Any]:
        self.blobs[digest(blob)] = blob
        media = f"application/vnd.docker.{kind}"
        return {"mediaType": media, "size": len(blob), "digest": digest(blob)}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Registry

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if self.path == "/v2/":
            self._send(200, "application/json", b"{}")
        elif self.path.startswith("/v2/small/blobs/") and name in self.server.blobs:
            self._send(200, "application/octet-stream", self.server.blobs[name])
        elif self.path.startswith("/v2/small/manifests/"):
            self._send(200, MANIFEST, self.server.manifest)
        else:
            error = {"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}
            self._send(404, "application/json", json.dumps({"errors": [error]}).encode())

    do_HEAD = do_GET  # noqa: N815 - http.server's names

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Docker-Content-Digest", digest(body))
        self.end_headers()
        if self.command != "GET":
            return
        half = len(body) // 2
        self.wfile.write(body[:half])
        if len(body) > MEGABYTE:
            self.server.go_on.wait(20)
        self.wfile.write(body[half:])

    def log_message(self, *_: Any) -> None:
        pass


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _layer(size: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo("data")
        member.size = size
        # Not to be compressed away, and never here already.
        tar.addfile(member, io.BytesIO(os.urandom(size)))
    return gzip.compress(buffer.getvalue(), 1, mtime=0)

"""Manifests out of the documents, loaded as if every file that they name were there."""

from __future__ import annotations

from pathlib import PurePath

from doc_blocks import page

from orchestrator.host.manifests import TRANSLATORS, ready_made
from orchestrator.manifest import load
from orchestrator.model.manifest import Manifest
from orchestrator.model.module import Described, Module
from orchestrator.technologies import BUILT_IN

ENVIRON = {"HOME": "/home/me", "NPM_TOKEN": "hunter2"}

PAGES = "technologies/pages.yaml"
"""The one technology of one's own that the documents describe."""


class EveryFile:
    """A file system in which everything is there, but for further technologies of one's own.

    What has no ending is a folder.
    """

    def exists(self, path: str) -> bool:
        return "/technologies/" not in path or path.endswith(PAGES)

    def is_folder(self, path: str) -> bool:
        name = PurePath(path).name
        return "." not in name and name != "Dockerfile"

    def read(self, path: str) -> bytes:
        if path.endswith("compose.yaml"):
            return b"services: {api: {image: example/api, ports: [8000]}}"
        if path.endswith(PAGES):
            return page("technologies.md").file(PAGES).encode()
        known = {str(each): each for each in ready_made().values()}
        return known[path].read_bytes() if path in known else b"{}"

    def listing(self, path: str, most: int) -> list[str]:
        return []

    def names(self, path: str) -> list[str]:
        return []

    def executable(self, path: str) -> bool:
        return False

    def real(self, path: str) -> str:
        return path


class EveryModule:
    """Modules of testcontainers, all of which are there and alike."""

    def describe(self, asked: Module) -> Described:
        fields = {"rest_host_address": "${self.host}:${self.port}"}
        return Described(asked, asked.image or "qdrant/qdrant:v1", ((6333, None),), fields=fields)


def loaded(text: str, display: str = "environment.yaml") -> Manifest:
    """Load a manifest. Raises ManifestError with its mistakes."""
    return load(
        text.encode(),
        path="/project/environment.yaml",
        files=EveryFile(),
        environ=ENVIRON,
        technologies=BUILT_IN,
        display=display,
        modules=EveryModule(),
        ready_made={name: str(path) for name, path in ready_made().items()},
        translators=TRANSLATORS,
    )

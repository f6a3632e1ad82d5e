"""The manifest in the folder says where it came from, and can be checked where it stood."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.manifest_file import write_manifest
from orchestrator.host import manifests

MANIFEST = """
include: [parts/more.yaml]
services: {api: {image: "api:${env:TAG:-1}", profiles: [more]}}
"""


def unmasked(text: str) -> str:
    return text


def test_it_says_where_it_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop/parts").mkdir(parents=True)
    (tmp_path / "shop/environment.yaml").write_text(MANIFEST)
    (tmp_path / "shop/parts/more.yaml").write_text("brokers: {events: {use: nats}}\n")
    manifest = manifests.read(Path("shop/environment.yaml"), {})
    folder = Folder(tmp_path / "kept")
    folder.prepare()
    write_manifest(folder, manifest, unmasked, profiles=["more"], instead={"events": "nats:2.10"})
    assert folder.manifest.read_text() == (
        "# What was understood of shop/environment.yaml.\n"
        "# Relative paths start from where that file is.\n"
        "# Included is shop/parts/more.yaml; paths there start from where that file is.\n"
        "# With --with events=nats:2.10.\n"
        "# Active profiles: more.\n"
        "# Secrets are left out: ***\n"
        "\n"
        "name: shop\n"
        "brokers:\n"
        "  events:\n"
        "    use: nats\n"
        "services:\n"
        "  api:\n"
        "    image: api:1\n"
        "    profiles: [more]\n"
    )
    assert manifests.read(folder.manifest, {}).resources.keys() == manifest.resources.keys()

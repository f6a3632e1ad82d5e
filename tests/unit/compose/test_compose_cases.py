"""Compose files as people have them, each with the manifest that is made of it, and the notes.

With GREENROOM_REWRITE_PLANS=1 the expected texts are written anew; look at the difference then.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestrator.cli.import_ import told
from orchestrator.compose.writing import manifest_text
from orchestrator.host import compose_files
from orchestrator.host.manifests import HostFiles, surroundings
from orchestrator.manifest import load
from orchestrator.technologies import BUILT_IN

CASES = Path(__file__).parent / "cases"
REWRITE = bool(os.environ.get("GREENROOM_REWRITE_PLANS"))
KNOWN = {
    name: BUILT_IN[name] for name in ("postgres", "mariadb", "mysql", "redis", "rabbitmq", "nats")
}
"""One more technology must not change what these files become."""

ENVIRON = {"HOME_TOWN": "Ulm"}


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_what_becomes_of_it(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = CASES / case
    monkeypatch.chdir(folder)
    monkeypatch.setattr("orchestrator.technologies.installed.INSTALLED", KNOWN)
    paths = compose_files.found((), folder, ENVIRON)

    translation = compose_files.read(paths, folder, ENVIRON)

    manifest = manifest_text(translation, [path.name for path in paths])
    agree(folder / "expected.yaml", manifest)
    agree(folder / "notes.txt", "\n".join(told(translation.notes)) + "\n")
    # It passes `greenroom check`, too.
    load(
        manifest.encode(),
        path=str(folder / "expected.yaml"),
        files=HostFiles(),
        environ=surroundings(folder, ENVIRON),
        technologies=BUILT_IN,
    )


def agree(path: Path, text: str) -> None:
    if REWRITE:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text

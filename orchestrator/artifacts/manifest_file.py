"""The manifest as it was understood, in the folder: what ran is in front of whoever looks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.whole import write_whole
from orchestrator.host.manifests import shown_as
from orchestrator.model.manifest import MAPPING, Manifest
from orchestrator.model.secret import Mask


def write_manifest(
    folder: Folder,
    manifest: Manifest,
    mask: Mask,
    *,
    profiles: Collection[str] = (),
    instead: Mapping[str, str] | None = None,
) -> None:
    """Write what was understood of a manifest, without secrets. Raises OSError.

    `profiles` are the active ones, `instead` what `--with` has put in the place of its words.
    """
    from orchestrator.manifest.writing import manifest_text

    text = manifest_text(manifest, mask, remarks(manifest, profiles, instead or {}))
    write_whole(folder.manifest, text)


def remarks(
    manifest: Manifest, profiles: Collection[str], instead: Mapping[str, str]
) -> Iterator[str]:
    """Yield what is to be known of where it came from."""
    if manifest.path == MAPPING:
        yield "What was understood of a mapping in a program."
    else:
        yield f"What was understood of {shown_as(Path(manifest.path))}."
        yield "Relative paths start from where that file is."
    shown = shown_as(Path(manifest.path))
    files = dict.fromkeys(spot.file for spot in manifest.spots.values() if spot.file != shown)
    if files:
        yield f"Included is {', '.join(files)}; paths there start from where that file is."
    for name, use in instead.items():
        yield f"With --with {name}={use}."
    if profiles:
        yield f"Active profiles: {', '.join(sorted(profiles))}."
    yield "Secrets are left out: ***"

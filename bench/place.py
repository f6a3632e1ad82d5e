"""The temporary folder in which a case is measured: manifest, seeds, sheet and logs."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import sheet
from bench.servers import Server

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = Path(__file__).with_name("manifests")
ROWS = 200_000


@dataclass(frozen=True)
class Place:
    """One measurement's folder; `token` is in the labels and names of all that it makes itself."""

    folder: Path
    token: str
    servers: tuple[Server, ...]

    @property
    def manifest(self) -> Path:
        """Greenroom's manifest."""
        return self.folder / "environment.yaml"

    @property
    def sheet(self) -> Path:
        """What the floor and the peers are told."""
        return self.folder / "sheet.json"

    def log(self, name: str) -> Path:
        """Return the file for what a child writes."""
        return self.folder / f"{name}.log"


def made(
    folder: Path,
    manifest: str,
    servers: Callable[[Path, Path], Sequence[Server]],
    write: Callable[[Path], None] = lambda _folder: None,
) -> Place:
    """Fill the folder, and write the sheet for the engine's bare calls."""
    place = written(folder, manifest, servers, write)
    sheet.write(place.sheet, place.token, place.servers)
    return place


def written(
    folder: Path,
    manifest: str,
    servers: Callable[[Path, Path], Sequence[Server]],
    write: Callable[[Path], None] = lambda _folder: None,
) -> Place:
    """Fill the folder; `servers` is called with the paths of the schema and of the rows.

    `write` writes further seeds.
    """
    shutil.copy(MANIFESTS / f"{manifest}.yaml", folder / "environment.yaml")
    schema = Path(shutil.copy(MANIFESTS / "schema.sql", folder))
    rows = folder / "accounts.csv"
    write_rows(rows)
    write(folder)
    return Place(folder, secrets.token_hex(4), tuple(servers(schema, rows)))


def write_rows(path: Path) -> None:
    """Write the table's rows, the same ones every time."""
    with path.open("w") as file:
        file.write("id,owner,balance\n")
        file.writelines(
            f"{number},owner {number % 997},{number % 100_000 / 100:.2f}\n"
            for number in range(ROWS)
        )

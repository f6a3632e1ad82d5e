"""The second `up` of what was seeded once: many rows, and a big dump."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import docker

from bench import contenders, engine, place, servers, sheet
from bench.contenders import GREENROOM, Contender
from bench.given import Given
from bench.place import Place
from bench.processes import CouldNotRun
from bench.restored import restored
from bench.servers import Server

DUMP_BYTES = 200_000_000
TABLES = 50


def again(given: Given) -> list[Contender]:
    """200,000 rows: bare calls with the snapshot's image, Greenroom with it, and without."""
    here = place.made(given.folder, "again", database)
    image = kept(here)
    there = replace(here, servers=tuple(restored(one, image) for one in here.servers))
    sheet.write(there.sheet, there.token, there.servers)
    looks = engine.row_counts
    return [
        replace(contenders.floor(there), looks=looks),
        replace(forgetting(contenders.greenroom(here), image), looks=looks),
        replace(contenders.greenroom(here, "no snapshot", "--no-snapshots"), looks=looks),
    ]


def dump(given: Given) -> list[Contender]:
    """The second `up` of an empty database, and that of a dump of 200 MB."""
    empty = place.made(subfolder(given, "empty"), "empty", nothing)
    full = place.made(subfolder(given, "dump"), "dump", nothing, write_dump)
    return [warm(empty, "empty"), warm(full, "200 MB")]


def warm(here: Place, name: str) -> Contender:
    """Return Greenroom with a snapshot; what the two have in them is not the same."""
    image = kept(here)
    return replace(forgetting(contenders.greenroom(here, name), image), label="")


def database(schema: Path, rows: Path) -> Sequence[Server]:
    """Only the database."""
    return [servers.postgres(schema, rows)]


def nothing(_schema: Path, _rows: Path) -> Sequence[Server]:
    """Nobody else takes part."""
    return []


def subfolder(given: Given, name: str) -> Path:
    """Return a folder for one of several environments."""
    folder = given.folder / name
    folder.mkdir()
    return folder


def write_dump(here: Path) -> None:
    """Write a dump as `pg_dump` does, with 100 bytes a row."""
    filling = "x" * 88
    with (here / "dump.sql").open("w") as file:
        file.write("CREATE TABLE entries (id integer NOT NULL, words text NOT NULL);\n")
        file.write("COPY entries (id, words) FROM stdin;\n")
        file.writelines(f"{number:010}\t{filling}\n" for number in range(DUMP_BYTES // 100))
        file.write("\\.\nALTER TABLE entries ADD PRIMARY KEY (id);\n")


def write_tables(here: Path) -> None:
    """Write a database of fifty tables with twenty rows each, in the words of every server."""
    columns = "id integer PRIMARY KEY, name varchar(100) NOT NULL, amount numeric(12, 2) NOT NULL"
    rows = ", ".join(f"({number}, 'name {number}', {number}.50)" for number in range(1, 21))
    with (here / "tables.sql").open("w") as file:
        for number in range(1, TABLES + 1):
            file.write(f"CREATE TABLE t{number:02} ({columns});\n")
            file.write(f"INSERT INTO t{number:02} VALUES {rows};\n")


def kept(here: Place) -> str:
    """Have a snapshot made, and return its image. Raises CouldNotRun when there is none."""
    greenroom = contenders.greenroom(here)
    try:
        for phase in ("up", "down", "up"):
            greenroom.phases[phase]()
        found = docker.from_env().api.containers(filters={"label": greenroom.label})
    finally:
        greenroom.clean()
    images = [one["Image"] for one in found]
    for image in images:
        if "snapshot" in image:
            return str(image)
    raise CouldNotRun(f"the second up was from {', '.join(images)} and no snapshot")


def forgetting(contender: Contender, image: str) -> Contender:
    """Return the contender with the snapshot removed behind it."""

    def clean() -> None:
        contender.clean()
        key = image.rpartition(":")[2]
        words = [GREENROOM, "snapshots", "--remove", key]
        subprocess.run(words, capture_output=True, env=os.environ)

    return replace(contender, clean=clean)


def addresses(here: Path) -> dict[str, str]:
    """Return the variables of what is up of the manifest in this folder."""
    told = subprocess.run(
        [GREENROOM, "env", "--json"], cwd=here, capture_output=True, check=True, env=os.environ
    )
    found: dict[str, str] = json.loads(told.stdout)
    return found

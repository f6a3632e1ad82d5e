"""Snapshots: a resource's seeded state, kept under the hash of all that went into it."""

from __future__ import annotations

from dataclasses import dataclass

SNAPSHOT = "greenroom.snapshot"
"""The label that names a snapshot's key, and by which snapshots are found."""

IMAGE = "greenroom/snapshot"

FOLDER = "/var/lib/greenroom-snapshot"
"""Where a snapshot's data is, inside. Its parent is there in every image."""

COPIED = "snapshot"
"""Where it is in the own folder of a server of this host, before it is kept."""

DATA = f"{FOLDER}/data"
FILES = f"{FOLDER}/files"
"""The names and sizes of all files of the data, by which damage is noticed."""

DAMAGED = 97
"""The exit code of a server that found its snapshot damaged before it started."""

# What was copied is listed, so that half of it is never taken for the whole.
TAKE = f"""
set -e
rm -rf {FOLDER}
mkdir -p {FOLDER}
sh -c "$0" sh {DATA}
cd {DATA}
find . -type f -exec stat -c '%s %n' {{}} + | sort > {FILES}
"""

TAKE_ON_HOST = f"""
set -e
rm -rf {COPIED}
mkdir {COPIED}
sh -c "$0" sh "$PWD/{COPIED}/data"
"""

RESTORE = f"""
set -e
if ! (cd {DATA} && find . -type f -exec stat -c '%s %n' {{}} + | sort | cmp -s - {FILES}); then
  echo "greenroom: the snapshot is damaged: not all of its files are as they were" >&2
  exit {DAMAGED}
fi
"""

IN_PLACE = """
data={data}
{start}
"""

# A file system in memory begins empty.
IN_MEMORY = """
mkdir -m 700 {folder}/restored
cp -a {data}/. {folder}/restored
data={folder}/restored
{start}
"""


def restoring(start: str, memory: str | None) -> str:
    """Return the script that starts a server, its arguments, from a snapshot.

    `start` becomes the server, with its data in `$data`; `memory` is the file system in memory, if
    there is one, to which the data goes first.
    """
    how = IN_MEMORY if memory else IN_PLACE
    return RESTORE + how.format(start=start, folder=memory, data=DATA)


def snapshot_image(key: str) -> str:
    """Return the name of the image that holds a snapshot."""
    return f"{IMAGE}:{key}"


def code_of(path: str) -> str:
    """Return the name under which the digest of all the code that begins at a path is known."""
    return f"code:{path}"


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that an engine has; `size` is in bytes, `created` and `used` in Unix seconds.

    `of` says for people what it is a snapshot of.
    """

    engine: str
    key: str
    of: str
    size: int
    created: int
    used: float = 0.0

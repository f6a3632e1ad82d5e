"""The floor without containers: the same servers by hand, each way a process of its own.

    python -m bench.bare up FOLDER      copy the seeded data, start everything at once, wait for it
    python -m bench.bare down FOLDER    kill it, and remove the copy

FOLDER/bare.json says what to run. It forgives nothing, tells nothing and cleans nothing up.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.floor import PAUSE, held_port, wait

NOBODY = 65534

Sheet = dict[str, Any]


def main(way: str, folder: str) -> None:
    """Go one way with what is in this folder."""
    place = Path(folder)
    sheet = json.loads((place / "bare.json").read_text())
    up(place, sheet) if way == "up" else down(place)


def up(place: Path, sheet: Sheet) -> None:
    """Start everything; returns when all are ready."""
    with ThreadPoolExecutor(len(sheet["servers"])) as pool:
        started = [pool.submit(bring_up, place, one) for one in sheet["servers"]]
        pids = [one.result() for one in started]
    (place / "pids").write_text(" ".join(map(str, pids)))


def bring_up(place: Path, server: Sheet) -> int:
    """Copy its data if there is some, start it on a free port, and wait for a good answer."""
    own = place / server["name"]
    own.mkdir(mode=0o755)
    if server["data"]:
        copy = ["cp", "-a", "--reflink=auto", server["data"], str(own / "data")]
        subprocess.run(copy, check=True)
    with held_port() as held:
        port = held.getsockname()[1]
    argv = [word.format(port=port, folder=own) for word in server["argv"]]
    user = NOBODY if server["rootless"] and os.geteuid() == 0 else None
    with (own / "log").open("wb") as log:
        child = subprocess.Popen(
            argv, cwd=own, stdout=log, stderr=log, start_new_session=True, user=user
        )
    wait(port, server["send"].encode("latin-1"), server["expect"].encode("latin-1"))
    return child.pid


def down(place: Path) -> None:
    """Kill every server's session, and remove the copies."""
    pids = [int(text) for text in (place / "pids").read_text().split()]
    for pid in pids:
        os.killpg(pid, signal.SIGQUIT if is_postgres(pid) else signal.SIGKILL)
    while any(map(is_running, pids)):
        time.sleep(PAUSE)
    for own in (entry for entry in place.iterdir() if entry.is_dir()):
        shutil.rmtree(own)


def is_postgres(pid: int) -> bool:
    """Whether it is the one that leaves shared memory behind when it is killed."""
    return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()


def is_running(pid: int) -> bool:
    """Whether it has not ended; one that nobody has taken notice of is over too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    main(*sys.argv[1:])

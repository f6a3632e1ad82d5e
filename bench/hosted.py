"""The same servers as processes of this host: by hand, and by Greenroom."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import contenders, place, servers
from bench.contenders import GREENROOM, Contender
from bench.given import Given
from bench.place import ROOT, Place
from bench.processes import CouldNotRun, timed
from bench.servers import Server
from orchestrator import Environment
from orchestrator.engines.process.homes import homes_root
from orchestrator.model.step import Start
from orchestrator.state import state_folder

PAYMENTS = ROOT / "examples" / "payments"


def again(given: Given) -> list[Contender]:
    """The second `up` of a seeded database, a cache and a broker: by hand, and by Greenroom."""
    here = place.written(given.folder, "hosted", three)
    env = os.environ | {"XDG_STATE_HOME": str(given.folder / "state")}
    own = contenders.greenroom(here, "greenroom", env=env)
    # The first one makes the data, and keeps it.
    for phase in own.phases.values():
        phase()
    return [bare(here, env), replace(own, clean=lambda: clean(own, env), label="")]


def three(schema: Path, rows: Path) -> Sequence[Server]:
    """Only what is sent, and what is a good answer, is taken of them."""
    return [servers.postgres(schema, rows), servers.redis("cache"), servers.nats()]


def clean(own: Contender, env: dict[str, str]) -> None:
    """Remove what Greenroom has left, and what it keeps."""
    own.clean()
    shutil.rmtree(homes_root(state_folder(env)), ignore_errors=True)


def bare(here: Place, env: dict[str, str]) -> Contender:
    """Return the same servers by hand."""
    # Others may look only into folders that lead there from the top.
    folder = Path(tempfile.mkdtemp(prefix="greenroom-bench-", dir="/tmp"))
    folder.chmod(0o755)
    (folder / "bare.json").write_text(json.dumps({"servers": [*entries(here, env)]}))
    argv = [sys.executable, "-m", "bench.bare"]

    def go(way: str) -> float:
        return timed([*argv, way, str(folder)], cwd=ROOT, log=here.log(f"bare-{way}"))

    def clean() -> None:
        with suppress(CouldNotRun, OSError):
            go("down")
        shutil.rmtree(folder, ignore_errors=True)

    return Contender("by hand", {"up": lambda: go("up"), "down": lambda: go("down")}, clean=clean)


def entries(here: Place, env: dict[str, str]) -> Sequence[dict[str, Any]]:
    """Return what is started by hand: the same programs with the same data."""
    plan = Environment(here.manifest, environ=env).plan()
    starts = {step.subject: step for step in plan.steps if isinstance(step, Start)}
    shelf = homes_root(state_folder(env)) / ".snapshots"
    return [entry(one, starts[one.name], shelf) for one in here.servers]


def entry(server: Server, start: Start, shelf: Path) -> dict[str, Any]:
    """Return one server; `{port}` and `{folder}` are put into its words."""
    assert start.program is not None
    words = {
        "ledger": "-D {folder}/data -p {port} -c listen_addresses=127.0.0.1 -c fsync=off "
        "-c unix_socket_directories= -c full_page_writes=off -c synchronous_commit=off",
        "cache": "--port {port} --bind 127.0.0.1 --requirepass bench --appendonly no",
        "events": "-js -a 127.0.0.1 -p {port} -sd {folder} --user bench --pass bench",
    }
    return {
        "name": server.name,
        "argv": [start.program.path, *words[server.name].split()],
        "data": str(shelf / start.snapshot / "data") if start.snapshot else "",
        "rootless": server.name == "ledger",
        "send": server.send.decode("latin-1"),
        "expect": server.expect,
    }


def payments(given: Given) -> list[Contender]:
    """The example end to end, tests included: in containers where it can, and in processes."""
    return [of_engine("docker", given), of_engine("process", given)]


def pipeline(given: Given) -> list[Contender]:
    """The example end to end by `run`, and by `ci`, which keeps artifacts and makes a report."""
    ci = ("ci", "--artifacts", str(given.folder / "artifacts"))
    return [
        of_engine("docker", given, "run", name="run"),
        of_engine("docker", given, *ci, name="ci"),
    ]


def of_engine(engine: str, given: Given, *words: str, name: str = "") -> Contender:
    """Return a command (default: `run`) on the example; the first one makes the snapshots.

    The one that is an image stays: it may be the user's own.
    """
    log = given.folder / f"payments-{name or engine}.log"
    env = os.environ | {"PATH": f"{Path(GREENROOM).parent}{os.pathsep}{os.environ['PATH']}"}
    env |= {"XDG_STATE_HOME": str(given.folder / "state")}
    argv = [GREENROOM, *(words or ("run",)), "--engine", engine]

    def go() -> float:
        return timed(argv, cwd=PAYMENTS, log=log, env=env)

    def clean() -> None:
        shutil.rmtree(homes_root(state_folder(env)), ignore_errors=True)

    go()
    return Contender(name or engine, {"run": go}, clean=clean)

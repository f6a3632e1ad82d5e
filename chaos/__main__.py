"""Breaks the engine and kills Greenroom, and looks at what is left; see docs/reliability.md.

The exit code is 1 when anything hung, was left, or was said badly. Linux only.
"""

from __future__ import annotations

import argparse
import random
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import machine
from chaos import page
from chaos.campaign import Campaign, Gathered
from chaos.commands import LIMIT
from chaos.faults import FAULTS
from chaos.ledger import Ledger
from chaos.leftovers import Leftovers
from chaos.parts import PARTS, Part, Setting, named
from chaos.place import engine_socket

WORKERS = 4


def main() -> int:
    """Perform what is asked for; return the exit code."""
    arguments = parsed()
    # Whoever ends us wants nothing left, as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began, where = time.monotonic(), f"{machine.described()}; seed {arguments.seed}"
    print(where, flush=True)
    gathered = performed(arguments)
    for one in gathered:
        print(page.text(one), flush=True)
    print(f"\nall in {(time.monotonic() - began) / 60:.1f} min")
    if arguments.write:
        page.write(arguments.write, where, command(), gathered)
    return 1 if any(one.failures for one in gathered) else 0


def performed(arguments: argparse.Namespace) -> list[Gathered]:
    """Make the trials, say how long they will take, and perform them."""
    engine = engine_socket()
    campaign = Campaign(arguments.workers, progress)
    # The folder's path is short, because a socket's may have about a hundred characters.
    with (
        tempfile.TemporaryDirectory(prefix="chaos-") as folder,
        Ledger(f"unix://{engine}") as ledger,
    ):
        watcher = Leftovers(ledger)
        seed, short, names = arguments.seed, arguments.short, arguments.fault or ()
        limit, workers = arguments.limit, arguments.workers
        setting = Setting(Path(folder), engine, watcher, seed, short, names, limit, workers)
        parts = chosen(arguments, setting)
        announce(parts, arguments.workers)
        return [campaign.perform(part) for part in parts]


def chosen(arguments: argparse.Namespace, setting: Setting) -> list[Part]:
    """Return what is asked for: single trials, or whole parts."""
    if arguments.only:
        return named(arguments.only, setting)
    return [PARTS[name](setting) for name in arguments.parts or PARTS]


def announce(parts: Sequence[Part], workers: int) -> None:
    """Say how long it will take."""
    for part in parts:
        seconds = part.seconds / (1 if part.alone else workers)
        if seconds:
            print(
                f"{part.name}: {len(part.trials)} trials, about {seconds / 60:.1f} min", flush=True
            )


def parsed() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--short", action="store_true", help="only a few trials of each part")
    parser.add_argument("--fault", action="append", choices=FAULTS, help="of the faults, this one")
    parser.add_argument("--only", action="append", metavar="TRIAL", help="one trial, by its name")
    parser.add_argument("--seed", type=int, metavar="N", help="for what is chosen by chance")
    parser.add_argument(
        "--workers", type=int, metavar="N", default=WORKERS, help="trials at a time"
    )
    parser.add_argument(
        "--limit", type=float, metavar="S", default=LIMIT, help="after so many seconds it hangs"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables into this page")
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part is called {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if arguments.seed is None:
        arguments.seed = random.randrange(10_000)
    return arguments


def command() -> str:
    """Return what was typed."""
    return shlex.join(["python", "-m", "chaos", *sys.argv[1:]])


def progress(text: str) -> None:
    """Tell how far it is, where it does not get into the tables."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

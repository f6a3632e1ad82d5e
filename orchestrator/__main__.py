"""The program `greenroom`; `python -m orchestrator` is the same."""

from __future__ import annotations

import gc
import os
import sys

GARBAGE = 100_000
"""New objects after which garbage is looked for; Python's own default is 700."""


def main() -> int:
    """Run the command line and return the exit code."""
    # Answered before anything is imported: editors and CI systems ask for it all the time.
    if sys.argv[1:] in (["--version"], ["-V"]):
        from orchestrator import __version__

        print(f"greenroom {__version__}")  # noqa: T201 - stdout is where a version belongs
        return 0
    open_streams()
    # A command imports much and leaves little behind: looking for garbage as often as by default
    # takes a fifth of the processor's time of its start.
    gc.set_threshold(GARBAGE)
    try:
        from orchestrator.cli.main import main as command_line

        return command_line()
    except KeyboardInterrupt:
        # It came before anything was begun, or when all was done.
        return 130
    finally:
        # What ends anyway need not be searched once more on the way out.
        gc.freeze()


def open_streams() -> None:
    """Open those of the three standard streams that whoever started us has closed.

    Else the next file that is opened would be in the place of one, and what is meant for the
    terminal would be written into it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123


if __name__ == "__main__":
    sys.exit(main())

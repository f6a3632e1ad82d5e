"""Measures Greenroom beside its floor and its peers, in one run; see docs/performance.md.

A limit that is missed is a printed "no" and no failure; the exit code tells whether everything
could be measured.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import machine, table
from bench.cases import CASES, Case
from bench.given import Given
from bench.processes import CouldNotRun
from bench.rounds import measure


def main() -> int:
    """Measure what is asked for; return the exit code."""
    arguments = parsed()
    # Whoever ends us wants nothing left, as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    where = machine.described()
    print(where, flush=True)
    results: dict[str, Any] = {}
    for name in arguments.cases or CASES:
        results[name] = run(name, CASES[name], arguments.rounds, arguments.tests)
    if arguments.json:
        text = json.dumps({"machine": where, "cases": results}, indent=2)
        arguments.json.write_text(text + "\n")
    return 1 if any("failed" in result for result in results.values()) else 0


def parsed() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    parser.add_argument("--rounds", type=int, metavar="N", help="of each case")
    parser.add_argument("--tests", type=int, metavar="N", help="at most, where there are tests")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also every single figure")
    arguments = parser.parse_args()
    unknown = set(arguments.cases) - set(CASES)
    if unknown:
        parser.error(f"no case is called {', '.join(unknown)}; there are {', '.join(CASES)}")
    return arguments


def run(name: str, case: Case, rounds: int | None, tests: int | None) -> dict[str, Any]:
    """Measure one case, show it, and return it for JSON."""
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-") as folder:
        missing: list[str] = []
        try:
            contenders = case.contenders(Given(Path(folder), missing.append, tests))
            measured = measure(contenders, rounds or case.rounds, progress)
        except CouldNotRun as error:
            print(f"\n{name}: could not be measured: {error}", flush=True)
            return {"failed": str(error)}
    print("", table.text(name, case, measured), *missing, sep="\n", flush=True)
    return table.values(case, measured) | {"missing": missing}


def progress(text: str) -> None:
    """Tell how far it is, where it does not get into the tables."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

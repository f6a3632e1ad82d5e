"""The same tests on four workers: of one environment, and of four."""

from __future__ import annotations

import time
from contextlib import ExitStack

from bench import contenders, place
from bench.contenders import Contender
from bench.given import Given
from bench.place import Place
from bench.seeded import forgetting, kept, nothing, subfolder, write_tables
from bench.suites import Suite

TESTS = 200
WORKERS = 4


def four(given: Given) -> list[Contender]:
    """Four sessions with an environment each, one with four workers, and one without any."""
    tests = given.number(TESTS)
    places = [folder(given, f"own-{number}") for number in range(WORKERS)]
    share = max(1, tests // WORKERS)
    apart = [Suite(one.folder, share, words=("-p", "no:xdist")) for one in places]
    together = folder(given, "one")
    words = ("-n", str(WORKERS))
    one = Suite(together.folder, share * WORKERS, words=words)
    alone = Suite(together.folder, share * WORKERS, words=("-p", "no:xdist"))
    image = kept(together)
    clean = forgetting(contenders.greenroom(together), image).clean
    return [
        Contender("4 environments", {"whole": lambda: at_once(apart)}),
        Contender("1 environment", {"whole": one.whole}, clean=clean),
        Contender("1 worker", {"whole": alone.whole}),
    ]


def folder(given: Given, name: str) -> Place:
    """Return a folder with the environment; all of them have the same snapshot."""
    return place.made(subfolder(given, name), "workers", nothing, write_tables)


def at_once(suites: list[Suite]) -> float:
    """Run all of them at the same time; return how long that has taken."""
    began = time.perf_counter()
    with ExitStack() as stack:
        for child in [stack.enter_context(suite.begun()) for suite in suites]:
            child.wait()
    return time.perf_counter() - began

"""The servers of this host, which `engine: process` can run without containers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from orchestrator.doctor.finding import Around, Finding, ok
from orchestrator.model.facts import Program
from orchestrator.waiting import Deadline


def servers(around: Around, _deadline: Deadline) -> Iterator[Finding]:
    """Say which technologies can run as processes here, and what provides more."""
    from orchestrator.host.programs import candidates, known, providing
    from orchestrator.technologies.installed import INSTALLED

    natives = {name: native for name in INSTALLED if (native := INSTALLED[name].native) is not None}

    def first(name: str) -> Program | None:
        programs = (
            known(path, natives[name], around.environ)
            for path in candidates(natives[name], around.environ)
        )
        return next(filter(None, programs), None)

    with ThreadPoolExecutor(8, "greenroom-doctor") as pool:
        found = dict(zip(natives, pool.map(first, natives), strict=True))
    there = {name: program for name, program in found.items() if program}
    lacking = [name for name in natives if name not in there]
    words = ", ".join(f"{name} {program.version}" for name, program in there.items()) or "none"
    rest = f"; not here: {', '.join(lacking)}" if lacking and there else ""
    commands = dict.fromkeys(
        command
        for name in lacking
        for command in providing(natives[name].wheel, natives[name].packages)
    )
    hint = f"{' or '.join(commands)} provides those that are not here" if commands else ""
    yield replace(ok("processes", f"{words}{rest}", hint), provides=tuple(there))

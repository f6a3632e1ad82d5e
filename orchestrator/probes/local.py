"""Probes that ask the engine: a log, a command, the state."""

from __future__ import annotations

import re

from orchestrator.model.probe import Exec, Log
from orchestrator.probes.network import ask_tcp
from orchestrator.probes.target import ENGINE_SECONDS, Answer, Died, Target, excerpt

ALIVE_SECONDS = 1.0

LOOK_SECONDS = 0.1


def ask_log(probe: Log, target: Target) -> Answer:
    """Count the lines that match, no further than needed."""
    pattern, count = re.compile(probe.pattern), 0
    for line in target.engine.logs(target.found, target.deadline.sooner(ENGINE_SECONDS)):
        count += pattern.search(line.text) is not None
        if count >= probe.times:
            return Answer(True, f"logged {excerpt(line.text)}")
    return Answer(
        False, f"logged {count} of {probe.times} times" if count else "no such line in its log"
    )


def ask_command(probe: Exec, target: Target) -> Answer:
    """Run the command; when it fails, the last line that it wrote says why."""
    argv = [str(word) for word in probe.argv]
    deadline = target.deadline.sooner(ENGINE_SECONDS)
    result = target.engine.exec(target.found, argv, deadline, env=target.env)
    words = f"{argv[0]} exited with code {result.exit_code}"
    if result.exit_code and result.output:
        words += f": {excerpt(result.output.splitlines()[-1])}"
    return Answer(result.exit_code == 0, words)


def ask_for_exit(code: int, target: Target) -> Answer:
    """Look whether it has exited as it should. Raises Died when it has ended otherwise."""
    state = target.state
    if state.alive:
        return Answer(False, str(state))
    if state.status == "exited" and state.exit_code == code:
        return Answer(True, str(state))
    raise Died(state, str(state))


def ask_anything(port: str | None, target: Target) -> Answer:
    """Ask the image's own health check, else its port, else look whether it stays alive."""
    state = target.state
    if state.health:
        return Answer(state.health == "healthy", f"health check says {state.health}")
    if target.has_port(port):
        return ask_tcp(port, target)
    until = target.deadline.sooner(ALIVE_SECONDS)
    while state.alive and until.remaining():
        target.deadline.stop.wait(until.remaining(LOOK_SECONDS))
        target.deadline.check()
        state = target.state
    return Answer(state.alive, f"alive for {ALIVE_SECONDS:g} s" if state.alive else str(state))

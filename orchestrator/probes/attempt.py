"""One attempt of a probe."""

from __future__ import annotations

from orchestrator.errors import EngineError
from orchestrator.model.probe import Automatic, Dialogue, Exec, Exit, Http, Log, Probe, Tcp
from orchestrator.probes.local import ask_anything, ask_command, ask_for_exit, ask_log
from orchestrator.probes.network import ask_http, ask_in_dialogue, ask_tcp
from orchestrator.probes.target import Answer, Target
from orchestrator.waiting import TimedOut


def attempt(probe: Probe, target: Target) -> Answer:
    """Ask once; whatever goes wrong is an answer too.

    Takes a second at most over the network, ten through the engine. Raises Stopped, and Died when
    a task has ended otherwise than it should.
    """
    try:
        return ask(probe, target)
    except TimedOut:
        return Answer(False, "no answer in time")
    except EngineError as error:
        return Answer(False, error.message)


def ask(probe: Probe, target: Target) -> Answer:
    """Ask in the way that the probe wants."""
    match probe:
        case Http():
            return ask_http(probe, target)
        case Tcp(port=port):
            return ask_tcp(port, target)
        case Dialogue():
            return ask_in_dialogue(probe, target)
        case Log():
            return ask_log(probe, target)
        case Exec():
            return ask_command(probe, target)
        case Exit(code=code):
            return ask_for_exit(code, target)
        case Automatic(port=port):
            return ask_anything(port, target)

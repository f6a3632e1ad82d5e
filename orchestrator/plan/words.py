"""Probes in words."""

from __future__ import annotations

from orchestrator.model.probe import Automatic, Dialogue, Exec, Exit, Http, Log, Probe, Tcp


def readiness_words(probe: Probe) -> str:
    """Return in a few words what a probe waits for."""
    match probe:
        case Http(path=path, status=status):
            return f"GET {path} answers {' or '.join(map(str, status)) if status else '2xx or 3xx'}"
        case Tcp(port=port):
            return f"port {port} accepts" if port else "its port accepts"
        case Dialogue():
            return "it answers in its own protocol"
        case Log(pattern=pattern):
            return f"its log has a line like {pattern}"
        case Exec(argv=argv):
            return f"{' '.join(map(str, argv))} exits 0"
        case Exit(code=code):
            return f"it exits with {code}"
        case Automatic():
            return "its image's health check, else its port, else a second alive"

"""Names, probes and causes in words."""

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


def listed(names: list[str]) -> str:
    """Return names as one says them: `a`, `a and b`, `a, b and 3 more`."""
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]}, {names[1]} and {len(names) - 2} more"


def plural(names: list[str]) -> str:
    """Return the ending of the verb that goes with so many names."""
    return "s" if len(names) == 1 else ""

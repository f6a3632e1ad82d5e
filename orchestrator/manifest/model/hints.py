"""Words for a key that a manifest does not know."""

from __future__ import annotations

from orchestrator.manifest.model.document import Document
from orchestrator.manifest.model.part import Part
from orchestrator.manifest.model.program import Program, Service
from orchestrator.manifest.model.server import Server
from orchestrator.manifest.places import Path
from orchestrator.manifest.words import did_you_mean, listed, quoted

_ELSEWHERE = {
    "build_args": "build",
    "container_name": "hostname",
    "cpu": "limits",
    "cpus": "limits",
    "database": "databases",
    "db": "database",
    "depends_on": "needs",
    "env_file": "env",
    "environment": "env",
    "healthcheck": "ready",
    "init": "seed",
    "memory": "limits",
    "service": "services",
    "technology": "use",
    "type": "use",
    "volumes": "files",
    "wait": "ready",
    "working_dir": "workdir",
}
"""What the same thing is called by Compose and others."""


_ADOPTABLE = "databases, brokers and services"


def unknown_key(model: type[Part], path: Path) -> str:
    """The message for the key at the end of `path`, which `model` does not have."""
    key = str(path[-1])
    known = list(model.model_fields)
    here = _ELSEWHERE.get(key)
    if here in known:
        return f'unknown key; did you mean "{here}"?'
    other = _owner(model, key)
    if other:
        return f"cannot stand here; {quoted(key)} is for {other} only{_instead(model, key)}"
    return f"unknown key{did_you_mean(key, known, f'there are {listed(sorted(known))}')}"


def _owner(model: type[Part], key: str) -> str:
    if key in Server.model_fields and key in Service.model_fields and key not in model.model_fields:
        return "entries of a section" if model is Document else _ADOPTABLE
    if issubclass(model, Program) and key in Server.model_fields:
        return "databases and brokers"
    if issubclass(model, Server) and key in Program.model_fields:
        return "services and tasks"
    if key in Service.model_fields and issubclass(model, Server | Program):
        return "services"
    if model is Document and key in {*Server.model_fields, *Service.model_fields}:
        return "entries of a section"
    return ""


def _instead(model: type[Part], key: str) -> str:
    if issubclass(model, Server):
        return {
            "command": '; more arguments go into "args"',
            "ports": '; "port" fixes its port on this host',
            "build": '; an image of one\'s own goes into "image"',
        }.get(key, "")
    return {
        "args": '; a service has "command"',
        "port": '; a service has "ports", such as [8000]',
    }.get(key, "")

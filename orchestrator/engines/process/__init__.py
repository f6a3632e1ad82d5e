"""The process engine: services and tasks that are only a `command`, run on this host."""

from orchestrator.engines.process.engine import ProcessEngine

__all__ = ["ProcessEngine"]

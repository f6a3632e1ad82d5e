"""What runs already: nothing is started or removed but what a run has made there for itself."""

from orchestrator.engines.adopted.engine import AdoptedEngine

__all__ = ["AdoptedEngine"]

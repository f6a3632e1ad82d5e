"""The engine of containers: Docker, or whatever answers its API. Imports the SDK (0.13 s)."""

from orchestrator.engines.docker.engine import DockerEngine

__all__ = ["DockerEngine"]

"""The engine of containers: Docker, or whatever answers its API."""

from orchestrator.engines.docker.engine import DockerEngine

__all__ = ["DockerEngine"]

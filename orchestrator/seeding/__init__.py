"""Seeding: puts files, scripts, functions and databases into a resource that is ready."""

from orchestrator.seeding.seeder import Seeder

__all__ = ["Seeder"]

"""Seeding: puts files, scripts, functions and databases into a resource that is ready."""

"""Modules of testcontainers, each run by a child in the project's own interpreter."""

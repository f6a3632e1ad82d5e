"""A database for each test worker: the one file here that knows of Greenroom.

A variable is the same for all workers, so that each asks for its own copy here. Without this file
the tests pass as well, and all workers share one database.
"""

import os

import pytest

from orchestrator import Environment


@pytest.fixture(scope="session", autouse=True)
def own_database(environment: Environment) -> None:
    """Let LIBRARY_URL lead to this worker's copy of what was seeded."""
    os.environ.update(environment.variables)

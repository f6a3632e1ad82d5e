"""The world in which the manifests of these tests are loaded."""

from __future__ import annotations

import pytest
from manifest_world import World


@pytest.fixture
def world() -> World:
    """Some files, an environment and two technologies."""
    return World()

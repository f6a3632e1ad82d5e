"""The environments that come with Greenroom: each comes up, and each of its servers answers."""

from __future__ import annotations

import pytest
from technology_cases import CASES

from orchestrator import Environment
from orchestrator.host.manifests import ready_made

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("live_environ")]

GALLERY = ready_made()


@pytest.mark.parametrize("name", GALLERY)
def test_every_server_answers(name: str) -> None:
    with Environment(GALLERY[name]) as environment:
        for resource, one in environment.manifest.resources.items():
            assert one.technology, f"{resource} is nobody's"
            case = CASES[one.technology.name]
            assert case.hello(environment[resource].url) is not None, resource

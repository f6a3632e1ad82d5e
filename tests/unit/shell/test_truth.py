"""`if env:` asks whether there is an environment, and not whether anything of it is up."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator import Environment, UsageError
from orchestrator.engines.fake import FakeEngine


@pytest.mark.parametrize("services", [{}, {"api": {"image": "api:1", "ready": {"log": "up"}}}])
def test_an_environment_is_something_before_within_and_behind(
    tmp_path: Path, services: dict[str, object]
) -> None:
    engine = FakeEngine()
    engine.says("api", "up")
    made = Environment.of({"services": services}, folder=tmp_path, engines={"docker": engine})
    assert made
    with made as environment:
        assert environment
        assert environment.view
        assert len(environment) == len(services)
    assert made
    with pytest.raises(UsageError, match="the environment is not up"):
        len(made)

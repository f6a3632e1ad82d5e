"""What may not run twice at a time is a group, which one worker runs: that has to hold here."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

GROUP = """
import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("one at a time")


@pytest.mark.parametrize("number", range(6))
def test_it(number):
    Path(os.environ["PYTEST_XDIST_WORKER"]).touch()
"""


def test_the_tests_of_a_group_run_in_one_worker(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(GROUP)
    ran = pytester.runpytest_subprocess("-n", "2", "--dist", "loadgroup", "-p", "no:greenroom")
    ran.assert_outcomes(passed=6)
    workers = [path.name for path in pytester.path.iterdir() if path.name.startswith("gw")]
    assert len(workers) == 1, "pytest and pytest-xdist do not go together: see pyproject.toml"

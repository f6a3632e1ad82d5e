"""What the plugin says when it is wrong itself: no secret, and no test suffers."""

from __future__ import annotations

import pytest

from orchestrator.pytest_plugin.shown import bug, cleaner

pytest_plugins = ["pytester"]

SECRET = "a-very-secret-token"

CONFTEST = f"""
from orchestrator.pytest_plugin import running

def broken(item):
    raise KeyError("{SECRET}")

running.of = broken
"""


def test_a_report_shows_no_secret_of_a_bug_of_ours(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", SECRET)
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile("def test_fails(): assert False\ndef test_passes(): pass\n")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["a bug in Greenroom: KeyError('[*][*][*]')"])
    assert SECRET not in result.stdout.str() + result.stderr.str()


def test_where_the_bug_is_in_the_cleaning_only_its_kind_is_shown() -> None:
    def broken(lines: object) -> list[str]:
        raise ValueError

    assert bug(KeyError(SECRET), broken) == "a bug in Greenroom: KeyError"
    assert bug(KeyError("x\ny"), cleaner(None)) == r"a bug in Greenroom: KeyError('x\ny')"

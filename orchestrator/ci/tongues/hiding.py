"""Which secrets a CI system can hide: it looks for them everywhere, even inside of words."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.model.secret import lines_worth_hiding


def hidden_lines(secrets: Iterable[str]) -> list[str]:
    """Return each line that can be hidden wherever it stands, once, in the order of the secrets.

    Logs are read line by line, so the lines of a secret are hidden one by one. What would make
    holes in innocent text (`postgres` in every `postgresql`) is left to Greenroom's own mask, which
    looks at what stands around it.
    """
    return list(dict.fromkeys(line for one in secrets for line in lines_worth_hiding(one)))

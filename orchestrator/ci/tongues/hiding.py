"""Which secrets a CI system can hide: it looks for them everywhere, even inside of words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.model.secret import LONG, OpenWord


def hidden_lines(secrets: Iterable[str]) -> list[str]:
    """Return each line that can be hidden wherever it stands, once, in the order of the secrets.

    Logs are read line by line, so the lines of a secret are hidden one by one. What is short, a
    mere word, or a name that is shown in the open would make holes in innocent text (`postgres` in
    every `postgresql`): that is left to Greenroom's own mask, which looks at what stands around it.
    """
    return list(dict.fromkeys(_lines(secrets)))


def _lines(secrets: Iterable[str]) -> Iterator[str]:
    for secret in secrets:
        if isinstance(secret, OpenWord):
            continue
        for line in secret.splitlines():
            text = line.strip()
            if len(text) >= LONG and not text.isalpha():
                yield text

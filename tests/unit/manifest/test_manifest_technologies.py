"""What the technologies that come with Greenroom do not have is a mistake, not a surprise."""

from __future__ import annotations

import pytest

from orchestrator.errors import ManifestError
from orchestrator.host.manifests import HostFiles
from orchestrator.manifest import load
from orchestrator.technologies import BUILT_IN

NO_FIELD = (
    'e.yaml:2:18: tests.env.A: events has no field "database"; '
    "it has url, host, port, user and password"
)


@pytest.mark.parametrize(
    ("summary", "entry", "words"),
    [
        (
            "another user for redis",
            "databases: {cache: {use: redis, user: me}}",
            'e.yaml:1:39: databases.cache.user: redis has only the user "default"',
        ),
        (
            "a database for nats",
            "brokers: {events: {use: nats, database: shop}}",
            "e.yaml:1:41: brokers.events.database: nats has no databases; leave this out",
        ),
        (
            "a reference to a database of nats",
            'brokers: {events: {use: nats}}\ntests: {env: {A: "${events.database}"}}',
            NO_FIELD,
        ),
    ],
)
def test_mistake(summary: str, entry: str, words: str) -> None:
    with pytest.raises(ManifestError) as caught:
        load(
            entry.encode(),
            path="/project/e.yaml",
            files=HostFiles(),
            environ={},
            technologies=BUILT_IN,
        )
    assert str(caught.value) == words, summary

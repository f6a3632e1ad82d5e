"""What engines literally say when a push fails, and what it is taken for."""

from __future__ import annotations

import pytest

from orchestrator.engines.docker.push_words import (
    CLOSED,
    CROWDED,
    FIXED,
    FORBIDDEN,
    OWN,
    UNMADE,
    push_meaning,
)
from orchestrator.engines.docker.registry_words import BUSY, LIMITED, NOWHERE, PLAIN, Meaning

CASES: dict[Meaning, list[str]] = {
    FORBIDDEN: [
        "denied: requested access to the resource is denied",
        "no basic auth credentials",
        "unauthorized: authentication required",
        (
            "unauthorized: unauthorized to access repository: our/db, action: push: unauthorized "
            "to access repository: our/db, action: push"
        ),
        "denied: access forbidden",
    ],
    CLOSED: ["unsupported: The operation is unsupported.", "error: 405 Method Not Allowed"],
    FIXED: [
        (
            "tag invalid: The image tag '1' already exists in the 'db' repository and cannot be "
            "overwritten because the tag is immutable."
        ),
        "unknown: Failed to process request due to 'db:1' configured as immutable.",
    ],
    UNMADE: [
        (
            "name unknown: The repository with name 'db' does not exist in the registry with id "
            "'1234'"
        ),
        "unauthorized: project our not found: project our not found",
        'name unknown: Repository "our" not found',
    ],
    CROWDED: [
        (
            "denied: adding 3.0 MiB of storage resource, which when updated to current usage will "
            "exceed the configured upper limit of 1.0 MiB."
        ),
        "unknown: filesystem: write /var/lib/registry/x: no space left on device",
        "denied: Quota exceeded",
    ],
    LIMITED: ["toomanyrequests: Rate exceeded", "toomanyrequests: rate quota reached"],
    BUSY: ["received unexpected HTTP status: 503 Service Unavailable"],
    NOWHERE: ['Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'],
    PLAIN: ['Get "https://r.test/v2/": http: server gave HTTP response to HTTPS client'],
}


@pytest.mark.parametrize(
    ("words", "expected"),
    [(words, meaning) for meaning, all_of_it in CASES.items() for words in all_of_it],
)
def test_engines_words_are_understood(words: str, expected: Meaning) -> None:
    assert push_meaning(words, "r.test/our/db:1") == expected


def test_every_meaning_of_its_own_has_its_words() -> None:
    assert {meaning for meaning, _ in OWN} <= set(CASES)


def test_what_nobody_knows_means_nothing() -> None:
    assert push_meaning("disk on fire", "r.test/db:1") is None
    assert push_meaning("no matching manifest for linux/arm64", "r.test/db:1") is None

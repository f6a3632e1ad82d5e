"""What engines literally say when a pull fails, and what it is taken for."""

from __future__ import annotations

import pytest

from orchestrator.engines.docker.registry_words import (
    ABSENT,
    ABSENT_DIGEST,
    BUSY,
    FULL,
    HIDDEN,
    LIMITED,
    MISNAMED,
    NOWHERE,
    OTHER_PLATFORM,
    PATTERNS,
    PLAIN,
    REFUSED,
    SHORT,
    UNTRUSTED,
    Meaning,
    meaning_of,
)

HUB = "https://registry-1.docker.io/v2"
DIAL = 'Get "https://r.test/v2/": dial tcp'
LIMIT = (
    "toomanyrequests: You have reached your {} rate limit. You may increase the limit by "
    "authenticating and upgrading: https://www.docker.com/increase-rate-limit"
)
RESOLVE = 'failed to resolve reference "docker.io/library/db:1": '
PODMAN = "initializing source docker://r.test/db:1: "
PING = PODMAN + "pinging container registry r.test: "

CASES: dict[Meaning, list[str]] = {
    LIMITED: [
        # Docker with its own store, and with containerd's; Podman.
        LIMIT.format("pull"),
        LIMIT.format("unauthenticated pull"),
        "toomanyrequests: Rate exceeded",
        (
            "error parsing HTTP 429 response body: invalid character 'T' looking for beginning of "
            'value: "Too Many Requests (HAP429)."'
        ),
        RESOLVE + f"unexpected status from HEAD request to {HUB}/library/db/manifests/1: "
        "429 Too Many Requests",
        PODMAN + "reading manifest 1 in docker.io/library/db: " + LIMIT.format("pull"),
    ],
    ABSENT: [
        "manifest for db:1 not found: manifest unknown: manifest unknown",
        "manifest for r.test/db:1 not found: manifest unknown: manifest unknown",
        "name unknown: repository name not known to registry",
        "docker.io/library/db:1: not found",
        RESOLVE + "docker.io/library/db:1: not found",
        PODMAN + "reading manifest 1 in r.test/db: manifest unknown",
        PODMAN + "reading manifest 1 in r.test/db: name unknown: repository name not known to "
        "registry",
        "unknown: artifact hub/db:1 not found: 404 Not Found",
    ],
    HIDDEN: [
        (
            "pull access denied for db, repository does not exist or may require 'docker login': "
            "denied: requested access to the resource is denied"
        ),
        RESOLVE + "pull access denied, repository does not exist or may require authorization: "
        "server message: insufficient_scope: authorization failed",
        PODMAN + "reading manifest 1 in docker.io/library/db: requested access to the resource is "
        "denied",
    ],
    REFUSED: [
        'Head "http://127.0.0.1:5000/v2/db/manifests/1": no basic auth credentials',
        "unauthorized: authentication required",
        'Get "https://r.test/v2/": unauthorized: incorrect username or password',
        'Get "https://r.test/v2/": unauthorized: HTTP Basic: Access denied.',
        "denied: Your authorization token has expired. Reauthenticate and try again.",
        "error from registry: denied",
        "denied: access forbidden",
        RESOLVE + "failed to authorize: failed to fetch anonymous token: unexpected status from "
        "GET request to https://ghcr.io/token?scope=x: 401 Unauthorized",
        RESOLVE + f"unexpected status from HEAD request to {HUB}/db/manifests/1: 403 Forbidden",
        PODMAN + "unable to retrieve auth token: invalid username/password: unauthorized: x",
        PODMAN + "reading manifest 1 in r.test/db: unauthorized: authentication required",
    ],
    OTHER_PLATFORM: [
        "no matching manifest for linux/arm64/v8 in the manifest list entries",
        "no matching manifest for windows/amd64 10.0.22631 in the manifest list entries",
        (
            "image with reference db:1 was found but does not match the specified platform: wanted "
            "linux/arm64, actual: linux/amd64"
        ),
        (
            "image with reference db:1 was found but does not provide the specified platform "
            "(linux/arm64)"
        ),
        "no match for platform in manifest: not found",
        (
            "choosing an image from manifest list docker://r.test/db:1: no image found in manifest "
            'list for architecture arm64, variant "v8", OS linux'
        ),
        'no image found in image index for architecture arm64, variant "v8", OS linux',
    ],
    MISNAMED: [
        "invalid reference format",
        "invalid reference format: repository name must be lowercase",
        "invalid tag format",
    ],
    SHORT: [
        (
            'short-name "db:1" did not resolve to an alias and no unqualified-search registries '
            'are defined in "/etc/containers/registries.conf"'
        ),
    ],
    FULL: [
        "failed to register layer: write /usr/lib/x: no space left on device",
        "failed to extract layer sha256:1: write /x: no space left on device: unknown",
        "writing blob: storing blob to file: write /var/tmp/x: no space left on device",
        "open /var/lib/docker/tmp/GetImageBlob1: disk quota exceeded",
    ],
    UNTRUSTED: [
        'Get "https://r.test/v2/": x509: certificate signed by unknown authority',
        'Get "https://r.test/v2/": tls: failed to verify certificate: x509: certificate is old',
    ],
    PLAIN: [
        'Get "https://r.test/v2/": http: server gave HTTP response to HTTPS client',
        PING + 'Get "https://r.test/v2/": tls: first record does not look like a TLS handshake',
    ],
    NOWHERE: [
        f"{DIAL}: lookup r.test on 127.0.0.53:53: no such host",
        f"{DIAL} 127.0.0.1:1: connect: connection refused",
        f"{DIAL} 10.1.1.1:443: connect: no route to host",
        f"{DIAL} 10.1.1.1:443: connect: network is unreachable",
        (
            'Get "https://r.test/v2/": proxyconnect tcp: dial tcp 10.1.1.1:3128: connect: '
            "connection refused"
        ),
        PING + f"{DIAL} 127.0.0.1:1: connect: connection refused",
    ],
    BUSY: [
        "received unexpected HTTP status: 503 Service Unavailable",
        "received unexpected HTTP status: 500 Internal Server Error",
        "received unexpected HTTP status: 502 Bad Gateway",
        "received unexpected HTTP status: 504 Gateway Time-out",
        "unavailable: service unavailable",
        "error parsing HTTP 502 response body: invalid character '<' looking for x",
        RESOLVE + "failed to authorize: failed to fetch oauth token: unexpected status from POST "
        "request to https://auth.docker.io/token: 503 Service Unavailable",
        PODMAN
        + "reading manifest 1 in r.test/db: received unexpected HTTP status: 502 Bad Gateway",
        'Get "https://r.test/v2/": net/http: TLS handshake timeout',
        f"{DIAL} 10.1.1.1:443: i/o timeout",
        f"{DIAL}: lookup r.test on 127.0.0.53:53: read udp 127.0.0.1:5->127.0.0.53:53: i/o timeout",
        f"{DIAL}: lookup r.test: Temporary failure in name resolution",
        f"{DIAL}: lookup r.test on 127.0.0.53:53: server misbehaving",
        (
            'Get "https://r.test/v2/": net/http: request canceled while waiting for connection '
            "(Client.Timeout exceeded while awaiting headers)"
        ),
        'Get "https://r.test/v2/": context deadline exceeded',
        "read tcp 10.1.1.2:5->10.1.1.1:443: read: connection reset by peer",
        'Get "https://r.test/v2/": EOF',
        "unexpected EOF",
        "http2: server sent GOAWAY and closed the connection; LastStreamID=1",
    ],
}


@pytest.mark.parametrize(
    ("words", "expected"),
    [(words, meaning) for meaning, all_of_it in CASES.items() for words in all_of_it],
)
def test_engines_words_are_understood(words: str, expected: Meaning) -> None:
    assert meaning_of(words, "db:1") == expected


def test_what_is_missing_by_its_digest_has_a_next_step_of_its_own() -> None:
    words = "manifest for r.test/db@sha256:1 not found: manifest unknown: manifest unknown"
    assert meaning_of(words, f"r.test/db@sha256:{'1' * 64}") == ABSENT_DIGEST
    assert ABSENT_DIGEST.words == ABSENT.words


def test_every_meaning_has_its_words() -> None:
    assert set(CASES) == {meaning for meaning, _ in PATTERNS}


def test_only_what_may_pass_is_tried_again() -> None:
    assert [meaning for meaning in CASES if meaning.passing] == [BUSY]


@pytest.mark.parametrize(
    "words", ["failed to register layer: permission denied", "disk on fire", ""]
)
def test_what_nobody_knows_means_nothing(words: str) -> None:
    assert meaning_of(words, "db:1") is None


@pytest.mark.parametrize(
    "image", ["r.test/unauthorized:1", "toomanyrequests", "r.test/x/forbidden"]
)
def test_the_image_s_own_name_says_nothing(image: str) -> None:
    words = f"manifest for {image} not found: manifest unknown: manifest unknown"
    assert meaning_of(words, image) == ABSENT

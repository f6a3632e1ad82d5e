"""What it means that an image could not be pulled, told apart by the engine's words alone.

Engines give every such failure the same status, and hand on what the registry said in words of
their own: Docker with its own store, Docker with containerd's, and Podman. One table knows them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.engines.docker.refusals import MAKE_ROOM
from orchestrator.model.image import ImageName


@dataclass(frozen=True)
class Meaning:
    """What a failure means, in words, and what to do next; `passing` ones are worth a new try.

    Where it is a matter of who asks, `with_login` are the words when a login was shown. Names are
    left open: `{registry}`, `{image}`, `{login}` for the command that logs in, and `{source}` for
    where the login that was shown is kept.
    """

    words: str
    hint: str
    with_login: str = ""
    passing: bool = False


LIMITED = Meaning(
    "its registry lets nobody pull that much for now",
    "log in, which raises the limit ({login}), or pull through a mirror (GREENROOM_IMAGE_PREFIX)",
)
ABSENT = Meaning(
    "its registry has no such image", "correct the name or the tag; {image} has to be pushed first"
)
ABSENT_DIGEST = Meaning(
    ABSENT.words,
    "it may have the tag with another digest, as a mirror may: take the one that it has, in the "
    "manifest or, if a lock says which, by greenroom images --lock --update",
)
HIDDEN = Meaning(
    "its registry has no such image, or shows it only to those who are logged in",
    "correct the name; if it is right: {login}",
    "its registry has no such image, or does not show it to the login from {source}",
)
REFUSED = Meaning(
    "its registry wants a login, and none is kept for {registry}",
    "{login}",
    "its registry does not accept the login from {source}",
)
OTHER_PLATFORM = Meaning(
    "there is none for this platform",
    'set `platform` to one that "docker manifest inspect {image}" lists, or take another tag',
)
MISNAMED = Meaning("no image can have that name", "write it like registry/name:tag, in lower case")
SHORT = Meaning(
    "Podman does not know whose short name this is",
    "write it with its registry (docker.io/library/postgres:16), or for all of Docker Hub's: "
    "GREENROOM_IMAGE_PREFIX=docker.io/library/",
)
FULL = Meaning("the engine has no room left for it", MAKE_ROOM)
UNTRUSTED = Meaning(
    "the engine does not trust the registry's certificate",
    "give the engine the authority's certificate (/etc/docker/certs.d/{registry}/ca.crt)",
)
PLAIN = Meaning(
    "its registry speaks HTTP, and the engine wants HTTPS",
    'let the engine trust it: {registry} among the "insecure-registries" of its daemon.json',
)
NOWHERE = Meaning(
    "no registry answers there",
    "correct the name of the registry ({registry}), or see whether it runs and the engine gets "
    "there (through a proxy of its own, if one is needed)",
)
BUSY = Meaning(
    "its registry, or the way there, fails at the moment",
    "try again later, or pull through a mirror (GREENROOM_IMAGE_PREFIX)",
    passing=True,
)

TABLE: tuple[tuple[Meaning, tuple[str, ...]], ...] = (
    (LIMITED, ("toomanyrequests", "too many requests", "rate limit", r"(http|status).*\b429\b")),
    (FULL, ("no space left on device", "disk quota exceeded")),
    (
        MISNAMED,
        ("invalid reference format", "invalid tag format", "repository name must be lowercase"),
    ),
    (SHORT, ("short-name .* did not resolve", "no unqualified-search registries")),
    (
        OTHER_PLATFORM,
        (
            "no matching manifest",
            "no match for platform",
            "no image found in (image index|manifest list)",
            "(match|provide) the specified platform",
        ),
    ),
    (PLAIN, ("server gave http response to https client", "not look like a tls handshake")),
    (UNTRUSTED, ("x509:", "certificate signed by unknown authority")),
    # A registry with a trouble of its own says so also where it was asked who may come in.
    (
        BUSY,
        (
            r"\b(http|status)\b.*\b50[0234]\b",
            "internal server error",
            "service unavailable",
            "bad gateway",
            "gateway time-?out",
        ),
    ),
    (
        HIDDEN,
        (
            "pull access denied",
            "may require ('docker login'|authorization)",
            "insufficient_scope",
            # Docker Hub's words, as Podman hands them on, for what does not exist as well.
            "requested access to the resource is denied",
        ),
    ),
    (
        REFUSED,
        (
            "unauthorized",
            "no basic auth credentials",
            "authentication required",
            "authorization (failed|token has expired)",
            "(incorrect|invalid) username",
            r"\b(http|status)\b.*\b40[13]\b",
            "forbidden",
            r"(?<!permission )\bdenied\b",
        ),
    ),
    (
        ABSENT,
        (
            "manifest unknown",
            "name unknown",
            "manifest for .*not found",
            "not known to registry",
            r": not found\b",
            "404 not found",
            "no such image",
        ),
    ),
    (
        BUSY,
        (
            "tls handshake timeout",
            "i/o timeout",
            "timeout exceeded",
            "deadline exceeded",
            "timed out",
            "connection reset by peer",
            "broken pipe",
            "unexpected eof",
            r": eof\b",
            "server misbehaving",
            "temporary failure in name resolution",
            "http2: .*(goaway|stream)",
            "request canceled",
        ),
    ),
    (
        NOWHERE,
        (
            "no such host",
            "connection refused",
            "no route to host",
            "network is unreachable",
            "proxyconnect",
        ),
    ),
)
"""What is told by which words, in lower case; the first that fits counts."""

PATTERNS = tuple((meaning, re.compile("|".join(texts))) for meaning, texts in TABLE)


def meaning_of(words: str, image: str) -> Meaning | None:
    """Return what an engine's words about a pull of this image mean, None where nobody knows.

    The image's own name among them says nothing.
    """
    name = ImageName.of(image)
    own = "|".join(re.escape(each) for each in (image, name.name, name.repository))
    lower = re.sub(rf"(?<!\w)({own})(?!\w)", "…", words).lower()
    found = next((meaning for meaning, pattern in PATTERNS if pattern.search(lower)), None)
    return ABSENT_DIGEST if found == ABSENT and name.digest else found

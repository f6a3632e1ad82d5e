"""How NATS gives each test an account of its own, with streams as they were seeded.

The template is a list of the requests that make the seeded streams, kept in a stream of its own
account: so nothing in it grows old, and to make a slice is to send them to the slice's account.
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.model.conversation import Conversation, Credentials
from orchestrator.model.slicing import Seeded, Slicing
from orchestrator.technologies.parts.nats_accounts import (
    MOST,
    SHARED,
    access,
    account_of,
    keeper,
    settings,
)
from orchestrator.technologies.parts.nats_keeping import kept, read_kept
from orchestrator.technologies.parts.nats_requests import API, Request, ask, log_in
from orchestrator.technologies.parts.nats_seeded import taken

SETTINGS = "/etc/greenroom/nats.conf"
"""Where the server's configuration is put."""

STORE = "/tmp/nats"  # noqa: S108 - the server's own choice, inside its container


def places(seeded: Seeded, slices: Sequence[Credentials]) -> list[str]:
    """Return what stands before the subjects of these slices' accounts."""
    return [f"{account_of(seeded.access, one)}." for one in slices]


def greet(seeded: Seeded) -> Conversation:
    """Log in where all accounts can be reached from."""
    yield from log_in(keeper(seeded.access))


def template(_seeded: Seeded) -> Conversation:
    """Keep what makes the shared account's streams."""
    yield from kept((yield from taken(f"{SHARED}.")))


def make(seeded: Seeded, slices: Sequence[Credentials]) -> Conversation:
    """Make the streams in the slices' accounts."""
    yield from filled(places(seeded, slices))


def drop(seeded: Seeded, slices: Sequence[Credentials]) -> Conversation:
    """Remove the streams of the accounts; the accounts stay, and whoever is connected."""
    yield from emptied(places(seeded, slices))


def reset(_seeded: Seeded) -> Conversation:
    """Make the shared account's streams anew; connections stay, but consumers are gone."""
    yield from filled([f"{SHARED}."])


def filled(where: Sequence[str]) -> Conversation:
    """Let these accounts have what was kept, and nothing else."""
    groups = yield from read_kept()
    yield from emptied(where)
    for group in groups:
        yield from ask(
            [Request(place + one.subject, one.data, one.head) for one in group for place in where]
        )


def emptied(where: Sequence[str]) -> Conversation:
    """Delete all streams of these accounts, page by page."""
    while True:
        answers = yield from ask([Request(f"{place}{API}STREAM.NAMES") for place in where])
        found = [
            Request(f"{place}{API}STREAM.DELETE.{name}")
            for place, answer in zip(where, answers, strict=True)
            for name in answer.get("streams") or ()
        ]
        if not found:
            return
        yield from ask(found, absent=True)


SLICING = Slicing(
    access=access,
    most=MOST,
    greet=greet,
    template=template,
    make=make,
    drop=drop,
    reset=reset,
    files={SETTINGS: settings()},
    # In memory an account takes a fiftieth of a millisecond at the start, on a disk a whole one.
    tmpfs=(f"{STORE}:mode=1777",),
)

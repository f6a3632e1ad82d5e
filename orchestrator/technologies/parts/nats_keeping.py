"""How the template of a NATS server keeps requests: as messages of a stream that nobody sees."""

from __future__ import annotations

from collections.abc import Generator
from itertools import groupby

from orchestrator.model.conversation import Conversation, Exchange, SliceRefused
from orchestrator.technologies.parts.nats_requests import API, Request, ask
from orchestrator.technologies.parts.nats_seeded import on_stream, read_messages

STREAM = "GREENROOM"
"""Keeps the requests, one in a message, in the template's account."""

PREFIX = "greenroom.seeded."


def kept(groups: list[list[Request]]) -> Conversation:
    """Keep requests as messages: the subject says the group, the size of the headers, and where to.

    Headers go with the data, because here they would have an effect.
    """
    yield from ask([Request(f"{API}STREAM.DELETE.{STREAM}")], absent=True)
    config = {"name": STREAM, "subjects": [f"{PREFIX}>"], "storage": "file"}
    yield from ask([on_stream("CREATE", config)])
    yield from ask(
        [
            Request(f"{PREFIX}{number}.{len(one.head)}.{one.subject}", one.head + one.data)
            for number, group in enumerate(groups)
            for one in group
        ]
    )


def read_kept() -> Generator[Exchange, bytes, list[list[Request]]]:
    """Return what was kept. Raises SliceRefused when nothing was."""
    (answer,) = yield from ask([Request(f"{API}STREAM.INFO.{STREAM}")], absent=True)
    if "error" in answer:
        raise SliceRefused("there is no template of it")
    numbers = range(1, answer["state"]["last_seq"] + 1)
    messages = yield from read_messages(f"{API}STREAM.MSG.GET.{STREAM}", numbers)
    return [[unpacked(one) for one in group] for _, group in groupby(messages, key=number_of_group)]


def number_of_group(message: Request) -> str:
    """Return which group a kept request belongs to."""
    return message.subject.removeprefix(PREFIX).partition(".")[0]


def unpacked(message: Request) -> Request:
    """Return the request that a message keeps."""
    _, size, subject = message.subject.removeprefix(PREFIX).split(".", 2)
    return Request(subject, message.data[int(size) :], message.data[: int(size)])

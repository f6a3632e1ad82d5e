"""What makes up the seeded state of a NATS account, as requests that make it again in another."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Generator
from typing import Any

from orchestrator.model.conversation import Exchange
from orchestrator.technologies.parts.nats_requests import API, Answer, Request, ask, listed

WHILE_FILLED = {"no_ack": False, "sealed": False}
"""How a stream is while it is filled: it says what has arrived, and takes it."""

EXPECTATION = re.compile(rb"(?im)^Nats-Expected-[^\r\n]*\r\n")
"""A condition that held when the message came; sequence numbers may differ in a copy."""

EMPTY_HEAD = b"NATS/1.0\r\n\r\n"

SOURCED = b"\r\nNats-Stream-Source:"
"""Stands in messages that a stream has fetched from another by itself; a copy does that too."""

Requests = Generator[Exchange, bytes, list[Request]]


def taken(place: str) -> Generator[Exchange, bytes, list[list[Request]]]:
    """Return what makes an account's streams again, in groups of which each waits for the last.

    They are first made, then get their consumers, then their messages, because some keep only
    messages that a consumer waits for.
    """
    streams: list[Answer] = yield from listed(place, "STREAM.LIST", "streams")
    configs = [stream["config"] for stream in streams]
    consumers: list[Request] = []
    messages: list[Request] = []
    for stream in streams:
        consumers += yield from taken_consumers(place, stream["config"]["name"])
        messages += yield from taken_messages(place, stream)
    made = [on_stream("CREATE", config | WHILE_FILLED) for config in configs]
    last = [on_stream("UPDATE", one) for one in configs if any(map(one.get, WHILE_FILLED))]
    return [made, consumers, messages, last]


def on_stream(verb: str, config: dict[str, Any]) -> Request:
    """Return the request that makes or changes a stream."""
    return Request(f"{API}STREAM.{verb}.{config['name']}", json.dumps(config).encode())


def taken_consumers(place: str, stream: str) -> Requests:
    """Return what makes the durable consumers of a stream again; others belong to a connection."""
    found = yield from listed(place, f"CONSUMER.LIST.{stream}", "consumers")
    configs = [one["config"] for one in found if one["config"].get("durable_name")]
    return [
        Request(
            f"{API}CONSUMER.DURABLE.CREATE.{stream}.{config['durable_name']}",
            json.dumps({"stream_name": stream, "config": config}).encode(),
        )
        for config in configs
    ]


def taken_messages(place: str, stream: Answer) -> Requests:
    """Return what publishes the messages of a stream again; a mirror fills by itself."""
    config, state = stream["config"], stream["state"]
    if "mirror" in config or not state["messages"]:
        return []
    numbers = range(state["first_seq"], state["last_seq"] + 1)
    messages = yield from read_messages(f"{place}{API}STREAM.MSG.GET.{config['name']}", numbers)
    return [
        Request(one.subject, one.data, conditionless(one.head))
        for one in messages
        if SOURCED not in one.head
    ]


def read_messages(subject: str, numbers: range) -> Requests:
    """Return the messages of these sequence numbers that are there."""
    asked = [Request(subject, b'{"seq":%d}' % number) for number in numbers]
    answers = yield from ask(asked, absent=True)
    found = [answer["message"] for answer in answers if "message" in answer]
    return [
        Request(
            one["subject"],
            base64.b64decode(one.get("data", "")),
            base64.b64decode(one.get("hdrs", "")),
        )
        for one in found
    ]


def conditionless(head: bytes) -> bytes:
    """Return a message's headers without conditions."""
    left = EXPECTATION.sub(b"", head)
    return b"" if left == EMPTY_HEAD else left

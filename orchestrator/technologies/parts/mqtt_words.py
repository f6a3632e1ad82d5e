"""What is said to a broker of MQTT 3.1.1.

Packets: https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html, chapter 3.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from orchestrator.model.conversation import (
    Conversation,
    Credentials,
    ReadExactly,
    SeedRefused,
    Send,
)
from orchestrator.technologies.parts.documents import (
    composed,
    fields,
    items,
    line,
    octets,
    refused,
    text,
)
from orchestrator.technologies.parts.refusals import each

EXPECTED = "expected `messages:` with a list of messages, each with a `topic`"

NAME = "greenroom"

WITH_USER, WITH_PASSWORD, CLEAN = 0x80, 0x40, 0x02

PUBLISH_ONCE_AT_LEAST, RETAINED = 0x32, 0x01

REFUSALS = {4: "the user name or password is wrong", 5: "not authorised"}
"""What the broker's codes mean; the others do not come up here."""

LONGEST = 268_435_455
"""Bytes that a packet can have."""


def short(data: bytes) -> bytes:
    """Return a text with its length before it, in two bytes."""
    return len(data).to_bytes(2, "big") + data


def packet(kind: int, body: bytes) -> bytes:
    """Return a packet: its kind, its length in groups of seven bits, and what is in it."""
    size, head = len(body), bytearray([kind])
    while size > 0x7F:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    head.append(size)
    return bytes(head) + body


def connect(*access: str) -> bytes:
    """Return the packet that opens a connection, as nobody or with a user and a password."""
    flags = CLEAN | (WITH_USER | WITH_PASSWORD if access else 0)
    texts = b"".join(short(one.encode()) for one in (NAME, *access))
    return packet(0x10, short(b"MQTT") + bytes([4, flags, 0, 60]) + texts)


ANYBODY = connect()
ANSWERED = rb"^\x20\x02\x00[\x00\x05]"
"""Nobody gets in without a user; a broker that says so, after the rules, does its work."""


def talk(chunks: Iterator[bytes], credentials: Credentials) -> Conversation:
    """Publish messages that the broker keeps, and gives to whoever subscribes later."""
    messages = read(chunks)
    yield Send(connect(credentials.user, credentials.password))
    code = (yield ReadExactly(4))[3]
    if code:
        raise SeedRefused(0, REFUSALS.get(code, f"the connection is refused with code {code}"))
    for number, (place, topic, payload) in enumerate(messages):
        identifier = (number % 0xFFFF + 1).to_bytes(2, "big")
        body = short(topic.encode()) + identifier + payload
        if len(body) > LONGEST:
            raise SeedRefused(place, f"a message has at most {LONGEST:,} bytes")
        yield Send(packet(PUBLISH_ONCE_AT_LEAST | RETAINED, body))
        yield ReadExactly(4)
    yield Send(packet(0xE0, b""))


def read(chunks: Iterator[bytes]) -> list[tuple[int, str, bytes]]:
    """Return each message's line, topic and payload. Raises SeedRefused with all that is wrong."""
    return each(listed(b"".join(chunks)), message)


def listed(data: bytes) -> list[yaml.Node]:
    """Return the items of a seed's `messages`. Raises SeedRefused."""
    return items(
        fields(composed(data, EXPECTED), ("messages",), EXPECTED).get("messages"), EXPECTED
    )


def message(node: yaml.Node) -> tuple[int, str, bytes]:
    """Return a message's line, topic and payload. Raises SeedRefused for what is none."""
    found = fields(node, ("topic", "payload"), EXPECTED)
    if "topic" not in found:
        raise refused(node, "a message needs a `topic`")
    topic = text(found["topic"], "a topic has to be one text")
    if not topic or "\0" in topic or "+" in topic or "#" in topic or len(topic.encode()) > 0xFFFF:
        raise refused(found["topic"], "a topic to publish to cannot have `+` or `#`")
    payload = octets(found["payload"]) if "payload" in found else b""
    return line(node), topic, payload or b""

"""Requests to a Kafka broker, and what it answers.

Messages and error codes: https://kafka.apache.org/protocol. The versions of the requests are those
that have no tagged fields, and that brokers from 2.4 to 4.1 know.
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Iterable, Sequence

from orchestrator.model.conversation import Exchange, ReadExactly, Send

CLIENT = "greenroom"

REASONS = {
    3: "there is no such topic or partition",
    10: "a message is larger than the broker takes (max.message.bytes)",
    17: "the topic's name is none: letters, digits, dots, hyphens and underscores, at most 249",
    29: "not authorised",
    36: "the topic is there already",
    37: "the number of partitions is none",
    40: "a setting is none",
    42: "the request is none",
    44: "the broker's policy forbids it",
    87: "the broker refuses the message",
}
"""What codes mean, where the broker says no more."""

NOT_YET = {3, 5, 6, 7}
"""The topic is not known everywhere yet, has no leader yet, or the broker is about to lead it."""


def string(text: str | None) -> bytes:
    """Return a text with its length before it, in two bytes; None has the length -1."""
    data = b"" if text is None else text.encode()
    return struct.pack(">h", -1 if text is None else len(data)) + data


def array(parts: Iterable[bytes]) -> bytes:
    """Return things with their number before them, in four bytes."""
    found = list(parts)
    return struct.pack(">i", len(found)) + b"".join(found)


def request(api: int, version: int, body: bytes, client: str | None = CLIENT) -> bytes:
    """Return a request with its head; `room` is the number by which its answer is known."""
    head = struct.pack(">hh", api, version) + b"room" + string(client)
    return struct.pack(">i", len(head) + len(body)) + head + body


METADATA = request(3, 1, array([]), client=None)
"""Which brokers are there, and what of no topic."""

ANSWERED = rb"(?s)^.{4}room\x00\x00\x00[^\x00]"
"""At least one broker is: it is registered, and may make topics and lead them."""


class Answer:
    """What a broker has answered, read from its beginning to its end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self, form: str) -> int:
        """Return the next number, of this form of `struct`."""
        (found,) = struct.unpack_from(f">{form}", self._data, self._at)
        self._at += struct.calcsize(form)
        return int(found)

    def text(self) -> str | None:
        """Return the next text, or None."""
        size = self.number("h")
        if size < 0:
            return None
        self._at += size
        return self._data[self._at - size : self._at].decode()

    def times(self) -> range:
        """Return a range as long as the array that follows."""
        return range(max(0, self.number("i")))


def ask(api: int, version: int, body: bytes) -> Generator[Exchange, bytes, Answer]:
    """Send a request, and return what it is answered."""
    yield Send(request(api, version, body))
    size = int.from_bytes((yield ReadExactly(4)), "big")
    answer = Answer((yield ReadExactly(size)))
    answer.number("i")
    return answer


def create_topic(
    name: str, partitions: int, settings: Sequence[tuple[str, str]]
) -> Generator[Exchange, bytes, tuple[int, str]]:
    """Ask for a topic with one copy of each partition; return the error's code and words."""
    configs = array(string(key) + string(value) for key, value in settings)
    topic = string(name) + struct.pack(">ih", partitions, 1) + array([]) + configs
    answer = yield from ask(19, 2, array([topic]) + struct.pack(">ib", 30_000, 0))
    answer.number("i")
    answer.times(), answer.text()
    code = answer.number("h")
    return code, answer.text() or REASONS.get(code, f"error {code}")


def leaders(name: str) -> Generator[Exchange, bytes, tuple[int, list[int]]]:
    """Ask after a topic; return the error's code, and one for each partition that it has."""
    answer = yield from ask(3, 1, array([string(name)]))
    for _ in answer.times():
        answer.number("i"), answer.text(), answer.number("i"), answer.text()
    answer.number("i")
    answer.times()
    code = answer.number("h")
    answer.text(), answer.number("b")
    found: list[int] = []
    for _ in answer.times():
        found.append(answer.number("h"))
        answer.number("i"), answer.number("i")
        for _copies in range(2):
            for _copy in answer.times():
                answer.number("i")
    return code, found


def produce(
    name: str, partition: int, batch: bytes
) -> Generator[Exchange, bytes, tuple[int, int, str]]:
    """Send a batch of messages; return the error's code, the message it is about, and the words.

    The message is a number from 0 on; it is 0 as well where the broker does not say which.
    """
    data = struct.pack(">ii", partition, len(batch)) + batch
    topics = array([string(name) + array([data])])
    answer = yield from ask(0, 8, string(None) + struct.pack(">hi", -1, 30_000) + topics)
    answer.times(), answer.text(), answer.times(), answer.number("i")
    code = answer.number("h")
    for _ in range(3):
        answer.number("q")
    refused = [(answer.number("i"), answer.text()) for _ in answer.times()]
    which, words = refused[0] if refused else (0, None)
    return code, which, words or answer.text() or REASONS.get(code, f"error {code}")

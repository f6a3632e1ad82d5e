"""Topics and messages of a seed, made over Kafka's own protocol."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import yaml

from orchestrator.model.conversation import Conversation, Credentials, Exchange, SeedRefused
from orchestrator.technologies.parts.documents import (
    composed,
    fields,
    integer,
    items,
    line,
    octets,
    pairs,
    refused,
    text,
)
from orchestrator.technologies.parts.kafka_records import Record, batch, partition_of
from orchestrator.technologies.parts.kafka_words import (
    NOT_YET,
    REASONS,
    create_topic,
    leaders,
    produce,
)
from orchestrator.technologies.parts.refusals import Refusals, each

EXPECTED = "expected `topics:` with a list of topics, each with a `name`"

MESSAGE = ("key", "value", "headers", "partition", "timestamp")

NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}")

MOST_PARTITIONS = 10_000

BATCH_BYTES = 500_000
"""About so many bytes of messages go in one batch: a broker takes a megabyte if nothing is said."""

OVERHEAD = 100
"""At most so many bytes a message needs besides its key, value and headers."""

THERE_ALREADY = 36


@dataclass(frozen=True)
class Message:
    """A message of a seed; it may say its partition."""

    record: Record
    partition: int | None


@dataclass(frozen=True)
class Topic:
    """A topic of a seed; with `open` its messages may go into one that is there already."""

    line: int
    name: str
    partitions: int
    settings: tuple[tuple[str, str], ...]
    messages: tuple[Message, ...]
    open: bool


def talk(chunks: Iterator[bytes], _credentials: Credentials) -> Conversation:
    """Make the topics of a seed, and put its messages into them in their order."""
    for topic in topics(b"".join(chunks), time.time_ns() // 1_000_000):
        code, words = yield from create_topic(topic.name, topic.partitions, topic.settings)
        if code and not (code == THERE_ALREADY and topic.open):
            raise SeedRefused(topic.line, f"topic {topic.name}: {words}")
        # What is made is led a moment later; until then, messages would be refused.
        partitions = yield from led(topic)
        for partition, records in placed(topic, partitions).items():
            for part in parts(records):
                yield from put(topic.name, partition, part)


def led(topic: Topic) -> Generator[Exchange, bytes, int]:
    """Wait until every partition is led, and return how many there are."""
    while True:
        code, found = yield from leaders(topic.name)
        if code not in (0, *NOT_YET):
            raise SeedRefused(topic.line, f"topic {topic.name}: {REASONS.get(code, code)}")
        if code == 0 and found and not NOT_YET.intersection(found):
            return len(found)


def put(name: str, partition: int, records: Sequence[Record]) -> Conversation:
    """Send messages to a partition, again if its leader does not know of it yet."""
    code = min(NOT_YET)
    while code in NOT_YET:
        code, which, words = yield from produce(name, partition, batch(records))
    if code:
        raise SeedRefused(records[which].line, f"topic {name}: {words}")


def placed(topic: Topic, partitions: int) -> dict[int, list[Record]]:
    """Return the messages by their partitions: as they say, by their keys, else in turn."""
    found: dict[int, list[Record]] = defaultdict(list)
    for number, one in enumerate(topic.messages):
        place = one.partition
        if place is None and one.record.key is not None:
            place = partition_of(one.record.key, partitions)
        if place is None:
            place = number % partitions
        if place >= partitions:
            words = f"topic {topic.name} has {partitions} partitions, counted from 0"
            raise SeedRefused(one.record.line, words)
        found[place].append(one.record)
    return found


def parts(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Yield messages in batches that are not too large; one alone may be."""
    part: list[Record] = []
    size = 0
    for record in records:
        headers = sum(len(name) + len(value or b"") for name, value in record.headers)
        needs = OVERHEAD + len(record.key or b"") + len(record.value or b"") + headers
        if part and size + needs > BATCH_BYTES:
            yield part
            part, size = [], 0
        part.append(record)
        size += needs
    if part:
        yield part


def check(chunks: Iterator[bytes]) -> None:
    """Read a seed. Raises SeedRefused with all that is wrong in it."""
    topics(b"".join(chunks), 0)


def topics(data: bytes, now: int) -> list[Topic]:
    """Return what a seed lists; its messages are of `now`, unless they say else."""
    listed = fields(composed(data, EXPECTED), ("topics",), EXPECTED)
    if "topics" not in listed:
        raise SeedRefused(1, EXPECTED)
    return each(items(listed["topics"], EXPECTED), lambda node: topic(node, now))


def topic(node: yaml.Node, now: int) -> Topic:
    """Return one topic. Raises SeedRefused for what is none."""
    found = fields(node, ("name", "partitions", "config", "messages"), EXPECTED)
    refusals = Refusals()
    name = refusals.read(lambda: name_of(node, found.get("name")), "")
    count, settings = found.get("partitions"), found.get("config")
    partitions = refusals.read(
        lambda: integer(count, 1, MOST_PARTITIONS, "the number of partitions") if count else 1, 1
    )
    config = refusals.read(
        lambda: list(texts(settings)) if settings else [], list[tuple[str, str]]()
    )
    messages = refusals.read(lambda: messages_of(found.get("messages"), now), list[Message]())
    refusals.raise_if_any()
    return Topic(
        line=line(node),
        name=name,
        partitions=partitions,
        settings=tuple(config),
        messages=tuple(messages),
        open=count is None and settings is None,
    )


def name_of(node: yaml.Node, name: yaml.Node | None) -> str:
    """Return a topic's name. Raises SeedRefused where it has none that Kafka could take."""
    if name is None:
        raise refused(node, "a topic needs a `name`")
    found = text(name, "a name has to be one text")
    if not NAME.fullmatch(found):
        raise refused(name, REASONS[17])
    return found


def messages_of(node: yaml.Node | None, now: int) -> list[Message]:
    """Return a topic's messages. Raises SeedRefused."""
    return each(items(node, "expected a list of messages"), lambda one: message(one, now))


def texts(node: yaml.Node) -> Iterator[tuple[str, str]]:
    """Yield a topic's settings."""
    for key, value in pairs(node, "expected a mapping of settings to values"):
        yield str(key.value), text(value, "a setting has to be one text")


def message(node: yaml.Node, now: int) -> Message:
    """Return one message. Raises SeedRefused for what is none."""
    found = fields(node, MESSAGE, "expected a message, with a `value`")
    key, value = (octets(found[name]) if name in found else None for name in ("key", "value"))
    headers = pairs(found["headers"], "expected a mapping") if "headers" in found else ()
    stamp, place = found.get("timestamp"), found.get("partition")
    what = "a timestamp, in milliseconds since 1970,"
    return Message(
        Record(
            line=line(node),
            key=key,
            value=value,
            headers=tuple((str(name.value), octets(one)) for name, one in headers),
            time=integer(stamp, 0, 1 << 62, what) if stamp else now,
        ),
        partition=integer(place, 0, MOST_PARTITIONS, "a partition") if place else None,
    )

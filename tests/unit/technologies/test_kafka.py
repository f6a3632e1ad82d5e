"""What is said to Kafka, compared with what its own clients and broker say."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence

import pytest
from spoken import speak

from orchestrator.model.conversation import Credentials, SeedRefused
from orchestrator.technologies.parts import kafka_records, kafka_seeds, kafka_words
from orchestrator.technologies.parts.kafka_records import Record

NOBODY = Credentials("", "", "")

NOW = 1_700_000_000_000


def record(value: bytes | None = b"v", key: bytes | None = None, line: int = 1) -> Record:
    return Record(line, key, value, (), NOW)


class TestRecords:
    @pytest.mark.parametrize(
        ("data", "crc"),
        [
            (b"", 0),
            (b"123456789", 0xE3069283),
            (b"\0" * 32, 0x8A9136AA),
            (b"\xff" * 32, 0x62A8AB43),
        ],
    )
    def test_the_checksum_of_rfc_3720(self, data: bytes, crc: int) -> None:
        assert kafka_records.crc32c(data) == crc

    @pytest.mark.parametrize(
        ("key", "hashed"),
        [
            (b"21", -973932308),
            (b"foobar", -790332482),
            (b"a-little-bit-long-string", -985981536),
            (b"a-little-bit-longer-string", -1486304829),
            (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
            (b"abc", 479470107),
        ],
    )
    def test_keys_are_hashed_as_by_kafka_s_own_client(self, key: bytes, hashed: int) -> None:
        assert kafka_records.murmur2(key) == hashed & 0xFFFFFFFF

    @pytest.mark.parametrize(
        ("number", "data"),
        [(0, b"\0"), (-1, b"\1"), (1, b"\2"), (63, b"\x7e"), (64, b"\x80\1"), (-65, b"\x81\1")],
    )
    def test_numbers_have_their_sign_in_the_lowest_bit(self, number: int, data: bytes) -> None:
        assert kafka_records.varint(number) == data

    def test_a_batch(self) -> None:
        headers = (("h", b"x"), ("n", None))
        batch = kafka_records.batch([Record(1, b"k", None, headers, NOW), record(b"vv")])
        offset, size, epoch, magic, crc = struct.unpack_from(">qiibI", batch)
        assert (offset, size, epoch, magic) == (0, len(batch) - 12, -1, 2)
        assert crc == kafka_records.crc32c(batch[21:])
        head = struct.unpack_from(">hiqqqhii", batch, 21)
        assert head == (0, 1, NOW, NOW, -1, -1, -1, 2)
        first = b"\x00\x00\x00" + b"\x02k" + b"\x01" + b"\x04" + b"\x02h\x02x" + b"\x02n\x01"
        second = b"\x00\x00\x02" + b"\x01" + b"\x04vv" + b"\x00"
        assert batch[61:] == bytes([len(first) * 2]) + first + bytes([len(second) * 2]) + second

    def test_batches_are_not_too_large_but_a_message_may_be(self) -> None:
        large = [record(b"x" * 300_000), record(b"x" * 300_000), record(b"x" * 900_000), record()]
        assert [len(part) for part in kafka_seeds.parts(large)] == [1, 1, 1, 1]
        assert [len(part) for part in kafka_seeds.parts([record()] * 9)] == [9]
        assert list(kafka_seeds.parts([])) == []


def answer(body: bytes) -> bytes:
    return struct.pack(">i", len(body) + 4) + b"room" + body


def created(code: int = 0, words: str | None = None) -> bytes:
    topic = kafka_words.string("orders") + struct.pack(">h", code) + kafka_words.string(words)
    return answer(struct.pack(">i", 0) + kafka_words.array([topic]))


def led(codes: Sequence[int], code: int = 0) -> bytes:
    broker = struct.pack(">i", 1) + kafka_words.string("h") + struct.pack(">i", 9092) + b"\xff\xff"
    nobody = kafka_words.array([])
    places = [struct.pack(">hii", one, number, 1) + nobody * 2 for number, one in enumerate(codes)]
    topic = struct.pack(">h", code) + kafka_words.string("orders") + b"\0"
    listed = kafka_words.array([topic + kafka_words.array(places)])
    return answer(kafka_words.array([broker]) + struct.pack(">i", 1) + listed)


def stored(code: int = 0, refused: int | None = None, words: str | None = None) -> bytes:
    errors = [] if refused is None else [struct.pack(">i", refused) + kafka_words.string(words)]
    place = struct.pack(">ihqqq", 0, code, 0, -1, 0) + kafka_words.array(errors) + b"\xff\xff"
    topic = kafka_words.string("orders") + kafka_words.array([place])
    return answer(kafka_words.array([topic]) + struct.pack(">i", 0))


SEED = b"topics:\n- name: orders\n  messages:\n  - value: a\n  - value: b\n"

READY = created() + led([0])


class TestSeeds:
    def test_messages_are_sent_when_the_topic_is_led(self) -> None:
        answers = created() + led([], code=3) + led([5]) + led([0]) + stored(6) + stored()
        said = speak(kafka_seeds.talk(iter([SEED]), NOBODY), answers)
        apis = [match[1] for match in re.finditer(rb"\x00(.)\x00.room\x00\x09greenroom", said)]
        assert apis == [b"\x13", b"\x03", b"\x03", b"\x03", b"\x00", b"\x00"]

    @pytest.mark.parametrize(
        ("summary", "answers", "line", "words"),
        [
            ("the broker's words", created(40, "Unknown config x"), 2, "Unknown config x"),
            ("its code", created(44), 2, "the broker's policy forbids it"),
            ("an unknown code", created(99), 2, "error 99"),
            ("the message that is meant", READY + stored(87, 1, "no key"), 5, "no key"),
            ("a batch", READY + stored(10), 4, "a message is larger than the broker takes"),
        ],
    )
    def test_what_is_refused(self, summary: str, answers: bytes, line: int, words: str) -> None:
        with pytest.raises(SeedRefused, match=f"topic orders: {words}") as refused:
            speak(kafka_seeds.talk(iter([SEED]), NOBODY), answers)
        assert refused.value.line == line, summary

    def test_messages_go_into_a_topic_that_is_there(self) -> None:
        speak(kafka_seeds.talk(iter([SEED]), NOBODY), created(36) + led([0]) + stored())

    def test_a_topic_with_settings_is_not_taken_for_one_that_is_there(self) -> None:
        seed = b"topics: [{name: orders, partitions: 2}]"
        with pytest.raises(SeedRefused, match="topic orders: the topic is there already"):
            speak(kafka_seeds.talk(iter([seed]), NOBODY), created(36))

    def test_where_messages_go(self) -> None:
        seed = b"""
topics:
- name: orders
  messages:
  - {key: abc, value: 1}
  - {value: 2}
  - {value: 3}
  - {key: abc, partition: 0}
"""
        (topic,) = kafka_seeds.topics(seed, NOW)
        places = kafka_seeds.placed(topic, 2)
        assert {place: [one.line for one in some] for place, some in places.items()} == {
            1: [5, 6],
            0: [7, 8],
        }

    def test_a_partition_that_is_not_there(self) -> None:
        seed = b"topics: [{name: a, messages: [{value: 1, partition: 2}]}]"
        with pytest.raises(SeedRefused, match="topic a has 2 partitions, counted from 0"):
            kafka_seeds.placed(kafka_seeds.topics(seed, NOW)[0], 2)

    @pytest.mark.parametrize(
        ("summary", "seed", "line", "words"),
        [
            ("nothing", "", 1, "expected `topics:`"),
            ("another key", "topcs: []", 1, 'unknown key "topcs"; did you mean "topics"?'),
            ("no list", "topics: 3", 1, "expected `topics:`"),
            ("no name", "topics:\n- {partitions: 1}", 2, "a topic needs a `name`"),
            ("a name that is none", "topics:\n- name: a b", 2, "the topic's name is none"),
            ("an unknown key", "topics:\n- name: a\n  config:\n  partition: 1", 4, "partitions"),
            ("no number", "topics:\n- {name: a, partitions: few}", 2, "a whole number from 1"),
            ("no partition", "topics:\n- {name: a, partitions: 0}", 2, "a whole number from 1"),
            ("a setting of null", "topics:\n- name: a\n  config: {b: }", 3, "one text"),
            (
                "a key of a message",
                "topics:\n- name: a\n  messages:\n  - {vlaue: 1}",
                4,
                'unknown key "vlaue"; did you mean "value"?',
            ),
            (
                "a time that is none",
                "topics:\n- name: a\n  messages: [{value: 1, timestamp: today}]",
                3,
                "milliseconds since 1970",
            ),
        ],
    )
    def test_what_is_no_seed(self, summary: str, seed: str, line: int, words: str) -> None:
        with pytest.raises(SeedRefused, match=re.escape(words)) as refused:
            kafka_seeds.topics(seed.encode(), NOW)
        assert refused.value.line == line, summary


class TestReadiness:
    def test_a_broker_has_to_be_named(self) -> None:
        assert kafka_words.METADATA == b"\0\0\0\x0e\0\x03\0\x01room\xff\xff\0\0\0\0"
        assert re.search(kafka_words.ANSWERED, led([0]))
        assert not re.search(kafka_words.ANSWERED, answer(kafka_words.array([])))

"""What is said to memcached, etcd and Mosquitto, and what of a seed in YAML is refused where."""

from __future__ import annotations

import base64
import json
import re

import pytest
from spoken import speak

from orchestrator.model.conversation import Conversation, Credentials, SeedRefused
from orchestrator.technologies import etcd, memcached
from orchestrator.technologies.parts import documents, mqtt_words

CREDENTIALS = Credentials("me", "pw", "")


def refusal(conversation: Conversation, answers: bytes = b"") -> tuple[int, str]:
    with pytest.raises(SeedRefused) as refused:
        speak(conversation, answers)
    return refused.value.line, refused.value.message


def values(text: str) -> list[bytes | None]:
    node = documents.composed(text.encode(), "expected")
    return [documents.octets(value) for _, value in documents.pairs(node, "expected")]


class TestDocuments:
    @pytest.mark.parametrize(
        ("summary", "text", "expected"),
        [
            ("a text", "on", b"on"),
            ("a number as it is written", "1.10", b"1.10"),
            ("null", "null", None),
            ("nothing", "", None),
            ("an empty text", "''", b""),
            ("what is nested", "{a: [1, on], b: {c: \u00e9}}", '{"a": [1, true], "b": {"c": "é"}}'),
            ("any bytes", "!!binary AP8=", b"\x00\xff"),
        ],
    )
    def test_values(self, summary: str, text: str, expected: bytes | str | None) -> None:
        wanted = expected.encode() if isinstance(expected, str) else expected
        assert values(f"key: {text}") == [wanted], summary

    @pytest.mark.parametrize(
        ("summary", "text", "line", "words"),
        [
            ("nothing", "", 1, "expected"),
            ("a list", "- a", 1, "expected"),
            ("no YAML", "a: [", 1, "not YAML"),
            ("a nested key", "a: 1\n[b]: 1", 2, "a key has to be one text"),
            ("no base64", "a: 1\nb: !!binary x", 2, "no base64"),
            ("a tag that is unknown", "b:\n- !x 1", 2, "not YAML"),
        ],
    )
    def test_what_is_none(self, summary: str, text: str, line: int, words: str) -> None:
        with pytest.raises(SeedRefused, match=words) as refused:
            values(text)
        assert refused.value.line == line, summary

    def test_merges_and_anchors_work(self) -> None:
        text = b"x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}"
        (_, (_, merged)) = documents.pairs(documents.composed(text, ""), "")
        found = documents.fields(merged, ("a", "b"), "")
        assert {name: documents.octets(node) for name, node in found.items()} == {
            "a": b"1",
            "b": b"3",
        }

    def test_an_unknown_key_is_told_with_the_nearest(self) -> None:
        node = documents.composed(b"\ntopc: 1", "")
        with pytest.raises(
            SeedRefused, match=re.escape('"topc"; did you mean "topic"?')
        ) as refused:
            documents.fields(node, ("topic", "payload"), "")
        assert refused.value.line == 2


class TestMemcached:
    def test_each_value_is_stored_for_ever(self) -> None:
        said = speak(
            memcached.talk(iter([b"a: 1\nb: {c: ", b"d}\n"]), CREDENTIALS), b"STORED\r\n" * 2
        )
        assert said == b'set a 0 0 1\r\n1\r\nset b 0 0 10\r\n{"c": "d"}\r\n'

    def test_no_key_can_become_a_command(self) -> None:
        seed = b'a: 1\n"x 0 0 1\\r\\nflush_all": 2'
        found = refusal(memcached.talk(iter([seed]), CREDENTIALS), b"STORED\r\n")
        assert found == (2, "a key has 1 to 250 bytes, without spaces")

    def test_the_server_s_words(self) -> None:
        answer = b"SERVER_ERROR out of memory storing object\r\n"
        found = refusal(memcached.talk(iter([b"a: 1"]), CREDENTIALS), answer)
        assert found == (1, "SERVER_ERROR out of memory storing object")


class TestEtcd:
    DONE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    def test_keys_and_values_are_put_in_base64(self) -> None:
        said = speak(etcd.talk(iter([b"/a: on"]), CREDENTIALS), self.DONE)
        head, _, body = said.partition(b"\r\n\r\n")
        assert head.startswith(b"POST /v3/kv/put HTTP/1.1\r\nHost: ")
        assert f"\r\nContent-Length: {len(body)}".encode() in head
        found = {name: base64.b64decode(text) for name, text in json.loads(body).items()}
        assert found == {"key": b"/a", "value": b"on"}

    WHOLE = b'Content-Length: 20\r\n\r\n{"message": "oh no"}'
    CHUNKS = b'c;x=y\r\n{"message": \r\n8\r\n"oh no"}\r\n0\r\nX: y\r\n\r\n'

    @pytest.mark.parametrize("answer", [WHOLE, b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS])
    def test_the_server_s_words(self, answer: bytes) -> None:
        answers = self.DONE + b"HTTP/1.1 400 Bad Request\r\n" + answer
        assert refusal(etcd.talk(iter([b"a: 1\nb: 2"]), CREDENTIALS), answers) == (2, "oh no")


class TestMqtt:
    WELCOME = b"\x20\x02\x00\x00"

    def test_messages_are_published_to_be_kept(self) -> None:
        seed = b"messages:\n- {topic: a/b, payload: on}\n- topic: c\n"
        said = speak(
            mqtt_words.talk(iter([seed]), CREDENTIALS),
            self.WELCOME + b"\x40\x02\x00\x01\x40\x02\x00\x02",
        )
        assert said == (
            b"\x10\x1d\x00\x04MQTT\x04\xc2\x00\x3c\x00\x09greenroom\x00\x02me\x00\x02pw"
            b"\x33\x09\x00\x03a/b\x00\x01on"
            b"\x33\x05\x00\x01c\x00\x02"
            b"\xe0\x00"
        )

    @pytest.mark.parametrize(
        ("size", "length"),
        [(0, b"\x00"), (127, b"\x7f"), (128, b"\x80\x01"), (16_384, b"\x80\x80\x01")],
    )
    def test_lengths_are_in_groups_of_seven_bits(self, size: int, length: bytes) -> None:
        assert mqtt_words.packet(0x30, b"x" * size) == b"\x30" + length + b"x" * size

    def test_a_wrong_password_is_told(self) -> None:
        seed = b"messages: [{topic: a}]"
        found = refusal(mqtt_words.talk(iter([seed]), CREDENTIALS), b"\x20\x02\x00\x05")
        assert found == (0, "not authorised")

    @pytest.mark.parametrize(
        ("summary", "seed", "line", "words"),
        [
            ("no list", b"messages: 3", 1, mqtt_words.EXPECTED),
            ("another key", b"message: []", 1, 'unknown key "message"; did you mean "messages"?'),
            ("no topic", b"messages:\n- {payload: 1}", 2, "a message needs a `topic`"),
            ("a topic that is none", b"messages:\n- topic: [a]", 2, "a topic has to be one text"),
        ],
    )
    def test_what_is_no_message(self, summary: str, seed: bytes, line: int, words: str) -> None:
        assert refusal(mqtt_words.talk(iter([seed]), CREDENTIALS)) == (line, words), summary

    def test_readiness_counts_both_a_welcome_and_a_refusal_by_the_rules(self) -> None:
        assert re.search(mqtt_words.ANSWERED, self.WELCOME)
        assert re.search(mqtt_words.ANSWERED, b"\x20\x02\x00\x05")
        assert not re.search(mqtt_words.ANSWERED, b"\x20\x02\x00\x03"), "unavailable"

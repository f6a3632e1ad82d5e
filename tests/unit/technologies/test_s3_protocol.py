"""What is said to a store of objects: signed as Amazon's own client signs it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Keys
from spoken import speak

from orchestrator.model.conversation import Credentials, SeedRefused
from orchestrator.technologies.parts import s3_words
from orchestrator.technologies.s3 import S3

CREDENTIALS = Credentials("me", "my secret", "uploads")

DONE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def said(seed: bytes, answers: bytes = b"") -> bytes:
    return speak(s3_words.talk(iter([seed]), CREDENTIALS), answers)


def refusal(seed: bytes, answers: bytes = b"") -> tuple[int, str]:
    with pytest.raises(SeedRefused) as refused:
        said(seed, answers)
    return refused.value.line, refused.value.message


@pytest.mark.parametrize("body", [b"", b"hello"])
def test_the_signature_is_amazon_s(body: bytes) -> None:
    path = "/uploads/a%20b/%C3%A9~1.txt"
    request = AWSRequest("PUT", f"http://localhost{path}", headers={}, data=body)
    keys = Keys(CREDENTIALS.user, CREDENTIALS.password)
    S3SigV4Auth(keys, "s3", s3_words.REGION).add_auth(request)
    moment = datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    headers = s3_words.signature(CREDENTIALS, "PUT", path, body, moment)
    assert headers["Authorization"] == request.headers["Authorization"]


def test_objects_go_where_they_say() -> None:
    seed = b"objects:\n- {key: a b.json, content: {c: on}}\n- {key: d, bucket: other}\n"
    first, second = said(seed, DONE * 2).split(b"PUT ")[1:]
    assert first.startswith(b"/uploads/a%20b.json HTTP/1.1\r\nHost: localhost\r\n")
    assert b"\r\nContent-Type: application/json\r\nContent-Length: 11\r\n" in first
    assert first.endswith(b'\r\n\r\n{"c": true}')
    assert second.startswith(b"/other/d HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/octet-stream\r\n" in second


def test_a_media_type_cannot_begin_another_header() -> None:
    seed = b'objects: [{key: a, type: "text/plain\\r\\nX: y"}]'
    assert b"\r\nX: y" not in said(seed, DONE)


def test_a_server_that_hangs_up_after_each_answer() -> None:
    answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    assert said(b"objects: [{key: a}, {key: b}]", answer * 2).count(b"PUT /uploads/") == 2


def test_a_bucket() -> None:
    order = s3_words.make_bucket("uploads")
    assert speak(order(CREDENTIALS), DONE).startswith(b"PUT /uploads HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("summary", "seed", "line", "words"),
    [
        ("a list", b"- key: a", 1, s3_words.EXPECTED),
        ("no key", b"objects:\n- {content: a}", 2, "an object needs a `key`"),
        ("another word", b"objects:\n- {kye: a}", 2, 'unknown key "kye"; did you mean "key"?'),
        ("a key that is none", b"objects:\n- {key: [a]}", 2, "`key` has to be one text"),
    ],
)
def test_what_is_no_object(summary: str, seed: bytes, line: int, words: str) -> None:
    assert refusal(seed) == (line, words), summary


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<Error><Code>NoSuchBucket</Code><Message>No.</Message></Error>", "NoSuchBucket: No."),
        (b"oh no", "the server answered 404"),
    ],
)
def test_the_server_s_words(body: bytes, words: str) -> None:
    answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    assert refusal(b"objects:\n- {key: a}\n- {key: b}", DONE + answer) == (3, words)


@pytest.mark.parametrize(
    ("name", "fits"),
    [("a-b.c1", True), ("ab", False), ("a_b", False), ("a..b", False), ("127.0.0.1", False)],
)
def test_names_of_buckets(name: str, fits: bool) -> None:
    assert S3.database_form
    assert bool(re.fullmatch(S3.database_form[0], name)) is fits

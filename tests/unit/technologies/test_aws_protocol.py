"""What is said to the services of AWS, by what Amazon's own client knows of them."""

from __future__ import annotations

import json

import pytest
from botocore.session import get_session
from spoken import speak

from orchestrator.model.conversation import Credentials, SeedRefused
from orchestrator.technologies.parts import aws_words

NOBODY = Credentials("", "", "")

DONE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def said(seed: bytes, answers: bytes = b"") -> bytes:
    return speak(aws_words.talk(iter([seed]), NOBODY), answers)


def refusal(seed: bytes, answers: bytes = b"") -> tuple[int, str]:
    with pytest.raises(SeedRefused) as refused:
        said(seed, answers)
    return refused.value.line, refused.value.message


@pytest.mark.parametrize("name", aws_words.SERVICES)
def test_services_are_called_as_amazon_s_client_calls_them(name: str) -> None:
    model = get_session().get_service_model(name)
    expected = (model.metadata["targetPrefix"], model.metadata["jsonVersion"], model.signing_name)
    assert aws_words.SERVICES[name] == expected


def test_buckets_come_first_and_calls_last_each_in_its_order() -> None:
    seed = b"""
calls:
  - sqs.CreateQueue: {QueueName: orders, Attributes: {VisibilityTimeout: "5"}}
  - secretsmanager.ListSecrets:
buckets: [uploads]
objects: [{bucket: uploads, key: a}]
"""
    words = said(seed, DONE * 4)
    _, bucket, content = words.partition(b"POST ")[0].split(b"PUT ")
    first, second = words.split(b"POST ")[1:]
    assert bucket.startswith(b"/uploads HTTP/1.1\r\n")
    assert content.startswith(b"/uploads/a HTTP/1.1\r\n")
    assert first.startswith(b"/ HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/x-amz-json-1.0\r\n" in first
    assert b"\r\nX-Amz-Target: AmazonSQS.CreateQueue\r\n" in first
    assert b"/us-east-1/sqs/aws4_request, " in first
    assert json.loads(first.partition(b"\r\n\r\n")[2]) == {
        "QueueName": "orders",
        "Attributes": {"VisibilityTimeout": "5"},
    }
    assert second.endswith(b"\r\n\r\n{}")


@pytest.mark.parametrize(
    ("summary", "seed", "line", "words"),
    [
        ("nothing", b"", 1, aws_words.EXPECTED),
        ("another key", b"\nqueues: []", 2, 'unknown key "queues"'),
        ("a text", b"calls:\n- sqs.CreateQueue", 2, aws_words.EXPECTED),
        (
            "no service of those",
            b"calls:\n- sns.CreateTopic: {}",
            2,
            '"sns.CreateTopic" is no call',
        ),
        ("no call", b"calls:\n- sqs: {}", 2, '"sqs" is no call of a service that takes JSON'),
        ("two headers", b'calls: [{"sqs.A\\r\\nB": {}}]', 1, '"sqs.A\\r\\nB" is no call'),
        ("no bucket", b"objects:\n- {key: a}", 2, "an object needs a `bucket`"),
    ],
)
def test_what_is_no_call(summary: str, seed: bytes, line: int, words: str) -> None:
    found = refusal(seed)
    assert found[0] == line, summary
    assert found[1].startswith(words), summary


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"__type": "com.amazonaws.sqs#No", "message": "no"}', "No: no"),
        (b'{"__type": "No", "Message": "no"}', "No: no"),
        (b"<html>", "the server answered 400"),
        (b"[]", "the server answered 400"),
    ],
)
def test_the_service_s_words(body: bytes, words: str) -> None:
    answer = b"HTTP/1.1 400 Bad\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    assert refusal(b"calls:\n- sqs.A: {}\n- sqs.B: {}", DONE + answer) == (3, words)

"""What is said to the services of AWS: calls in their own words, buckets and objects.

Most services take a call as JSON with its name in a header
(https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html), and find their own by the service
that a request is signed for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from orchestrator.model.conversation import Conversation, Credentials, Exchange, SeedRefused
from orchestrator.technologies.parts.documents import (
    composed,
    fields,
    items,
    line,
    octets,
    pairs,
    text,
)
from orchestrator.technologies.parts.http_words import Reply, told
from orchestrator.technologies.parts.s3_words import make_bucket, put_objects, signature

KEY = "test"
"""The key and the secret that these servers take for their one account."""

EVERYTHING = Credentials(KEY, KEY, "")

EXPECTED = (
    "expected `calls:`, a list such as `- sqs.CreateQueue: {QueueName: orders}`, or `buckets:`"
)


class Service(NamedTuple):
    """How a service is called: before a call's name, in which version of JSON, signed for whom."""

    prefix: str
    version: str
    signed: str


SERVICES = {
    "cognito-idp": Service("AWSCognitoIdentityProviderService", "1.1", "cognito-idp"),
    "dynamodb": Service("DynamoDB_20120810", "1.0", "dynamodb"),
    "events": Service("AWSEvents", "1.1", "events"),
    "firehose": Service("Firehose_20150804", "1.1", "firehose"),
    "kinesis": Service("Kinesis_20131202", "1.1", "kinesis"),
    "kms": Service("TrentService", "1.1", "kms"),
    "logs": Service("Logs_20140328", "1.1", "logs"),
    "secretsmanager": Service("secretsmanager", "1.1", "secretsmanager"),
    "sqs": Service("AmazonSQS", "1.0", "sqs"),
    "ssm": Service("AmazonSSM", "1.1", "ssm"),
    "stepfunctions": Service("AWSStepFunctions", "1.0", "states"),
}
"""The services that take calls as JSON, by the names that Amazon's SDKs have for them."""


def talk(chunks: Iterator[bytes], _credentials: Credentials) -> Conversation:
    """Make buckets, put objects into them, and make the calls, each when the last is answered."""
    known = ("buckets", "objects", "calls")
    document = fields(composed(b"".join(chunks), EXPECTED), known, EXPECTED)
    for item in items(document.get("buckets"), EXPECTED):
        yield from make_bucket(text(item, "a bucket has to be one text"), line(item))(EVERYTHING)
    yield from put_objects(document.get("objects"), EVERYTHING)
    for item in items(document.get("calls"), EXPECTED):
        for name, given in pairs(item, EXPECTED):
            yield from call(str(name.value), octets(given) or b"{}", line(name))


def call(name: str, body: bytes, at: int) -> Generator[Exchange, bytes, None]:
    """Make one call. Raises SeedRefused, about the line `at`."""
    called, _, operation = name.partition(".")
    service = SERVICES.get(called)
    if service is None or not re.fullmatch(r"[A-Za-z]+", operation):
        words = f"{json.dumps(name)} is no call of a service that takes JSON; there are"
        raise SeedRefused(at, f"{words} {', '.join(SERVICES)}, each as SERVICE.OPERATION")
    headers = {"X-Amz-Target": f"{service.prefix}.{operation}"}
    headers |= signature(EVERYTHING, "POST", "/", body, datetime.now(UTC), service.signed)
    kind = f"application/x-amz-json-{service.version}"
    reply = yield from told("POST", "/", body, kind, headers)
    if reply.status != 200:
        raise SeedRefused(at, refusal(reply))


def refusal(reply: Reply) -> str:
    """Return the service's words: what kind of mistake it is, and a sentence."""
    try:
        answer = json.loads(reply.body)
        kind = str(answer["__type"]).rpartition("#")[2]
        return f"{kind}: {answer.get('message') or answer.get('Message')}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"the server answered {reply.status}"

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

import yaml

from orchestrator.model.conversation import Conversation, Credentials, Exchange, SeedRefused
from orchestrator.technologies.parts.documents import (
    composed,
    each_pair,
    fields,
    items,
    line,
    octets,
    refused,
    text,
)
from orchestrator.technologies.parts.http_words import Reply, told
from orchestrator.technologies.parts.refusals import Refusals, each
from orchestrator.technologies.parts.s3_words import (
    Object,
    make_bucket,
    objects,
    put_objects,
    signature,
)

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


class Call(NamedTuple):
    """A call of a seed, which stands at `line`; `body` is JSON."""

    line: int
    service: Service
    operation: str
    body: bytes


class Seed(NamedTuple):
    """What a seed says: buckets by line and name, objects for them, and calls."""

    buckets: list[tuple[int, str]]
    objects: list[Object]
    calls: list[Call]


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
    seed = read(chunks)
    for at, bucket in seed.buckets:
        yield from make_bucket(bucket, at)(EVERYTHING)
    yield from put_objects(seed.objects, EVERYTHING)
    for one in seed.calls:
        yield from make(one)


def read(chunks: Iterator[bytes]) -> Seed:
    """Return what a seed says. Raises SeedRefused with all that is wrong in it."""
    known = ("buckets", "objects", "calls")
    document = fields(composed(b"".join(chunks), EXPECTED), known, EXPECTED)
    refusals = Refusals()
    buckets = refusals.read(
        lambda: each(items(document.get("buckets"), EXPECTED), bucket_of), list[tuple[int, str]]()
    )
    put = refusals.read(lambda: objects(document.get("objects"), named=True), list[Object]())
    calls = refusals.read(
        lambda: each(items(document.get("calls"), EXPECTED), calls_of), list[list[Call]]()
    )
    refusals.raise_if_any()
    return Seed(buckets, put, [one for several in calls for one in several])


def bucket_of(item: yaml.Node) -> tuple[int, str]:
    """Return the line and name of a bucket. Raises SeedRefused."""
    return line(item), text(item, "a bucket has to be one text")


def calls_of(item: yaml.Node) -> list[Call]:
    """Return the calls of one mapping. Raises SeedRefused for all that are none."""
    return each_pair(item, EXPECTED, call_of)


def call_of(name: yaml.ScalarNode, given: yaml.Node) -> Call:
    """Return one call. Raises SeedRefused for what is none."""
    called, _, operation = str(name.value).partition(".")
    service = SERVICES.get(called)
    if service is None or not re.fullmatch(r"[A-Za-z]+", operation):
        words = f"{json.dumps(name.value)} is no call of a service that takes JSON; there are"
        raise refused(name, f"{words} {', '.join(SERVICES)}, each as SERVICE.OPERATION")
    return Call(line(name), service, operation, octets(given) or b"{}")


def make(one: Call) -> Generator[Exchange, bytes, None]:
    """Make one call. Raises SeedRefused with the service's words."""
    headers = {"X-Amz-Target": f"{one.service.prefix}.{one.operation}"}
    signed = one.service.signed
    headers |= signature(EVERYTHING, "POST", "/", one.body, datetime.now(UTC), signed)
    kind = f"application/x-amz-json-{one.service.version}"
    reply = yield from told("POST", "/", one.body, kind, headers)
    if reply.status != 200:
        raise SeedRefused(one.line, refusal(reply))


def refusal(reply: Reply) -> str:
    """Return the service's words: what kind of mistake it is, and a sentence."""
    try:
        answer = json.loads(reply.body)
        kind = str(answer["__type"]).rpartition("#")[2]
        return f"{kind}: {answer.get('message') or answer.get('Message')}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"the server answered {reply.status}"

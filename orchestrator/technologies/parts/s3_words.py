"""What is said to a store of objects that speaks S3's protocol: buckets, and objects as seeds.

Operations: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html. Each request is
signed (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from mimetypes import MimeTypes
from urllib.parse import quote

import yaml

from orchestrator.model.conversation import Conversation, Credentials, Exchange, SeedRefused
from orchestrator.technologies.parts.documents import (
    composed,
    fields,
    items,
    line,
    octets,
    refused,
    text,
)
from orchestrator.technologies.parts.http_words import HOST, told
from orchestrator.technologies.parts.refusals import each

REGION = "us-east-1"
"""Where buckets are, as these servers have it: the one region in which that need not be said."""

EXPECTED = "expected `objects:`, a list of objects, each with a `key` and a `content`"

KEYS = ("key", "content", "type", "bucket")

SIGNED = "host;x-amz-content-sha256;x-amz-date"
"""The headers that the signature covers, as it lists them."""

ANYTHING = "application/octet-stream"


@dataclass(frozen=True)
class Object:
    """An object of a seed, which stands at `line`; without a `bucket` the first one is meant."""

    line: int
    bucket: str | None
    key: str
    content: bytes
    kind: str


def make_bucket(bucket: str, at: int = 0) -> Callable[[Credentials], Conversation]:
    """Return the order to make a bucket; a seed has it on the line `at`."""
    return lambda credentials: put(credentials, f"/{bucket}", b"", ANYTHING, at)


def talk(chunks: Iterator[bytes], credentials: Credentials) -> Conversation:
    """Put objects in, each into the bucket it names, else into the first one."""
    yield from put_objects(read(chunks), credentials)


def read(chunks: Iterator[bytes]) -> list[Object]:
    """Return the objects of a seed. Raises SeedRefused with all that is wrong in it."""
    document = fields(composed(b"".join(chunks), EXPECTED), ("objects",), EXPECTED)
    return objects(document.get("objects"))


def objects(listed: yaml.Node | None, *, named: bool = False) -> list[Object]:
    """Return the objects of a list; with `named`, each has to name its bucket."""
    return each(items(listed, EXPECTED), lambda item: object_of(item, named=named))


def object_of(item: yaml.Node, *, named: bool) -> Object:
    """Return one object. Raises SeedRefused for what is none."""
    found = fields(item, KEYS, EXPECTED)
    if "key" not in found:
        raise refused(item, "an object needs a `key`")
    words = {
        name: text(found[name], f"`{name}` has to be one text")
        for name in ("key", "type", "bucket")
        if name in found
    }
    if named and not words.get("bucket"):
        raise refused(item, "an object needs a `bucket`")
    content = (octets(found["content"]) if "content" in found else None) or b""
    key = words["key"]
    kind = words.get("type") or MimeTypes().guess_type(key)[0] or ANYTHING
    return Object(line(item), words.get("bucket"), key, content, kind)


def put_objects(listed: list[Object], credentials: Credentials) -> Conversation:
    """Put objects in, each into the bucket it names, else into the first one."""
    for one in listed:
        bucket = credentials.database if one.bucket is None else one.bucket
        if not bucket:
            raise SeedRefused(one.line, "an object needs a `bucket`")
        yield from put(credentials, f"/{bucket}/{one.key}", one.content, one.kind, one.line)


def put(
    credentials: Credentials, path: str, body: bytes, kind: str, at: int
) -> Generator[Exchange, bytes, None]:
    """Put something there; `kind` is its media type. Raises SeedRefused, about the line `at`."""
    path = quote(path, safe="/-_.~")
    signed = signature(credentials, "PUT", path, body, datetime.now(UTC))
    reply = yield from told("PUT", path, body, quote(kind, safe="/;=+ -_."), signed)
    if reply.status != 200:
        raise SeedRefused(at, refusal(reply.status, reply.body))


def refusal(status: int, body: bytes) -> str:
    """Return what the server says is wrong: a code and a sentence, in XML."""
    answer = body.decode(errors="replace")
    found = [re.search(f"<{name}>([^<]*)</{name}>", answer) for name in ("Code", "Message")]
    return ": ".join(one[1] for one in found if one) or f"the server answered {status}"


def signature(
    credentials: Credentials,
    method: str,
    path: str,
    body: bytes,
    now: datetime,
    service: str = "s3",
) -> dict[str, str]:
    """Return the headers that prove who makes this request; `path` is quoted, without a query."""
    moment, digest = f"{now:%Y%m%dT%H%M%SZ}", sha256(body).hexdigest()
    headers = {"host": HOST, "x-amz-content-sha256": digest, "x-amz-date": moment}
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = f"{method}\n{path}\n\n{lines}\n{SIGNED}\n{digest}"
    steps = (moment[:8], REGION, service, "aws4_request")
    scope = "/".join(steps)
    said = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    key = f"AWS4{credentials.password}".encode()
    for step in (*steps, said):
        key = hmac.digest(key, step.encode(), "sha256")
    access = f"Credential={credentials.user}/{scope}, SignedHeaders={SIGNED}"
    return {
        "x-amz-content-sha256": digest,
        "x-amz-date": moment,
        "Authorization": f"AWS4-HMAC-SHA256 {access}, Signature={key.hex()}",
    }

"""Stores of objects: asked by Amazon's own client."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from technology_case import BadSeed, TechnologyCase

AT_ONCE = Config(connect_timeout=20, read_timeout=20, retries={"max_attempts": 0})


def client(url: str) -> Any:
    parts = urlsplit(url)
    return boto3.client(
        "s3",
        endpoint_url=f"http://{parts.hostname}:{parts.port}",
        aws_access_key_id=parts.username,
        aws_secret_access_key=parts.password,
        region_name="us-east-1",
        config=AT_ONCE,
    )


def hello(url: str) -> object:
    return client(url).list_objects_v2(Bucket=urlsplit(url).path[1:])["KeyCount"]


def everything(url: str) -> dict[str, tuple[str, bytes]]:
    """All objects of all buckets, with their types."""
    store, found = client(url), {}
    for bucket in store.list_buckets()["Buckets"]:
        name = bucket["Name"]
        for one in store.list_objects_v2(Bucket=name).get("Contents", []):
            answer = store.get_object(Bucket=name, Key=one["Key"])
            found[f"{name}/{one['Key']}"] = answer["ContentType"], answer["Body"].read()
    return found


OBJECTS = """
objects:
  - {key: settings.json, content: {dark: on}}
  - {key: "a b/é+(1)~.txt", content: héllo, type: text/plain; charset=utf-8}
  - {key: raw, bucket: exports, content: !!binary AP8=}
"""

FUNCTION = """
import boto3
store = boto3.client("s3", endpoint_url=resource.endpoint, aws_access_key_id=resource.user,
                     aws_secret_access_key=resource.password, region_name=resource.region)
store.put_object(Bucket=resource.bucket, Key="function", Body=resource.user, ContentType="a/b")
"""

S3 = TechnologyCase(
    use="s3",
    section="databases",
    settings={"database": ["up-loads", "exports"]},
    hello=hello,
    good={"objects.yaml": OBJECTS.encode()},
    function=FUNCTION,
    script='test "http://$RESOURCE_HOST:$RESOURCE_PORT" = "$RESOURCE_ENDPOINT"\n',
    seeded=everything,
    expected=lambda _: {
        "up-loads/settings.json": ("application/json", b'{"dark": true}'),
        "up-loads/a b/é+(1)~.txt": ("text/plain; charset=utf-8", "héllo".encode()),
        "exports/raw": ("application/octet-stream", b"\x00\xff"),
        "up-loads/function": ("a/b", b"greenroom"),
    },
    bad=(
        BadSeed(
            "none.yaml",
            b"objects:\n- {key: a, content: b}\n- {key: a, bucket: Attic_}\n",
            r"none\.yaml:3: InvalidBucketName: The specified bucket is not valid",
        ),
    ),
    short=True,
)

"""The services of AWS: asked by Amazon's own client. Moto plays them here."""

from __future__ import annotations

from typing import Any

import boto3
from s3_case import AT_ONCE
from technology_case import TechnologyCase


def queues(url: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = boto3.client("sqs", endpoint_url=url, region_name="us-east-1", config=AT_ONCE, **keys)
    return client.list_queues().get("QueueUrls", [])


FUNCTION = """
import boto3
client = boto3.client("sqs", endpoint_url=resource.endpoint, region_name=resource.region,
                      aws_access_key_id=resource.access_key,
                      aws_secret_access_key=resource.secret_key)
client.create_queue(QueueName="orders")
"""

AWS = TechnologyCase(
    use="aws",
    section="databases",
    settings={"image": "motoserver/moto:5.1.22"},
    hello=queues,
    good={},
    function=FUNCTION,
    script='test "http://$RESOURCE_HOST:$RESOURCE_PORT" = "$RESOURCE_ENDPOINT"\n',
    seeded=lambda url: [one.removeprefix(url) for one in queues(url)],
    expected=lambda _: ["/123456789012/orders"],
    bad=(),
    short=True,
)

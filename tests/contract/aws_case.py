"""The services of AWS: asked by Amazon's own client. Moto plays them here."""

from __future__ import annotations

from typing import Any

import boto3
from s3_case import AT_ONCE
from technology_case import BadSeed, TechnologyCase


def client(service: str, url: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=AT_ONCE,
    )


def queues(url: str) -> list[str]:
    found: list[str] = client("sqs", url).list_queues().get("QueueUrls", [])
    return found


def everything(url: str) -> object:
    """The paths of queues, tables, a secret, and an object."""
    secret = client("secretsmanager", url).get_secret_value(SecretId="api-key")
    stored = client("s3", url).get_object(Bucket="uploads", Key="a.txt")
    return (
        [one.removeprefix(url) for one in queues(url)],
        client("dynamodb", url).list_tables()["TableNames"],
        secret["SecretString"],
        stored["Body"].read(),
    )


CLOUD = b"""
buckets: [uploads]
objects:
  - {bucket: uploads, key: a.txt, content: hello}
calls:
  - sqs.CreateQueue: {QueueName: orders}
  - secretsmanager.CreateSecret: {Name: api-key, SecretString: s3cret}
  - dynamodb.CreateTable:
      TableName: carts
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      BillingMode: PAY_PER_REQUEST
"""

FUNCTION = """
import boto3
client = boto3.client("sqs", endpoint_url=resource.endpoint, region_name=resource.region,
                      aws_access_key_id=resource.access_key,
                      aws_secret_access_key=resource.secret_key)
client.create_queue(QueueName="returns")
"""

AWS = TechnologyCase(
    use="aws",
    section="databases",
    settings={"image": "motoserver/moto:5.1.22"},
    hello=queues,
    good={"cloud.yaml": CLOUD},
    function=FUNCTION,
    script='test "http://$RESOURCE_HOST:$RESOURCE_PORT" = "$RESOURCE_ENDPOINT"\n',
    seeded=everything,
    expected=lambda _: (
        ["/123456789012/orders", "/123456789012/returns"],
        ["carts"],
        "s3cret",
        b"hello",
    ),
    bad=(
        BadSeed(
            "bad.yaml",
            b"calls:\n- sqs.CreateQueue: {QueueName: a}\n- dynamodb.DeleteTable: {TableName: no}\n",
            r"bad\.yaml:3: ResourceNotFoundException: ",
        ),
    ),
    short=True,
)

"""Kafka: asked by kafka-python, which goes on where the broker sends it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from technology_case import BadSeed, TechnologyCase


def bootstrap(url: str) -> dict[str, Any]:
    return {"bootstrap_servers": urlsplit(url).netloc}


def hello(url: str) -> object:
    """Produce, which makes a topic, and wait until it is stored."""
    producer = KafkaProducer(**bootstrap(url))
    try:
        return producer.send("hello", b"world").get(10)
    finally:
        producer.close()


def messages(url: str, *topics: str) -> dict[str, list[tuple[Any, ...]]]:
    """All messages of these topics, each with its partition, in their order."""
    consumer = KafkaConsumer(**bootstrap(url), auto_offset_reset="earliest")
    found: dict[str, list[tuple[Any, ...]]] = {}
    try:
        for topic in topics:
            numbers = consumer.partitions_for_topic(topic) or ()
            places = [TopicPartition(topic, number) for number in sorted(numbers)]
            consumer.assign(places)
            left = sum(consumer.end_offsets(places).values())
            found[topic] = []
            while len(found[topic]) < left:
                for records in consumer.poll(timeout_ms=5000).values():
                    found[topic] += [
                        (one.partition, one.key, one.value, list(one.headers)) for one in records
                    ]
    finally:
        consumer.close()
    return {topic: sorted(some, key=lambda one: one[0]) for topic, some in found.items()}


def seeded(url: str) -> object:
    found = messages(url, "orders", "events", "function", "script")
    admin = KafkaAdminClient(**bootstrap(url))
    try:
        return found, len(admin.describe_topics(["orders"])[0]["partitions"])
    finally:
        admin.close()


KAFKA = TechnologyCase(
    use="kafka:4.1.1",
    section="brokers",
    hello=hello,
    good={
        "topics.yaml": b"""
topics:
  - name: orders
    partitions: 3
    config: {cleanup.policy: compact}
    messages:
      - {key: o1, value: {total: 1.50}, headers: {type: created, none: null}}
      - {key: o1, value: null}
      - {key: o2, value: "2", partition: 2}
  - name: events
    messages: [{value: first}]
""",
        "more.yml": b"topics:\n- name: events\n  messages:\n  - {value: second}\n",
    },
    function="""
from kafka import KafkaProducer
producer = KafkaProducer(bootstrap_servers=resource.bootstrap)
producer.send("function", b"called")
producer.close()
""",
    # It goes through the listener for containers.
    script="""
echo "$RESOURCE_HOST" | /opt/kafka/bin/kafka-console-producer.sh \\
  --bootstrap-server "$RESOURCE_BOOTSTRAP" --topic script
""",
    seeded=seeded,
    expected=lambda inside: (
        {
            "orders": [
                (1, b"o1", b'{"total": 1.5}', [("type", b"created"), ("none", None)]),
                (1, b"o1", None, []),
                (2, b"o2", b"2", []),
            ],
            "events": [(0, None, b"first", []), (0, None, b"second", [])],
            "function": [(0, None, b"called", [])],
            "script": [(0, None, inside.host.encode(), [])],
        },
        3,
    ),
    bad=(
        BadSeed(
            "bad.yaml",
            b"topics:\n"
            b"- name: compacted\n"
            b"  config: {cleanup.policy: compact}\n"
            b"  messages:\n"
            b"  - {key: a, value: b}\n"
            b"  - {value: c}\n",
            r"bad\.yaml:6: topic compacted: .*(?i:key)",
        ),
    ),
    short=True,
)

"""Kafka tells its clients where to go on: tests and containers each by their own listener."""

from __future__ import annotations

from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer

from orchestrator import Environment

READ = "/opt/kafka/bin/kafka-console-consumer.sh --topic orders --from-beginning --max-messages 2"

SEED = """
topics:
  - name: orders
    messages: [{value: seeded}]
"""

SEND = """
from kafka import KafkaProducer
def send(resource):
    producer = KafkaProducer(bootstrap_servers=resource.bootstrap)
    producer.send("orders", b"from the host").get(10)
    producer.close()
"""


@pytest.mark.engine
@pytest.mark.usefixtures("live_environ")
def test_groups_are_served_on_the_host_and_in_another_container(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(SEED)
    (tmp_path / "send.py").write_text(SEND)
    reader = {
        "image": "apache/kafka:4.1.1",
        "command": f"{READ} --group inside --bootstrap-server ${{events.bootstrap}}",
    }
    manifest = {
        "name": "listeners",
        "brokers": {"events": {"use": "kafka:4.1.1", "seed": ["topics.yaml", "send.py:send"]}},
        "tasks": {"reader": reader},
    }
    with Environment.of(manifest, folder=tmp_path) as environment:
        read = [line.text for line in environment["reader"].logs()]
        assert [text for text in ("seeded", "from the host") if text in read] == read[:2]
        group = KafkaConsumer(
            "orders",
            group_id="outside",
            bootstrap_servers=environment["events"].bootstrap,
            auto_offset_reset="earliest",
        )
        values = [next(group).value for _ in range(2)]
        group.commit()
        group.close()
        assert values == [b"seeded", b"from the host"]
        producer = KafkaProducer(
            bootstrap_servers=environment["events"].bootstrap, transactional_id="one"
        )
        producer.init_transactions()
        producer.begin_transaction()
        producer.send("orders", b"together")
        producer.commit_transaction()
        producer.close()

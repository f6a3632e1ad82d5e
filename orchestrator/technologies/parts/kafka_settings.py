"""How a Kafka of one node is set up for tests.

Settings: https://kafka.apache.org/documentation/#brokerconfigs. The image takes each as a variable
with `KAFKA_` before it and underscores for dots.
"""

from __future__ import annotations

LISTENERS = {
    # A client is told where to go on, and so tests and containers each have a listener.
    "KAFKA_LISTENERS": "OUTSIDE://:9092,INSIDE://:19092,CONTROLLER://localhost:9093",
    "KAFKA_ADVERTISED_LISTENERS": "OUTSIDE://${self.outside.host}:${self.outside.port},"
    "INSIDE://${self.inside.host}:${self.inside.port}",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "OUTSIDE:PLAINTEXT,INSIDE:PLAINTEXT,"
    "CONTROLLER:PLAINTEXT",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "INSIDE",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
}

# Its own topics have one copy; by default they wait for three brokers.
ALONE = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_LOG_DIRS": "/tmp/greenroom",  # noqa: S108 - in the container, where it may write
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS": "1",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
    # A group does not wait for more members before it begins.
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
}

# Compiled lightly, it starts in half the time.
MACHINE = {
    "KAFKA_HEAP_OPTS": "-Xms128m -Xmx512m",
    "KAFKA_JVM_PERFORMANCE_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
}

SETTINGS = {**LISTENERS, **ALONE, **MACHINE}

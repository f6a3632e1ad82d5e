"""The kinds of servers that projects use, and which technologies can be one."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of server: the technologies that can be it, the best first, and its usual entry."""

    technologies: tuple[str, ...]
    entry: str


KINDS = {
    "postgres": Kind(("postgres",), "database"),
    "mysql": Kind(("mysql", "mariadb"), "database"),
    "mariadb": Kind(("mariadb", "mysql"), "database"),
    "redis": Kind(("redis", "valkey"), "redis"),
    "rabbitmq": Kind(("rabbitmq",), "rabbitmq"),
    "nats": Kind(("nats",), "nats"),
    "kafka": Kind(("kafka",), "kafka"),
    "mongodb": Kind(("mongodb", "mongo"), "mongodb"),
    "memcached": Kind(("memcached",), "memcached"),
    "mqtt": Kind(("mosquitto",), "mqtt"),
    "elasticsearch": Kind(("elasticsearch", "opensearch"), "search"),
    "opensearch": Kind(("opensearch", "elasticsearch"), "search"),
    "etcd": Kind(("etcd",), "etcd"),
    "clickhouse": Kind(("clickhouse",), "clickhouse"),
    "aws": Kind(("aws", "localstack", "moto"), "aws"),
    "s3": Kind(("s3", "minio"), "s3"),
    "mail": Kind(("mailpit",), "mail"),
}
"""Whether there is such a technology, the catalogue knows."""

SQL = ("postgres", "mysql", "mariadb")
"""What `sql` stands for: whichever of these the project uses."""

SCHEMES = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "redis": "redis",
    "rediss": "redis",
    "amqp": "rabbitmq",
    "amqps": "rabbitmq",
    "nats": "nats",
    "mongodb": "mongodb",
    "mqtt": "mqtt",
    "clickhouse": "clickhouse",
    "smtp": "mail",
}
"""What the beginning of an address says."""


def technology_of(kind: str, catalogue: Container[str]) -> str | None:
    """Return the technology that is taken for a kind, None where this version knows none."""
    return next((name for name in KINDS[kind].technologies if name in catalogue), None)

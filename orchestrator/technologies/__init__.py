"""The technologies that come with Greenroom, one small file each.

To add one, write `NAME.py` with a `Technology` value called `NAME`, and name it in `MODULES`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from orchestrator.model.technology import Technology

MODULES = {
    "postgres": "postgres",
    "mariadb": "mariadb",
    "mysql": "mariadb",
    "redis": "redis",
    "valkey": "valkey",
    "mongodb": "mongodb",
    "memcached": "memcached",
    "etcd": "etcd",
    "clickhouse": "clickhouse",
    "elasticsearch": "elasticsearch",
    "opensearch": "elasticsearch",
    "s3": "s3",
    "aws": "aws",
    "kafka": "kafka",
    "rabbitmq": "rabbitmq",
    "nats": "nats",
    "mosquitto": "mosquitto",
    "mailpit": "mailpit",
}
"""Each technology's module; several may share one."""


class BuiltIn(Mapping[str, Technology]):
    """The built-in technologies by name; each is imported only when somebody asks for it."""

    def __getitem__(self, name: str) -> Technology:
        module = import_module(f"{__name__}.{MODULES[name]}")
        found: Technology = getattr(module, name.upper())
        return found

    def __contains__(self, name: object) -> bool:
        return name in MODULES

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


BUILT_IN: Mapping[str, Technology] = BuiltIn()

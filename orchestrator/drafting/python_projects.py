"""Python: what is required, and how the tests are run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from orchestrator.drafting.evidence import Evidence, Packages, Tests, Told, Uses
from orchestrator.drafting.project import Project

PACKAGES = Packages(
    {
        "psycopg": "postgres",
        "psycopg2": "postgres",
        "psycopg2-binary": "postgres",
        "asyncpg": "postgres",
        "pg8000": "postgres",
        "pymysql": "mysql",
        "mysqlclient": "mysql",
        "mysql-connector-python": "mysql",
        "aiomysql": "mysql",
        "asyncmy": "mysql",
        "mariadb": "mariadb",
        "redis": "redis",
        "django-redis": "redis",
        "rq": "redis",
        "arq": "redis",
        "valkey": "redis",
        "pika": "rabbitmq",
        "aio-pika": "rabbitmq",
        "nats-py": "nats",
        "kafka-python": "kafka",
        "confluent-kafka": "kafka",
        "aiokafka": "kafka",
        "pymongo": "mongodb",
        "motor": "mongodb",
        "mongoengine": "mongodb",
        "beanie": "mongodb",
        "pymemcache": "memcached",
        "paho-mqtt": "mqtt",
        "aiomqtt": "mqtt",
        "elasticsearch": "elasticsearch",
        "opensearch-py": "opensearch",
        "etcd3": "etcd",
        "clickhouse-driver": "clickhouse",
        "clickhouse-connect": "clickhouse",
        "boto3": "aws",
        "aiobotocore": "aws",
        "minio": "s3",
    }
)
FUNCTION = re.compile(r"^(?:async )?def test_\w*\(", re.MULTILINE)
"""A test that only pytest runs."""

NAME = re.compile(r"^\s*[\"']?([A-Za-z][\w.-]*)\s*(?:\[([\w, .-]*)\])?", re.ASCII)


def python(project: Project) -> Iterator[Evidence]:
    """Find what a Python project requires, and how its tests are run."""
    required = list(requirements(project))
    for name, place in required:
        yield from PACKAGES.used([name], place)
    names = {name.lower() for name, _ in required}
    yield from _celery(names)
    if "pytest" in names or _tested_by_pytest(project):
        yield Tests("pytest -q", "pytest")
    elif project.has("manage.py"):
        yield Tests("python manage.py test", "manage.py")


def _tested_by_pytest(project: Project) -> bool:
    """Whether pytest's own files are there, or tests that are plain functions."""
    if project.first("pytest.ini", "conftest.py", "tests/conftest.py"):
        return True
    files = [*project.matching("test_*.py"), *project.matching("tests/test_*.py")]
    return any(FUNCTION.search(project.text(name)) for name in files)


def requirements(project: Project) -> Iterator[tuple[str, str]]:
    """Yield the name of each required package, with the file that names it; extras count too."""
    places = [
        *project.matching("requirements*.txt"),
        *project.matching("requirements/*.txt"),
    ]
    for place in places:
        for line in project.text(place).splitlines():
            yield from ((name, place) for name in named(line))
    for name in _in_pyproject(project.toml("pyproject.toml")):
        yield name, "pyproject.toml"
    for section in ("packages", "dev-packages"):
        yield from ((name, "Pipfile") for name in _table(project.toml("Pipfile"), section))


def named(requirement: str) -> Iterator[str]:
    """Yield the package of a requirement, and `celery` with its extra `redis` as that one too."""
    found = NAME.match(requirement)
    if found:
        yield found[1]
        yield from (extra.strip() for extra in (found[2] or "").split(",") if extra.strip())


def _in_pyproject(settings: dict[str, Any]) -> Iterator[str]:
    project, poetry = _table(settings, "project"), _table(settings, "tool", "poetry")
    lists = [
        project.get("dependencies"),
        *_table(project, "optional-dependencies").values(),
        *_table(settings, "dependency-groups").values(),
    ]
    for each in lists:
        for line in each if isinstance(each, list) else ():
            yield from named(line) if isinstance(line, str) else ()
    yield from _table(poetry, "dependencies")
    yield from _table(poetry, "dev-dependencies")
    for group in _table(poetry, "group"):
        yield from _table(poetry, "group", group, "dependencies")


def _table(settings: Any, *keys: str) -> dict[str, Any]:
    """Return the table under these keys, an empty one where there is none."""
    for key in keys:
        settings = settings.get(key) if isinstance(settings, dict) else None
    return settings if isinstance(settings, dict) else {}


def _celery(names: set[str]) -> Iterator[Evidence]:
    if "celery" not in names:
        return
    redis = "redis" in names or "django-redis" in names
    kind = "redis" if redis else "rabbitmq"
    yield Uses(kind, "celery")
    yield Told("CELERY_BROKER_URL", kind)

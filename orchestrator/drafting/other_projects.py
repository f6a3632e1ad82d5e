"""Node, Go and the JVM: what is required, and how the tests are run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.drafting.evidence import Evidence, Migrates, Packages, Tests, Told, Uses
from orchestrator.drafting.kinds import SQL
from orchestrator.drafting.project import Project

NODE = Packages(
    {
        "pg": "postgres",
        "postgres": "postgres",
        "pg-promise": "postgres",
        "mysql2": "mysql",
        "mysql": "mysql",
        "mariadb": "mariadb",
        "redis": "redis",
        "ioredis": "redis",
        "bull": "redis",
        "bullmq": "redis",
        "mongodb": "mongodb",
        "mongoose": "mongodb",
        "kafkajs": "kafka",
        "node-rdkafka": "kafka",
        "amqplib": "rabbitmq",
        "nats": "nats",
        "@nats-io/transport-node": "nats",
        "mqtt": "mqtt",
        "memjs": "memcached",
        "@elastic/elasticsearch": "elasticsearch",
        "@opensearch-project/opensearch": "opensearch",
        "etcd3": "etcd",
        "@clickhouse/client": "clickhouse",
        "@aws-sdk/client-s3": "s3",
        "aws-sdk": "aws",
        "nodemailer": "mail",
    }
)
NO_TESTS = "no test specified"
"""What npm puts there, where nobody has written a test."""
MANAGERS = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lockb": "bun run"}
PRISMA = "prisma/schema.prisma"
PROVIDERS = {"postgresql": "postgres", "mysql": "mysql", "mongodb": "mongodb"}

GO = {
    "github.com/jackc/pgx": "postgres",
    "github.com/lib/pq": "postgres",
    "github.com/go-sql-driver/mysql": "mysql",
    "github.com/redis/go-redis": "redis",
    "github.com/go-redis/redis": "redis",
    "github.com/gomodule/redigo": "redis",
    "github.com/valkey-io/valkey-go": "redis",
    "go.mongodb.org/mongo-driver": "mongodb",
    "github.com/segmentio/kafka-go": "kafka",
    "github.com/ibm/sarama": "kafka",
    "github.com/confluentinc/confluent-kafka-go": "kafka",
    "github.com/twmb/franz-go": "kafka",
    "github.com/rabbitmq/amqp091-go": "rabbitmq",
    "github.com/nats-io/nats.go": "nats",
    "github.com/bradfitz/gomemcache": "memcached",
    "github.com/eclipse/paho.mqtt.golang": "mqtt",
    "github.com/elastic/go-elasticsearch": "elasticsearch",
    "go.etcd.io/etcd/client": "etcd",
    "github.com/clickhouse/clickhouse-go": "clickhouse",
    "github.com/minio/minio-go": "s3",
    "github.com/aws/aws-sdk-go": "aws",
}
"""Modules by the beginning of their paths: what follows is a version."""

JVM = {
    "org.postgresql": "postgres",
    "mysql-connector": "mysql",
    "mariadb-java-client": "mariadb",
    "spring-boot-starter-data-redis": "redis",
    "jedis": "redis",
    "lettuce-core": "redis",
    "spring-kafka": "kafka",
    "kafka-clients": "kafka",
    "spring-boot-starter-amqp": "rabbitmq",
    "amqp-client": "rabbitmq",
    "jnats": "nats",
    "spring-boot-starter-data-mongodb": "mongodb",
    "mongodb-driver": "mongodb",
    "elasticsearch-java": "elasticsearch",
    "clickhouse-jdbc": "clickhouse",
    "spring-boot-starter-mail": "mail",
}
"""Words that a build file has where an artifact is required."""
SPRING = {
    "sql": {
        "SPRING_DATASOURCE_URL": "jdbc",
        "SPRING_DATASOURCE_USERNAME": "user",
        "SPRING_DATASOURCE_PASSWORD": "password",
    },
    "redis": {"SPRING_DATA_REDIS_URL": "url"},
    "rabbitmq": {
        "SPRING_RABBITMQ_HOST": "host",
        "SPRING_RABBITMQ_PORT": "port",
        "SPRING_RABBITMQ_USERNAME": "user",
        "SPRING_RABBITMQ_PASSWORD": "password",
    },
    "mongodb": {"SPRING_DATA_MONGODB_URI": "url"},
}
"""The variables by which Spring Boot is told, with the fields that they want."""


def node(project: Project) -> Iterator[Evidence]:
    """Find what a Node project depends on, Prisma, and `scripts.test`."""
    package = project.json("package.json")
    for key in ("dependencies", "devDependencies"):
        required = package.get(key)
        yield from NODE.used(required if isinstance(required, dict) else (), "package.json")
    yield from _prisma(project)
    scripts = package.get("scripts")
    test = scripts.get("test") if isinstance(scripts, dict) else None
    if isinstance(test, str) and NO_TESTS not in test:
        lock = project.first(*MANAGERS)
        yield Tests(f"{MANAGERS[lock] if lock else 'npm'} test", "scripts.test in package.json")


def _prisma(project: Project) -> Iterator[Evidence]:
    source = re.search(r"datasource\s+\w+\s*\{([^}]*)\}", project.text(PRISMA))
    if source is None:
        return
    provider = re.search(r"provider\s*=\s*\"(\w+)\"", source[1])
    kind = PROVIDERS.get(provider[1]) if provider else None
    if kind is None:
        return
    yield Uses(kind, PRISMA)
    variable = re.search(r"url\s*=\s*env\(\"(\w+)\"\)", source[1])
    if variable:
        yield Told(variable[1], kind)
    if kind in SQL and project.matching("prisma/migrations/*/migration.sql"):
        yield Migrates("npx prisma migrate deploy", "prisma/migrations")


def go(project: Project) -> Iterator[Evidence]:
    """Find what a Go module requires."""
    for line in project.text("go.mod").splitlines():
        for path in line.replace("require", " ").split()[:1]:
            yield from (
                Uses(kind, f"{path} in go.mod")
                for known, kind in GO.items()
                if path.lower().startswith(known) and "// indirect" not in line
            )
    if project.has("go.mod"):
        yield Tests("go test ./...", "go.mod")


def jvm(project: Project) -> Iterator[Evidence]:
    """Find what is required by Maven or Gradle, and what Spring Boot is told by."""
    place = project.first("pom.xml", "build.gradle.kts", "build.gradle")
    if place is None:
        return
    text = project.text(place)
    kinds = dict[str, str]()
    for word, kind in JVM.items():
        if word in text:
            kinds.setdefault(kind, word)
    for kind, word in kinds.items():
        yield Uses(kind, f"{word} in {place}")
    if "spring-boot" in text:
        wanted = {*kinds, *(["sql"] if kinds.keys() & set(SQL) else [])}
        for kind, variables in SPRING.items():
            if kind in wanted:
                yield from (Told(name, kind, field) for name, field in variables.items())
    yield Tests(*_jvm_tests(project, place))


def _jvm_tests(project: Project, place: str) -> tuple[str, str]:
    maven = place == "pom.xml"
    wrapper = "mvnw" if maven else "gradlew"
    own = f"./{wrapper}" if project.has(wrapper) else ("mvn" if maven else "gradle")
    return f"{own} test", place

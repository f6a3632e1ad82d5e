"""`greenroom init`: what each detector finds, and what is written of it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest
import yaml

from orchestrator.cli.main import main
from orchestrator.drafting import Project, draft, written
from orchestrator.drafting.beside import exposed
from orchestrator.drafting.drafting import Draft, drafted
from orchestrator.drafting.evidence import Evidence, Uses
from orchestrator.drafting.kinds import KINDS, SCHEMES
from orchestrator.drafting.other_projects import GO, JVM, NODE
from orchestrator.drafting.python_projects import PACKAGES, requirements
from orchestrator.host import manifests
from orchestrator.manifest import json_schema
from orchestrator.model.technology import Technology
from orchestrator.technologies import BUILT_IN

GOLDENS = Path(__file__).parent / "goldens"

REWRITE = "GREENROOM_REWRITE_PLANS"

NAMES = ("postgres", "mariadb", "mysql", "redis", "rabbitmq", "nats")
CATALOGUE: Mapping[str, Technology] = {name: BUILT_IN[name] for name in NAMES}
"""The technologies that there are for these tests, whatever else Greenroom knows."""

Files = Mapping[str, str]


def folder(tmp_path: Path, files: Files) -> Path:
    """A project with these files."""
    place = tmp_path / "shop"
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    place.mkdir(exist_ok=True)
    return place


def made(tmp_path: Path, files: Files) -> Draft:
    return draft(Project(folder(tmp_path, files)), CATALOGUE)


def servers(found: Draft) -> dict[str, str]:
    return {one.entry: one.use for one in found.servers}


def loads(text: str, place: Path) -> set[str]:
    """Load a manifest that was written, as `greenroom check` does; returns its resources."""
    path = place / "environment.yaml"
    path.write_text(text)
    found = manifests.read(path, {"XDG_STATE_HOME": str(place / "state")})
    jsonschema.validate(yaml.safe_load(text), json_schema())
    return set(found.resources)


DJANGO = {
    "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.dev")\n',
    "shop/settings/dev.py": "from .base import *\n",
    "shop/settings/base.py": """
        DATABASES = {
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": os.environ.get("DB_NAME", "shop"),
                "USER": os.environ["DB_USER"],
                "PASSWORD": os.getenv("DB_PASSWORD"),
                'HOST': env('DB_HOST'),
                'PORT': env.int('DB_PORT', default=5432),
            }
        }
        """,
    "requirements/base.txt": "Django>=5  # the framework\ncelery[redis]~=5.4\nboto3\n",
    "Dockerfile": "FROM python:3.13-slim\nARG PORT=8000\nEXPOSE $PORT\n",
}

ALEMBIC = {
    "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\n",
    "migrations/env.py": 'url = os.environ["LEDGER_DB_URL"]\n',
    "pyproject.toml": '[project]\nname = "x"\ndependencies = ["asyncpg>=0.30", "nats-py"]\n'
    '[dependency-groups]\ndev = ["pytest"]\n',
}

NODE_PROJECT = {
    "package.json": json.dumps(
        {
            "dependencies": {"pg": "8", "ioredis": "5", "left-pad": "1"},
            "devDependencies": {"amqplib": "1"},
            "scripts": {"test": "jest --runInBand"},
        }
    ),
    "pnpm-lock.yaml": "",
    ".env.example": 'DATABASE_URL=postgres://me@localhost/x\nexport CACHE_URL="redis://x"\nA=http://x\n',
    "schema.sql": "create table x();\n",
    "compose.yaml": "services: {}\n",
}

SPRING = {
    "pom.xml": "<project><artifactId>spring-boot-starter-web</artifactId>"
    "<groupId>org.postgresql</groupId><artifactId>spring-boot-starter-amqp</artifactId></project>",
    "mvnw": "",
}

PRISMA = {
    "package.json": '{"dependencies": {"@prisma/client": "6"}}',
    "prisma/schema.prisma": 'datasource db {\n  provider = "mysql"\n  url = env("SHOP_DB")\n}\n',
    "prisma/migrations/1_init/migration.sql": "create table x(id int);\n",
    "docker/Dockerfile": "FROM node:22\n",
}

GO_MODULE = {
    "go.mod": "module shop\n\nrequire github.com/jackc/pgx/v5 v5.7.1\nrequire (\n"
    "\tgithub.com/go-sql-driver/mysql v1.8.1\n\tgithub.com/nats-io/nats.go v1 // indirect\n)\n",
}

FASTAPI = {
    "requirements.txt": "fastapi[standard]\npsycopg\n",
    "shop/main.py": 'app = FastAPI()\n\n@app.get("/health")\ndef health(): ...\n',
    "tests/test_shop.py": "def test_orders(): ...\n",
}

PROJECTS: dict[str, Files] = {
    "django": DJANGO,
    "alembic": ALEMBIC,
    "node": NODE_PROJECT,
    "spring": SPRING,
    "prisma": PRISMA,
    "go": GO_MODULE,
    "fastapi": FASTAPI,
    "nothing": {},
}


@pytest.mark.parametrize("name", PROJECTS)
def test_what_is_written(name: str, tmp_path: Path) -> None:
    place = folder(tmp_path, PROJECTS[name])
    found = draft(Project(place), CATALOGUE)
    text = written(found, schema=True)
    golden = GOLDENS / f"{name}.yaml"
    if os.environ.get(REWRITE):
        golden.write_text(text)
    assert text == golden.read_text()
    expected = {one.entry for one in found.servers} or {"database"}
    expected |= {"app"} if found.serves else set()
    expected |= {"migrate"} if found.migrates else set()
    assert loads(text, place) == expected


REQUIRED: dict[str, Files] = {
    "requirements": {"requirements-dev.txt": "# psycopg2\npsycopg[binary,pool]==3.2 ; x\n-r a\n"},
    "a group of poetry": {
        "pyproject.toml": "[tool.poetry.group.main.dependencies]\npython = '^3.12'\npsycopg = '*'\n"
    },
    "poetry": {"pyproject.toml": "[tool.poetry.dependencies]\npsycopg = {version = '3'}\n"},
    "an extra": {"pyproject.toml": "[project.optional-dependencies]\nx = ['psycopg ~= 3.2']\n"},
    "a group": {"pyproject.toml": "[dependency-groups]\nx = ['psycopg', {include-group = 'y'}]\n"},
    "a Pipfile": {"Pipfile": '[packages]\npsycopg = "*"\n'},
}


@pytest.mark.parametrize("files", REQUIRED.values(), ids=REQUIRED)
def test_what_python_requires(files: Files, tmp_path: Path) -> None:
    found = dict(requirements(Project(folder(tmp_path, files))))
    (place,) = files
    assert found["psycopg"] == place
    assert "psycopg2" not in found
    assert servers(made(tmp_path, files)) == {"database": "postgres"}


@pytest.mark.parametrize(
    ("settings", "use"),
    [
        ("django.db.backends.mysql", {"database": "mysql"}),
        ("django.contrib.gis.db.backends.postgis", {"database": "postgres"}),
        ("django.db.backends.sqlite3", {}),
    ],
)
def test_django_s_engines(settings: str, use: dict[str, str], tmp_path: Path) -> None:
    files = {"manage.py": "", "shop/settings.py": f'DATABASES = {{"ENGINE": "{settings}"}}'}
    found = made(tmp_path, files)
    assert servers(found) == use
    assert (found.migrates is not None) == bool(use)
    assert found.tests
    assert found.tests.command == "python manage.py test"


def test_django_s_settings_from_an_address(tmp_path: Path) -> None:
    text = "DATABASES = {'default': dj_database_url.config()}\n"
    files = {"manage.py": "", "a/settings.py": text, "requirements.txt": "psycopg2-binary\n"}
    assert made(tmp_path, files).env == {"DATABASE_URL": "${database.url}"}


CELERY = [
    ("celery\n", {"rabbitmq": "rabbitmq"}),
    ("celery\nredis\n", {"redis": "redis"}),
    ("celery[redis]\n", {"redis": "redis"}),
    ("celery\npika\n", {"rabbitmq": "rabbitmq"}),
]


@pytest.mark.parametrize(("required", "use"), CELERY)
def test_celery_s_broker(required: str, use: dict[str, str], tmp_path: Path) -> None:
    found = made(tmp_path, {"requirements.txt": required})
    assert servers(found) == use
    assert found.env == {"CELERY_BROKER_URL": f"${{{next(iter(use))}.url}}"}


TESTS: dict[str, tuple[Files, str | None]] = {
    "pytest": ({"pytest.ini": ""}, "pytest -q"),
    "functions": ({"tests/test_a.py": "import x\n\nasync def test_b(c):\n"}, "pytest -q"),
    "npm": ({"package.json": '{"scripts": {"test": "jest"}}'}, "npm test"),
    "yarn": ({"package.json": '{"scripts": {"test": "jest"}}', "yarn.lock": ""}, "yarn test"),
    "nobody's": (
        {"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'},
        None,
    ),
    "maven": ({"pom.xml": ""}, "mvn test"),
    "gradle": ({"build.gradle.kts": "", "gradlew": ""}, "./gradlew test"),
    "go": ({"go.mod": "module x\n"}, "go test ./..."),
}


@pytest.mark.parametrize(("files", "command"), TESTS.values(), ids=TESTS)
def test_how_the_tests_are_run(files: Files, command: str | None, tmp_path: Path) -> None:
    found = made(tmp_path, files).tests
    assert (found.command if found else None) == command


PORTS = {
    "FROM a\nEXPOSE 8000 9000/tcp 53/udp": [8000, 9000],
    "FROM a\nEXPOSE 1\nFROM b\nexpose 2 # and no more": [2],
    "FROM a\nENV PORT 80\nEXPOSE ${PORT} ${OTHER:-81} $NOBODY": [80, 81],
    "FROM a\nEXPOSE 70000 x 8000-8010": [],
}


@pytest.mark.parametrize(("text", "ports"), PORTS.items())
def test_the_ports_that_a_dockerfile_exposes(text: str, ports: list[int]) -> None:
    assert exposed(text) == ports


def test_an_address_keeps_the_driver_that_it_names(tmp_path: Path) -> None:
    files = {
        ".env.example": "LEDGER_DB_URL=postgresql+asyncpg://me@localhost/x\nC=redis://x\n",
        "Dockerfile": "FROM nginx\n",
    }
    found = made(tmp_path, {**ALEMBIC, **files})
    parts = "${database.user}:${database.password}@${database.host}:${database.port}"
    said = f"postgresql+asyncpg://{parts}/${{database.database}}"
    assert found.env == {"LEDGER_DB_URL": said, "C": "${redis.url}"}
    text = written(found, schema=False)
    assert "DATABASE_URL" not in text
    loads(text, tmp_path / "shop")


def test_a_technology_that_there_is_not_is_not_written(tmp_path: Path) -> None:
    evidence: list[Evidence] = [Uses("kafka", "kafkajs in package.json"), Uses("redis", "x")]
    without = {"redis": CATALOGUE["redis"]}
    found = drafted(evidence, without)
    assert servers(found) == {"redis": "redis"}
    assert "# kafka (kafkajs in package.json) is no technology of this version" in written(
        found, schema=False
    )
    assert servers(drafted(evidence, without | {"kafka": CATALOGUE["nats"]})) == {
        "redis": "redis",
        "kafka": "kafka",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_can_be_is_written_so_that_it_loads(kind: str, tmp_path: Path) -> None:
    found = drafted([Uses(kind, "a reason")], BUILT_IN)
    assert bool(found.servers) == any(name in BUILT_IN for name in KINDS[kind].technologies)
    assert loads(written(found, schema=False), tmp_path)


def test_every_package_is_of_a_known_kind() -> None:
    tables = (PACKAGES.known, NODE.known, GO, JVM, SCHEMES)
    assert {kind for table in tables for kind in table.values()} <= set(KINDS)
    assert all(name == name.lower() for table in tables for name in table)


def test_names_of_files_cannot_write_a_manifest(tmp_path: Path) -> None:
    files = {"requirements\nservices: {x: {image: x}}\n.txt": "redis\n"}
    found = made(tmp_path, files)
    assert loads(written(found, schema=False), tmp_path) == {"redis"}


BROKEN: dict[str, Files] = {
    "package.json": {"package.json": "{"},
    "a list": {"package.json": '["pg"]', "pyproject.toml": "[project]\ndependencies = 1\n"},
    "scripts": {"package.json": '{"scripts": ["pg"], "dependencies": 7}'},
    "toml": {"pyproject.toml": "[", "Pipfile": "packages = 1\n"},
    "poetry": {"pyproject.toml": "[tool]\npoetry = 1\n[project.optional-dependencies]\nx = 'y'\n"},
    "prisma": {"prisma/schema.prisma": "datasource db { }"},
}


@pytest.mark.parametrize("files", BROKEN.values(), ids=BROKEN)
def test_what_makes_no_sense_is_passed_over(files: Files, tmp_path: Path) -> None:
    assert made(tmp_path, files).servers == ()


def test_a_byte_order_mark_is_no_reason_to_pass_a_file_over(tmp_path: Path) -> None:
    """Editors of Windows write one, and npm reads over it."""
    files = {"package.json": '\ufeff{"dependencies": {"pg": "8"}}'}
    assert servers(made(tmp_path, files)) == {"database": "postgres"}


# The command.


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = folder(tmp_path, {"requirements.txt": "redis\nboto3\n"})
    monkeypatch.chdir(place)
    return place


def test_the_command_writes_a_manifest_and_the_schema(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("orchestrator.cli.init.known", lambda _: CATALOGUE)
    assert main(["init"]) == 0
    told = capsys.readouterr()
    assert told.out == "environment.yaml is written. Next: greenroom check, greenroom up\n"
    assert told.err.splitlines() == [
        "redis: redis (redis in requirements.txt)",
        "not known: aws (boto3 in requirements.txt); run it as a service",
    ]
    first = (here / "environment.yaml").read_text().splitlines()[0]
    schema = here / first.partition("$schema=")[2]
    assert json.loads(schema.read_text()) == json_schema()
    assert main(["check"]) == 0


def test_nothing_is_overwritten_unless_it_is_asked_for(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "environment.yaml").write_text("mine")
    (here / "environment.schema.json").write_text('{"title": "mine"}')
    assert main(["init"]) == 64
    assert capsys.readouterr().err.splitlines() == [
        "error: environment.yaml is there already",
        "next: choose another --output, or --force",
    ]
    assert main(["init", "--force"]) == 0
    assert (here / "environment.schema.json").read_text() == '{"title": "mine"}'
    (here / "environment.schema.json").write_text('{"title": "Greenroom environment"}')
    (here / "linked.yaml").symlink_to(here / "nowhere")
    assert main(["init", "-o", "linked.yaml"]) == 64
    assert main(["init", "-o", "other.yaml"]) == 0
    assert json.loads((here / "environment.schema.json").read_text()) == json_schema()
    assert main(["init", "-o", "none/other.yaml"]) == 64


def test_technologies_can_be_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "postgres:16", "nats", "redis", "redis", "-o", "-"]) == 0
    text = capsys.readouterr().out
    found = yaml.safe_load(text)
    assert found["databases"]["database"] == {"use": "postgres:16"}
    assert list(found["databases"]) == ["database", "redis", "redis-2"]
    assert list(found["brokers"]) == ["nats"]
    assert sorted(path.name for path in here.iterdir()) == ["requirements.txt"]
    assert main(["init", "postgress"]) == 64
    assert capsys.readouterr().err.splitlines() == [
        "error: there is no technology postgress",
        'next: did you mean "postgres"?',
    ]


def test_one_s_own_technologies_count(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "technologies").mkdir()
    (here / "technologies" / "aws.yaml").write_text(
        'about: a stand-in\nimage: moto\nversion: "5"\nport: 5000\n'
    )
    main(["init", "-o", "-"])
    assert "aws" in yaml.safe_load(capsys.readouterr().out)["databases"]


def test_a_compose_file_alone_is_for_import(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "requirements.txt").unlink()
    (here / "docker-compose.yml").write_text("services: {}")
    assert main(["init"]) == 64
    assert capsys.readouterr().err.splitlines() == [
        "error: nothing but a Compose file was found here",
        (
            "next: There is docker-compose.yml: greenroom import makes a manifest of it. "
            "Or name what is used: greenroom init postgres"
        ),
    ]


def test_projects_in_folders_below_are_named(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "requirements.txt").unlink()
    for name in ("shop", "apps/till", "node_modules/x", ".git/x", "a/b/too-deep"):
        (here / name).mkdir(parents=True)
        (here / name / "Dockerfile").write_text("FROM nginx")
    assert main(["init"]) == 64
    error, hint = capsys.readouterr().err.splitlines()
    assert error == "error: nothing was found right here, but in apps/till/, shop/"
    assert "include: [apps/till/, shop/]" in hint
    (here / "go.mod").write_text("module x")
    (here / "x_test.go").touch()
    assert main(["init"]) == 0

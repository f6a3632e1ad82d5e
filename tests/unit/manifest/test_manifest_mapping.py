"""A Python mapping instead of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from manifest_world import FOLDER, World
from test_manifest_resources import RESOURCES

from orchestrator.errors import ManifestError
from orchestrator.model.resource import FileSeed, Port

PAYMENTS: dict[str, object] = {
    "databases": {
        "ledger": {
            "use": "postgres:15",
            "seed": ("task:migrate", Path("accounts.csv"), "load.py:fill"),
        }
    },
    "brokers": {"events": {"use": "nats", "seed": ["streams.yaml"], "args": ["-D"]}},
    "tasks": {
        "migrate": {
            "build": "./api",
            "command": "alembic upgrade head",
            "env": {"DATABASE_URL": "${ledger.url}"},
        }
    },
    "services": {
        "ledger-api": {
            "build": Path("api"),
            "ports": [8000],
            "env": {"DATABASE_URL": "${ledger.url}", "EVENTS_URL": "${events.url}"},
            "ready": {"http": "/health"},
            "timeout": None,
        }
    },
}


def test_a_mapping_becomes_the_same_resources(world: World) -> None:
    manifest = world.load_mapping(PAYMENTS)
    assert manifest.resources == RESOURCES
    assert (manifest.path, manifest.folder, manifest.name) == ("<mapping>", FOLDER, "payments")


def test_python_values_are_read_as_text_and_numbers(world: World) -> None:
    service = {
        "image": "x",
        "env": {"A": 1, "B": True, "C": 1.5, "D": None},
        "ports": {"http": {"port": 80, "host": 8080}},
        "seed": Path("setup.sh"),
    }
    service["docker"] = {"Tty": True}
    api = world.load_mapping({"services": {"api": service}}).resources["api"]
    assert {name: str(value) for name, value in api.env.items()} == {
        "A": "1",
        "B": "true",
        "C": "1.5",
        "D": "",
    }
    assert api.ports == (Port(80, "http", 8080),)
    assert api.options == {"Tty": True}
    assert not any(isinstance(seed, FileSeed) for seed in api.seeds)


CIRCLE: dict[str, object] = {}
CIRCLE["services"] = CIRCLE

MISTAKES: dict[str, tuple[Any, list[str]]] = {
    "every mistake by its path": (
        {
            "databases": {"ledger": {"use": "postgress"}},
            "services": {"api": {"image": "x", "ports": [80, 0], "env": {"A": "${nobody.url}"}}},
        },
        [
            (
                '<mapping>: databases.ledger.use: unknown technology "postgress"; '
                'did you mean "postgres"?'
            ),
            '<mapping>: services.api.env.A: no resource is called "nobody"',
            "<mapping>: services.api.ports[1]: 0 is out of range; ports go from 1 to 65535",
        ],
    ),
    "the same mistake at two places": (
        {"services": {"a": {"image": "x", "timeout": 3}, "b": {"image": "x", "timeout": 3}}},
        [
            "<mapping>: services.a.timeout: 3 has no unit; write 3s",
            "<mapping>: services.b.timeout: 3 has no unit; write 3s",
        ],
    ),
    "a value that no manifest can have": (
        {"services": {"api": {"image": {1, 2}}}, 3: "x"},
        [
            "<mapping>: the key 3 must be a text",
            "<mapping>: services.api.image: a set cannot stand in a manifest",
        ],
    ),
    "a name in two sections": (
        {"services": {"a": {"image": "x"}}, "tasks": {"a": {"image": "x"}}},
        ['<mapping>: tasks.a: the name "a" is taken by services.a'],
    ),
    "a mapping in itself": (
        CIRCLE,
        ["<mapping>: services: values cannot be nested more than 100 deep"],
    ),
}


@pytest.mark.parametrize(("mapping", "expected"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_have_paths_and_no_lines(
    world: World, mapping: dict[str, object], expected: list[str]
) -> None:
    with pytest.raises(ManifestError) as caught:
        world.load_mapping(mapping)
    assert [str(problem) for problem in caught.value.problems] == expected

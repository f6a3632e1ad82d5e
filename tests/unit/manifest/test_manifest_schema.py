"""The JSON Schema: what editors accept is what loading accepts, as far as a schema can say it."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from test_manifest_resources import PAYMENTS

from orchestrator.manifest import json_schema

GOOD = {
    "the manifest of the design": PAYMENTS,
    "scalars of every kind": """
        services:
          api: {image: nginx, env: {A: 1, B: 1.5, C: true, D: text, E: }, user: 1000}
        """,
    "ports in both forms": """
        services:
          a: {image: x, ports: [80, {port: 81, host: 81}]}
          b: {image: x, ports: {http: 80, admin: {port: 81, host: 81}}}
        """,
    "numbers from the environment": """
        databases: {db: {use: postgres, port: "${env:PORT:-5432}", timeout: "${env:T}"}}
        services: {a: {image: x, ports: ["${env:PORT}"], limits: {cpus: "${env:CPUS}"}}}
        """,
    "short forms": """
        x-note: anything
        databases: {db: {use: postgres, seed: a.sql, database: main, isolation: none, x-y: 1}}
        services:
          a: {build: ., command: a b, ready: {http: /, status: 200}, tmpfs: /tmp, profiles: x}
          b: {command: [a, 1], needs: a, files: {/a: b, /c: {content: d, mode: 0644}}}
        tests: {command: pytest}
        """,
    "other files, and databases on one server": """
        include: [web, ../shared.yaml, {compose: stack.yml}]
        databases: {a: {use: postgres}, b: {'on': a, seed: c.sql}}
        """,
    "one other file": "include: web",
    "keys left empty": "services: {a: {image: x, env: , ports: , ready: }}\ntests:\n",
    "every probe": """
        services:
          a: {image: x, ready: {tcp: true, timeout: 30s, interval: 500ms, successes: 2}}
          b: {image: x, ready: {tcp: 80}}
          c: {image: x, ready: {send: x, expect: y, port: http}}
          d: {image: x, ready: {http: {path: /, status: [200, 204], headers: {A: 1}}}}
        tasks:
          e: {image: x, ready: {exit: 0}}
        """,
}

BAD = {
    "an unknown key": "servces: {}",
    "an unknown key of an entry": "services: {a: {imge: x}}",
    "a database without a technology": "databases: {a: {image: x}}",
    "a port out of range": "services: {a: {image: x, ports: {a: 65536}}}",
    "a port in quotes": "services: {a: {image: x, ports: ['80']}}",
    "a port as a pair": "services: {a: {image: x, ports: ['80:80']}}",
    "a duration without a unit": "services: {a: {image: x, timeout: 30}}",
    "a name in capitals": "services: {API: {image: x}}",
    "an unknown engine": "engine: kubernetes",
    "what cannot be yet": "links: {slow: {to: ledger}}",
    "an include that is no path": "include: {path: web}",
    "an entry that is a text": "databases: {a: postgres}",
    "variables in a list": "services: {a: {image: x, env: [A=1]}}",
}


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    return Draft202012Validator(json_schema())


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json_schema()["title"] == "Greenroom environment"


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_good_manifests_are_accepted(schema: Draft202012Validator, text: str) -> None:
    assert [error.message for error in schema.iter_errors(_parsed(text))] == []


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_bad_manifests_are_not(schema: Draft202012Validator, text: str) -> None:
    assert not schema.is_valid(_parsed(text))


def test_every_key_is_explained() -> None:
    found = json_schema()
    for name, shape in {"": found, **found["$defs"]}.items():
        for key, value in shape["properties"].items():
            assert value.get("description"), f"{name}.{key}"


def _parsed(text: str) -> Any:
    return yaml.safe_load(textwrap.dedent(text))

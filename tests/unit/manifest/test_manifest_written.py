"""A manifest as it was understood, written as YAML: loaded again it is the same."""

from __future__ import annotations

import dataclasses
import os
import random
import string
from pathlib import Path

import pytest
import yaml
from manifest_world import FakeFiles, World

from orchestrator.addressing.masking import masker
from orchestrator.addressing.passwords import secrets_of, with_passwords
from orchestrator.host import manifests
from orchestrator.manifest import load
from orchestrator.manifest.writing import manifest_text
from orchestrator.model.manifest import Manifest
from orchestrator.state import machine_secret
from orchestrator.technologies.installed import INSTALLED

ROOT = Path(__file__).parents[3]
MANIFESTS = sorted(
    [
        *ROOT.glob("examples/*/environment.yaml"),
        *ROOT.glob("tests/stacks/*/environment.yaml"),
        *ROOT.glob("environments/*.yaml"),
        *ROOT.glob("tests/unit/compose/cases/*/expected.yaml"),
    ]
)

PASSWORD, TOKEN = "letmein-please", "an-odd-token-42"


def unmasked(text: str) -> str:
    return text


def settled(manifest: Manifest) -> Manifest:
    """The same manifest; where something stood, and what was a secret, is another matter."""
    return dataclasses.replace(manifest, warnings=(), secrets=())


def without_values(manifest: Manifest) -> Manifest:
    """The same manifest without what has the name of a secret."""
    names = ("PASSWORD", "SECRET", "TOKEN")
    resources = {
        name: dataclasses.replace(
            one,
            password=None,
            env={key: text for key, text in one.env.items() if not key.endswith(names)},
        )
        for name, one in manifest.resources.items()
    }
    return dataclasses.replace(manifest, resources=resources)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_loaded_again_it_is_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = manifests.read(path, os.environ)
    # Without the names that say of variables that they are secrets, all of it is there.
    monkeypatch.setattr("orchestrator.manifest.writing.is_secret", lambda _key, _value: False)
    text = manifest_text(before, unmasked)
    after = load(
        text.encode(),
        path=before.path,
        files=manifests.HostFiles(),
        environ={},
        technologies=INSTALLED,
    )
    after = with_passwords(after, machine_secret(os.environ))
    assert settled(after) == settled(before)
    # And to write that once more changes nothing.
    assert manifest_text(after, unmasked) == text


def test_what_it_looks_like(world: World) -> None:
    manifest = world.load("""
        x-common: &common {PORT: 8000, DEBUG: on}
        name: payments
        databases:
          ledger: {use: "postgres:${env:MAJOR:-16}", seed: [schema.sql, "load.py:fill"]}
        services:
          api:
            x-owner: us
            build: api
            ports: [8000, {port: 9000, host: "${env:PORT}"}]
            env:
              <<: *common
              VERSION: 1.10
              DATABASE_URL: ${ledger.url}
              LITERAL: "$${HOME}"
              EMPTY: ""
            ready: {http: /health, timeout: 5s}
            files:
              /etc/app:
                content: |
                  one
                    two
    """)
    assert manifest_text(manifest, unmasked) == (
        "name: payments\n"
        "databases:\n"
        "  ledger:\n"
        "    use: postgres:16\n"
        "    seed: [schema.sql, 'load.py:fill']\n"
        "services:\n"
        "  api:\n"
        "    build: api\n"
        "    ports:\n"
        "    - 8000\n"
        "    - port: 9000\n"
        "      host: 5433\n"
        "    env:\n"
        "      VERSION: 1.10\n"
        "      DATABASE_URL: ${ledger.url}\n"
        "      LITERAL: $${HOME}\n"
        '      EMPTY: ""\n'
        "      PORT: 8000\n"
        "      DEBUG: 'on'\n"
        "    ready:\n"
        "      http: /health\n"
        "      timeout: 5s\n"
        "    files:\n"
        "      /etc/app:\n"
        "        content: |\n"
        "          one\n"
        "            two\n"
    )


def test_what_was_included_is_in_it() -> None:
    files = FakeFiles(texts={"base.yaml": "services: {web: {image: nginx, env: {A: 1}}}\n"})
    manifest = World(files=files).load("""
        include: [base.yaml]
        services: {web: {env: {B: 2}}}
    """)
    written = yaml.safe_load(manifest_text(manifest, unmasked))
    assert written == {
        "name": "payments",
        "services": {"web": {"image": "nginx", "env": {"A": 1, "B": 2}}},
    }


def test_the_engine_that_was_asked_for_is_in_it(world: World) -> None:
    manifest = dataclasses.replace(world.load("services: {web: {image: nginx}}"), engine="docker")
    assert manifest_text(manifest, unmasked).startswith("name: payments\nengine: docker\n")


def test_a_mapping_can_be_written_too(world: World) -> None:
    before = world.load_mapping({"services": {"web": {"image": "nginx", "ports": [80]}}})
    after = world.load(manifest_text(before, unmasked))
    assert after.resources == before.resources


def test_remarks_stand_on_top(world: World) -> None:
    manifest = world.load("services: {web: {image: nginx}}")
    text = manifest_text(manifest, unmasked, ["From a file.", "Of two\nlines."])
    assert text.startswith("# From a file.\n# Of two\n# lines.\n\nname: payments\n")


def test_no_secret_is_in_it(world: World) -> None:
    world = World(environ={"STRIPE": TOKEN, "PASSWORD": PASSWORD})
    manifest = world.load("""
        databases:
          ledger: {use: postgres, password: "${env:PASSWORD}"}
          events: {use: postgres, user: pass, password: pass}
        services:
          api:
            image: api
            env:
              STRIPE_API_KEY: "${env:STRIPE}"
              PLAIN: "with ${env:STRIPE} in it"
              PGPASSWORD: "${ledger.password}"
              SIGNING_KEY: "prefix-${ledger.user}"
              USE_PASSWORD: "true"
              URL: "https://somebody:else@example.org"
            files: {/etc/app: {content: "token = an-odd-token-42\\n"}}
        tests: {env: {ADMIN_TOKEN: abc}}
    """)
    text = manifest_text(manifest, masker(secrets_of(manifest)))
    assert TOKEN not in text
    assert PASSWORD not in text
    written = yaml.safe_load(text)
    assert [one["password"] for one in written["databases"].values()] == ["***", "***"]
    assert written["services"]["api"]["env"] == {
        "STRIPE_API_KEY": "***",
        "PLAIN": "with *** in it",
        "PGPASSWORD": "${ledger.password}",
        "SIGNING_KEY": "***${ledger.user}",
        "USE_PASSWORD": "true",
        "URL": "https://somebody:***@example.org",
    }
    assert written["services"]["api"]["files"]["/etc/app"]["content"] == "token = ***\n"
    assert written["tests"]["env"]["ADMIN_TOKEN"] == "***"
    assert without_values(world.load(text)).resources.keys() == manifest.resources.keys()


ODD = string.printable + "äß😀\u2028\xa0\ufeff\x85"


@pytest.mark.parametrize("seed", range(100))
def test_whatever_stands_in_a_value_is_read_as_it_was(seed: int) -> None:
    chance = random.Random(seed)
    value, content = ("".join(chance.choices(ODD, k=chance.randrange(40))) for _ in range(2))
    web = {
        "image": "nginx",
        "env": {"VALUE": value.replace("${", "$${")},
        "files": {"/f": {"content": content.replace("${", "$${")}},
    }
    world = World()
    before = world.load_mapping({"services": {"web": web}})
    after = world.load(manifest_text(before, unmasked))
    assert after.resources == before.resources

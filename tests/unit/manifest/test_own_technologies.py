"""Files beside the manifest that describe technologies."""

from __future__ import annotations

import textwrap

import pytest
from jsonschema import Draft202012Validator
from manifest_world import PATH, TECHNOLOGIES, FakeFiles, World

from orchestrator.addressing.resolve import variables
from orchestrator.addressing.route import Directory
from orchestrator.errors import ManifestError
from orchestrator.manifest import load, technology_schema
from orchestrator.model.loader import ExecLoader, SeedHead
from orchestrator.model.manifest import Manifest
from orchestrator.model.probe import Automatic, Http
from orchestrator.model.resource import DatabaseSeed, Instance, SetupSeed

QDRANT = """
about: a store of vectors
image: qdrant/qdrant
version: v1.12.4
port: 6333
ports: {grpc: {port: 6334, url: "grpc://${self.host}:${self.port}"}}
fields: {collections: "${self.url}/collections"}
env: {QDRANT__SERVICE__API_KEY: "${self.password}", LITERAL: "$${HOME}", FROM: "${env:CI}"}
files: {/qdrant/config.yaml: "log_level: WARN"}
ready: {http: {path: /readyz, headers: {api-key: "${self.password}"}}, successes: 2}
client_env: {KEY: "${self.password}"}
setup: {label: cluster, command: [init, --all]}
seeds:
  .json: [load, --into, "{stem}"]
  .json.gz: {command: load -, unpack: gzip}
x-note: mine
"""
ENTRY = "databases: {vectors: {use: qdrant, seed: [points.json]}}"


def reported(world: World, text: str) -> list[str]:
    """Every mistake, with the file that it is in, as it is called from the manifest's folder."""
    with pytest.raises(ManifestError) as caught:
        load(
            text.encode(),
            path=PATH,
            files=world.files,
            environ=world.environ,
            technologies=TECHNOLOGIES,
        )
    return str(caught.value).splitlines()


def read(file: str, entry: str = ENTRY, name: str = "qdrant") -> Manifest:
    texts = {f"technologies/{name}.yaml": file, "points.json": "[]"}
    return World(files=FakeFiles(texts=texts)).load(entry)


def test_a_file_is_all_that_a_technology_needs() -> None:
    vectors = read(QDRANT).resources["vectors"]
    assert vectors.image == "qdrant/qdrant:v1.12.4"
    assert [(port.number, port.name) for port in vectors.ports] == [(6333, ""), (6334, "grpc")]
    assert {name: str(text) for name, text in vectors.env.items()} == {
        "QDRANT__SERVICE__API_KEY": "${self.password}",
        "LITERAL": "${HOME}",
        "FROM": "true",
    }
    assert not vectors.env["LITERAL"].references
    assert [str(file.target) for file in vectors.files] == ["/qdrant/config.yaml"]
    assert isinstance(vectors.readiness.probe, Http)
    assert (vectors.readiness.probe.path, vectors.readiness.successes) == ("/readyz", 2)
    assert [str(seed) for seed in vectors.seeds] == ["cluster", "points.json"]
    assert isinstance(vectors.seeds[0], SetupSeed)


def test_its_addresses_are_told_as_those_of_any_other() -> None:
    manifest = read(QDRANT)
    vectors = Instance("vectors")
    told = variables(
        None, Directory(manifest.resources, ports={(vectors, 6333): 41, (vectors, 6334): 42})
    )
    assert told["VECTORS_URL"] == "http://127.0.0.1:41"
    assert told["VECTORS_GRPC_URL"] == "grpc://127.0.0.1:42"
    assert told["VECTORS_COLLECTIONS"] == "http://127.0.0.1:41/collections"


def test_seeds_are_commands_that_know_the_file_s_name() -> None:
    technology = read(QDRANT).resources["vectors"].technology
    assert technology
    plain, packed = technology.seeds[".json"], technology.seeds[".json.gz"]
    assert isinstance(plain, ExecLoader)
    assert isinstance(packed, ExecLoader)
    assert plain.argv(SeedHead("points")) == ("load", "--into", "points")
    assert (packed.argv(SeedHead("points")), packed.unpack) == (("load", "-"), "gzip")


def test_users_and_databases_are_there_when_somebody_is_told_them() -> None:
    least = "{image: a, version: 1, port: 80"
    for more, users, databases in (
        ("", False, False),
        (', env: {A: "${self.user}"}', True, False),
        (', url: "a://${self.host}/${self.database}"', False, True),
        (", user: me, database: shop", True, True),
        (', create_database: [createdb, "{database}"]', False, True),
    ):
        technology = (
            read(least + more + "}", "databases: {a: {use: qdrant}}").resources["a"].technology
        )
        assert technology
        assert (technology.has_users, technology.has_databases) == (users, databases), more
        assert isinstance(technology.readiness("", "").probe, Automatic)


def test_more_databases_are_made_by_its_own_command() -> None:
    file = '{image: a, version: 1, port: 80, create_database: "createdb {database}"}'
    resource = read(file, "databases: {a: {use: qdrant, database: [one, two]}}").resources["a"]
    assert resource.seeds == (DatabaseSeed("two"),)
    assert resource.technology
    assert resource.technology.create_database
    assert resource.technology.create_database("two") == ("createdb", "two")


def test_it_stands_before_what_greenroom_knows() -> None:
    file = "{image: ours, version: 1, port: 80}"
    (resource,) = read(file, "databases: {a: {use: postgres}}", "postgres").resources.values()
    assert resource.image == "ours:1"
    (other,) = read(file, "databases: {a: {use: 'postgres:9'}}", "postgres").resources.values()
    assert other.image == "ours:9"


def test_an_included_file_has_technologies_of_its_own() -> None:
    files = FakeFiles(
        texts={
            "shared/environment.yaml": "databases: {a: {use: store}}",
            "shared/technologies/store.yaml": "{image: there, version: 1, port: 80}",
            "technologies/store.yaml": "{image: here, version: 1, port: 80}",
        },
        folders=("shared",),
    )
    text = "include: [shared/environment.yaml]\ndatabases: {b: {use: store}}"
    made = World(files=files).load(text).resources
    assert [made["a"].image, made["b"].image] == ["there:1", "here:1"]


MISTAKES = {
    "what is missing": ("port: 80", ['"image" is missing', '"version" is missing']),
    "unknown keys": (
        "{image: a, version: 1, port: 80, environment: {}, commnd: a}",
        [
            '1:34: environment: unknown key; did you mean "env"?',
            '1:51: commnd: unknown key; did you mean "command"?',
        ],
    ),
    "references to others": (
        '{image: a, version: 1, port: 80, env: {A: "${ledger.url}", B: "${self.pasword}"}}',
        [
            "1:43: env.A: ${ledger.url} cannot stand here; a technology knows only `self`",
            '1:63: env.B: there is no field "pasword" here; did you mean "password"?',
        ],
    ),
    "an address that is made of itself": (
        '{image: a, version: 1, port: 80, url: "${self.url}"}',
        ['1:39: url: there is no field "url" here'],
    ),
    "a port that there is not": (
        '{image: a, version: 1, port: 80, ports: {grpc: 81}, env: {A: "${self.gprc.port}"}}',
        ['1:62: env.A: there is no port "gprc"; did you mean "grpc"?'],
    ),
    "references in what is run as it is": (
        '{image: a, version: 1, port: 80, seeds: {.sql: [psql, "${self.user}"]}}',
        ['1:55: seeds[".sql"][1]: ${self.user} cannot stand here; "client_env" gives it'],
    ),
    "an ending that is none": (
        "{image: a, version: 1, port: 80, seeds: {sql: [psql]}}",
        ['"sql" is no ending of files, such as .sql'],
    ),
    "a file without a place": (
        "{image: a, version: 1, port: 80, files: {app.conf: a}}",
        ["1:42: files", "must be the absolute path of a file, without .."],
    ),
    "fields and ports that nobody could ask for": (
        (
            '{image: a, version: 1, port: 80, fields: {a b: x, host: y, "": z}, '
            "ports: {url: 81, B: 82}}"
        ),
        [
            '1:43: fields["a b"]: must be letters, digits and underscores',
            "1:51: fields.host: is there anyway; give the field another name",
            '1:60: fields[""]: must be letters, digits and underscores',
            "1:76: ports.url: is a field of an address; give the port another name",
            "1:85: ports.B: must be lower-case letters, digits and hyphens",
        ],
    ),
    "a probe that cannot be": (
        "{image: a, version: 1, port: 80, ready: {tcp: grpc}}",
        ['1:47: ready.tcp: no port is called "grpc"'],
    ),
    "no YAML": ("{image: a", ["technologies/qdrant.yaml:2:1: a "]),
}


@pytest.mark.parametrize("summary", MISTAKES)
def test_mistakes_have_their_place_in_the_file(summary: str) -> None:
    file, words = MISTAKES[summary]
    texts = {"technologies/qdrant.yaml": file}
    told = reported(World(files=FakeFiles(texts=texts)), "databases: {a: {use: qdrant}}")
    assert all(line.startswith("technologies/qdrant.yaml") for line in told), told
    for word in words:
        assert any(word in line for line in told), told


def test_a_name_that_is_nearly_right_is_told_of_one_s_own_too() -> None:
    texts = {"technologies/pages.yaml": "{image: a, version: 1, port: 80}"}
    files = FakeFiles(texts=texts, folders=("technologies",))
    (line,) = reported(World(files=files), "databases: {a: {use: page}}")
    assert line.endswith('unknown technology "page"; did you mean "pages"?')


def test_a_name_cannot_lead_out_of_the_folder() -> None:
    files = FakeFiles(texts={"technologies/../secret.yaml": "{image: a, version: 1, port: 80}"})
    (line,) = reported(World(files=files), "databases: {a: {use: ../secret}}")
    assert 'unknown technology "../secret"; there are nats and postgres' in line


def test_a_link_out_of_the_project_is_not_followed() -> None:
    path = "technologies/qdrant.yaml"
    files = FakeFiles(texts={path: "{image: a, version: 1, port: 80}"}, links={path: "/etc/passwd"})
    (line,) = reported(World(files=files), "databases: {a: {use: qdrant}}")
    assert "leads by a link out of the project" in line


def test_the_schema_agrees() -> None:
    validator = Draft202012Validator(technology_schema())
    Draft202012Validator.check_schema(technology_schema())
    good = {"image": "a", "version": 1, "port": 80, "seeds": {".sql": ["psql"]}, "x-note": 1}
    assert list(validator.iter_errors(good)) == []
    assert list(validator.iter_errors({"image": "a", "port": 80}))


def test_what_the_file_says_is_part_of_the_fingerprint() -> None:
    digests = {
        (one := read(text).resources["vectors"].technology) and one.digest
        for text in (QDRANT, textwrap.dedent(QDRANT) + "# another\n")
    }
    assert len(digests) == 2

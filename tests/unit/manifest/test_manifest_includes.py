"""`include`: several files are one manifest, and each value remembers where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from manifest_world import FILES, FOLDER, PATH, TECHNOLOGIES, World

from orchestrator.errors import ManifestError
from orchestrator.manifest import load
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import File, FileSeed, FunctionSeed, Resource

READY_MADE = {"web": "/ready/web.yaml"}
WEB = "{name: web, databases: {database: {use: postgres}}, brokers: {events: {use: nats}}}"


def manifest(
    text: str, texts: Mapping[str, str | bytes], environ: Mapping[str, str] | None = None
) -> Manifest:
    """The manifest in a text, beside others by their paths."""
    folders = {path.rpartition("/")[0] for path in texts if "/" in path}
    files = replace(
        FILES,
        texts={"/ready/web.yaml": WEB, **texts},
        folders=(*FILES.folders, *(folder for folder in folders if folder)),
    )
    return load(
        text.encode(),
        path=PATH,
        files=files,
        environ=environ or {},
        technologies=TECHNOLOGIES,
        ready_made=READY_MADE,
    )


def mistakes(text: str, texts: Mapping[str, str | bytes]) -> list[str]:
    """Every mistake, with its file."""
    with pytest.raises(ManifestError) as caught:
        manifest(text, texts)
    return [str(problem) for problem in caught.value.problems]


def ledger(text: str, texts: Mapping[str, str | bytes]) -> Resource:
    """The resource of this name."""
    return manifest(text, texts).resources["ledger"]


def test_a_ready_made_environment_is_included_by_its_name() -> None:
    """Its resources are there, and its name stays its own."""
    made = manifest("include: web\nname: payments\n", {})
    assert (set(made.resources), made.name) == ({"database", "events"}, "payments")


def test_the_name_of_what_is_included_does_not_name_the_whole() -> None:
    """The default is the folder of what includes."""
    assert manifest("include: web", {}).name == "payments"


def test_a_path_starts_from_the_file_that_gives_it() -> None:
    """A list of several, one of which includes another beside it."""
    texts = {
        "shared/all.yaml": "include: [parts/ledger.yaml, parts]",
        "shared/parts/ledger.yaml": "databases: {ledger: {use: postgres}}",
        "shared/parts/environment.yaml": "databases: {other: {use: postgres}}",
    }
    assert set(manifest("include: [web, shared/all.yaml]", texts).resources) == {
        "database",
        "events",
        "ledger",
        "other",
    }


def test_mappings_merge_and_all_else_is_replaced() -> None:
    """What includes wins, entry by entry and key by key."""
    below = """
        databases:
          ledger: {use: "postgres:15", env: {A: "1", B: "2"}, seed: [schema.sql, accounts.csv]}
        """
    above = """{include: [below.yaml],
        databases: {ledger: {use: "postgres:16", env: {B: "3", C: "4"}, seed: [schema.sql]}}}"""
    made = ledger(above, {"below.yaml": below})
    env = {name: str(text) for name, text in made.env.items() if len(name) == 1}
    assert made.image == "postgres:16"
    assert env == {"A": "1", "B": "3", "C": "4"}
    assert [str(seed) for seed in made.seeds] == ["schema.sql"]


def test_of_what_is_included_the_later_wins() -> None:
    """Whoever stands behind lies above."""
    texts = {
        "one.yaml": "databases: {ledger: {use: 'postgres:1', timeout: 1s}}",
        "two.yaml": "databases: {ledger: {use: 'postgres:2', limits: {cpus: 2}}}",
    }
    made = ledger("include: [one.yaml, two.yaml]", texts)
    assert (made.image, made.timeout, made.limits.cpus) == ("postgres:2", 1.0, 2.0)


def test_the_same_file_twice_is_read_once() -> None:
    """And so it does not undo what the first who included it has made of it."""
    texts = {
        "base.yaml": "databases: {ledger: {use: 'postgres:1'}}",
        "one.yaml": "{include: base.yaml, databases: {ledger: {use: 'postgres:2'}}}",
        "two.yaml": "{include: ./base.yaml, databases: {ledger: {timeout: 1s}}}",
    }
    made = ledger("include: [one.yaml, two.yaml]", texts)
    assert (made.image, made.timeout) == ("postgres:2", 1.0)


@pytest.mark.parametrize(
    ("below", "above", "image", "context"),
    [
        ("{image: 'api:1'}", "{build: ./api}", None, f"{FOLDER}/api"),
        ("{build: ./api}", "{image: 'api:1'}", "api:1", None),
        ("{build: ./api}", "{build: {target: test}}", None, f"{FOLDER}/api"),
        ("{build: {context: ./gone, target: test}}", "{build: ./api}", None, f"{FOLDER}/api"),
        ("{build: ./api}", "{build: , image: 'api:1'}", "api:1", None),
    ],
    ids=["build over image", "image over build", "short below", "short above", "nothing"],
)
def test_what_excludes_each_other_is_replaced(
    below: str, above: str, image: str | None, context: str | None
) -> None:
    """A short form counts as the mapping that it stands for."""
    text = f"{{include: below.yaml, services: {{api: {above}}}}}"
    made = manifest(text, {"below.yaml": f"services: {{api: {below}}}"}).resources["api"]
    assert (made.image, made.build and made.build.context) == (image, context)
    assert made.build is None or made.build.target == (
        "test" if "target" in below + above else None
    )


def test_one_probe_takes_the_place_of_another() -> None:
    """With all that belongs to it; what belongs to all probes stays."""
    texts = {
        "below.yaml": "services: {api: {image: api, ports: [80], ready: "
        "{http: /health, status: 200, timeout: 5s}}}"
    }
    made = manifest("{include: below.yaml, services: {api: {ready: {tcp: true}}}}", texts)
    assert type(made.resources["api"].readiness.probe).__name__ == "Tcp"
    assert made.resources["api"].timeout == 5.0


def test_nothing_takes_away() -> None:
    """A key that is left empty, an entry too; an empty section only says nothing."""
    texts = {
        "below.yaml": "{databases: {ledger: {use: postgres, timeout: 1s}, other: {use: postgres}},"
        "services: {api: {image: api, env: {A: '1'}}}}"
    }
    above = """
include: below.yaml
databases: {ledger: {timeout: }, other: null}
services:
"""
    made = manifest(above, texts)
    assert set(made.resources) == {"ledger", "api"}
    assert made.resources["ledger"].timeout == 60.0


def test_relative_paths_start_from_their_own_file() -> None:
    """After merging, too: each value remembers where it was written."""
    texts = {
        "shared/below.yaml": """
            databases:
              ledger: {use: postgres, seed: [schema.sql, "load.py:fill"]}
            services:
              api: {build: ./api, files: {/etc/a: app.toml, /etc/b: app.toml}}
              worker: {command: ./work}
              other: {command: ./work, workdir: api}
            python: bin/python
            """,
        **dict.fromkeys(
            [f"shared/{name}" for name in ("schema.sql", "load.py", "app.toml", "bin/python")], ""
        ),
        "shared/api/Dockerfile": "",
    }
    above = "{include: shared/below.yaml, services: {api: {files: {/etc/b: app.toml}}}}"
    made = manifest(above, texts)
    named = made.resources
    assert made.python == f"{FOLDER}/shared/bin/python"
    assert named["ledger"].seeds == (
        FileSeed(f"{FOLDER}/shared/schema.sql", ".sql", "schema.sql"),
        FunctionSeed(f"{FOLDER}/shared/load.py", "fill", "load.py:fill", f"{FOLDER}/shared"),
    )
    assert named["api"].build is not None
    assert named["api"].build.context == f"{FOLDER}/shared/api"
    assert [file.source for file in named["api"].files if isinstance(file, File)] == [
        f"{FOLDER}/shared/app.toml",
        f"{FOLDER}/app.toml",
    ]
    assert named["worker"].workdir == f"{FOLDER}/shared"
    assert named["other"].workdir == f"{FOLDER}/shared/api"


def test_engine_tests_and_versions_are_merged_too() -> None:
    """All but the name."""
    texts = {
        "below.yaml": "{engine: process, versions: loose, "
        "tests: {command: pytest, env: {A: '1'}}, databases: {}}"
    }
    made = manifest("{include: below.yaml, tests: {env: {B: '2'}}}", texts)
    assert (made.engine, made.loose, made.tests.command is not None) == ("process", True, True)
    assert set(made.tests.env) == {"A", "B"}


def test_the_variables_of_what_includes_win() -> None:
    """The environment, then the `.env` of the manifest, then the one beside what is included."""
    texts = {
        "shared/below.yaml": "databases: {ledger: {use: 'postgres:${env:TAG}',"
        "user: '${env:NAME}', password: '${env:SECRET}'}}",
        "shared/.env": "TAG=1\nNAME=below\nSECRET=below\n",
    }
    made = manifest("include: shared/below.yaml", texts, {"TAG": "2", "NAME": "above"})
    found = made.resources["ledger"]
    assert (found.image, found.user, found.password) == ("postgres:2", "above", "below")
    assert "below" in made.secrets


def test_only_what_is_included_sees_its_own_variables() -> None:
    """The manifest itself does not."""
    texts = {"shared/below.yaml": "databases: {}", "shared/.env": "TAG=1"}
    assert mistakes(
        "include: shared/below.yaml\ndatabases: {ledger: {use: 'postgres:${env:TAG}'}}\n", texts
    ) == [
        (
            "environment.yaml:2:27: databases.ledger.use: TAG is not set in the environment; set "
            'it, or write "${env:TAG:-}" with a default after the hyphen'
        )
    ]


def test_what_is_replaced_needs_no_variable() -> None:
    """Only what counts is looked at."""
    texts = {"below.yaml": "databases: {ledger: {use: 'postgres:${env:TAG}'}}"}
    made = ledger("{include: below.yaml, databases: {ledger: {use: 'postgres:3'}}}", texts)
    assert made.image == "postgres:3"


def test_an_include_may_come_from_the_environment() -> None:
    """As every other value."""
    texts = {"b.yaml": "databases: {ledger: {use: postgres}}"}
    made = manifest("include: '${env:STACK:-web}'", texts, {"STACK": "b.yaml"})
    assert set(made.resources) == {"ledger"}


def test_references_lead_from_one_file_to_another() -> None:
    """In both directions."""
    texts = {
        "below.yaml": "{databases: {ledger: {use: postgres}}, "
        "services: {api: {image: api, env: {URL: '${front.url}'}}}}"
    }
    above = """{include: below.yaml,
        services: {front: {image: front, ports: [80], env: {A: "${ledger.url}"}}}}"""
    assert set(manifest(above, texts).resources) == {"ledger", "api", "front"}


def test_free_keys_stay_free() -> None:
    """In each file; anchors do not lead from one to another."""
    texts = {"below.yaml": "{x-own: [1], databases: {ledger: {use: postgres, x-mine: 1}}}"}
    assert ledger("{x-own: {a: b}, include: below.yaml}", texts)


def test_a_mapping_of_python_may_include() -> None:
    """Its paths start from the folder that it is given."""
    files = replace(FILES, texts={"below.yaml": "databases: {ledger: {use: postgres}}"})
    made = World(files=files).load_mapping({"include": ["below.yaml"]})
    assert set(made.resources) == {"ledger"}


def test_every_mistake_of_every_file_is_told_with_its_own_place() -> None:
    """In one report."""
    texts = {
        "shared/below.yaml": "databases:\n  ledger: {use: postgress}\n  other: {use: postgres, "
        "timeout: 5}\n",
        "more.yaml": "services:\n  api: {image: api, env: {A: '${legder.url}', A: b}}\n",
    }
    above = """\
include: [shared/below.yaml, more.yaml]
databases:
  other: {limits: {cpus: none}}
services:
  other: {image: api}
"""
    assert mistakes(above, texts) == [
        (
            "environment.yaml:3:26: databases.other.limits.cpus: must be a number above 0 such as "
            '1.5, not "none"'
        ),
        (
            'environment.yaml:5:3: services.other: the name "other" is taken by databases.other in '
            "line 3"
        ),
        (
            'more.yaml:2:30: services.api.env.A: no resource is called "legder"; did you mean '
            '"ledger"?'
        ),
        "more.yaml:2:47: services.api.env.A: is given twice; the first is in line 2",
        (
            'shared/below.yaml:2:17: databases.ledger.use: unknown technology "postgress"; did you '
            'mean "postgres"?'
        ),
        "shared/below.yaml:3:35: databases.other.timeout: 5 has no unit; write 5s",
    ]


CANNOT: dict[str, tuple[str, dict[str, str | bytes], list[str]]] = {
    "a name that is none": (
        "include: [wep]",
        {},
        [
            (
                'environment.yaml:1:11: include[0]: no ready-made environment is called "wep"; '
                'did you mean "web"?'
            )
        ],
    ),
    "a name that is nothing": (
        "include: shared",
        {},
        [
            (
                'environment.yaml:1:10: include: no ready-made environment is called "shared"; '
                f"there is no file {FOLDER}/shared either"
            )
        ],
    ),
    "a path to nothing": (
        "include: [web, ./shared.yaml]",
        {},
        [f"environment.yaml:1:16: include[1]: there is no file {FOLDER}/shared.yaml"],
    ),
    "a folder without one": (
        "include: [./api]",
        {},
        [f"environment.yaml:1:11: include[0]: there is no file {FOLDER}/api/environment.yaml"],
    ),
    "an address": (
        "include: https://example.org/web.yaml",
        {},
        [
            (
                'environment.yaml:1:10: include: "https://example.org/web.yaml" is an address, and '
                "only files of this machine can be included; put a copy beside this file and write "
                "its path"
            )
        ],
    ),
    "a reference": (
        "include: ${ledger.url}",
        {},
        ["environment.yaml:1:10: include: ${ledger.url} cannot stand here; only ${env:...} can"],
    ),
    "an unknown key": (
        "include: {path: web}",
        {},
        [
            (
                'environment.yaml:1:17: include.path: unknown key "path"; write a path, or '
                "{compose: stack.yaml}"
            )
        ],
    ),
    "itself": (
        "include: environment.yaml",
        {"environment.yaml": ""},
        [
            (
                "environment.yaml:1:10: include: these files include each other: "
                "environment.yaml → environment.yaml"
            )
        ],
    ),
    "a circle": (
        "include: a.yaml",
        {"a.yaml": "include: [web, sub/b.yaml]", "sub/b.yaml": "include: ../a.yaml"},
        ["sub/b.yaml:1:10: include: these files include each other: a.yaml → sub/b.yaml → a.yaml"],
    ),
    "what cannot be read": (
        "include: [a.yaml, b.yaml]\ndatabases: {ledger: {usee: postgres}}",
        {"a.yaml": "a: [\n", "b.yaml": b"\xff", "c.yaml": ""},
        [
            "a.yaml:2:1: a value cannot begin like this; put quotes around it",
            "b.yaml:1:1: the byte 0xff cannot be read; save the file as UTF-8",
        ],
    ),
    "a list": (
        "include: a.yaml",
        {"a.yaml": "[1]"},
        ["a.yaml:1:1: must be a mapping of sections, not a list"],
    ),
    "a compose file": (
        "include: [docker-compose.yml, {compose: stack.yaml}]",
        {"docker-compose.yml": "services: {}", "stack.yaml": ""},
        [
            "docker-compose.yml: a Compose file cannot be included by this version",
            "stack.yaml: a Compose file cannot be included by this version",
        ],
    ),
    "a bad .env": (
        "include: shared/a.yaml",
        {"shared/a.yaml": "databases: {}", "shared/.env": "A=1\n\nB='\n"},
        [f"{FOLDER}/shared/.env:3:1: is not understood; write NAME=value, and close every quote"],
    ),
    "too much in all": (
        "include: [a.yaml, b.yaml]",
        {"a.yaml": "#" * 600_000 + "\n{}", "b.yaml": "#" * 600_000 + "\n{}"},
        [
            (
                "environment.yaml:1:19: include[1]: with this file, all that is included has more "
                "than 1 MiB"
            )
        ],
    ),
    "too many values in all": (
        "include: [a.yaml, b.yaml]",
        {
            "a.yaml": f"x-a: [{'1,' * 30_000}]",
            "b.yaml": f"x-a: [{'1,' * 30_000}]",
        },
        ["b.yaml:1:6: x-a: all that is included has more than 50,000 values"],
    ),
    "too many files": (
        f"include: [{', '.join(f'{n}.yaml' for n in range(101))}]",
        {f"{n}.yaml": "{}" for n in range(101)},
        ["environment.yaml:1:901: include[100]: a manifest cannot include more than 100 files"],
    ),
}


@pytest.mark.parametrize(("text", "texts", "expected"), CANNOT.values(), ids=CANNOT.keys())
def test_what_cannot_be_included_is_told(
    text: str, texts: dict[str, str | bytes], expected: list[str]
) -> None:
    """Once, at the entry or in the file, with what to do."""
    assert mistakes(text, texts) == expected


COMPOSE = """
services:
  api: {image: x, environment: {A: b}, depends_on: [db], restart: always}
  db: {image: y}
"""


def test_a_compose_file_in_the_place_of_a_manifest_is_one_mistake() -> None:
    (line,) = mistakes("include: [stack.yaml]", {"stack.yaml": COMPOSE})
    assert line.endswith("include[0]: this is a Compose file; write {compose: stack.yaml}")
    (line,) = World().mistakes(COMPOSE)
    assert "this is a Compose file" in line
    assert "include: [{compose: environment.yaml}]" in line


def test_a_slip_makes_no_compose_file_of_a_manifest() -> None:
    (line,) = World().mistakes("services: {api: {image: x, environment: {A: b}}}")
    assert line.endswith('unknown key; did you mean "env"?')


def test_a_link_out_of_the_project_is_no_way_in() -> None:
    """Neither for what is included nor for what that names."""
    files = replace(
        FILES,
        texts={"below.yaml": ""},
        folders=(*FILES.folders, ".git"),
        links={"below.yaml": "/etc/secret.yaml"},
    )
    assert World(files=files).mistakes("include: below.yaml") == [
        (
            f"1:10: include: {FOLDER}/below.yaml leads by a link out of the project {FOLDER}, to "
            "/etc/secret.yaml; if that is meant, write /etc/secret.yaml itself"
        )
    ]

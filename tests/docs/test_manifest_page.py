"""docs/manifest.md against the manifest's model: every key, each with an example that loads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from doc_blocks import Table, code, codes, page
from doc_manifests import loaded

from orchestrator.errors import ManifestError
from orchestrator.manifest import json_schema

PAGE = page("manifest.md")
SCHEMA = json_schema()
SHAPES: dict[str, Any] = {"Document": SCHEMA, **SCHEMA["$defs"]}
NOT_YET = "Not in this version."

Placed = Callable[[str, str], str]
"""Given a key and the example of its row, returns a whole manifest."""


def keys(shape: str) -> set[str]:
    """The keys of a part of the manifest that this version knows what to do with."""
    found = SHAPES[shape]["properties"].items()
    return {key for key, value in found if value.get("description") != NOT_YET}


def postponed(shape: str) -> set[str]:
    """The keys that are only refused."""
    return set(SHAPES[shape]["properties"]) - keys(shape)


ALIKE = {"image", "user"}
"""They stand in every section too, but mean something else for a server than for a service."""

COMMON = keys("Server") & keys("Service") & keys("Task") - ALIKE

DOCUMENTED: dict[tuple[str, int], set[str]] = {
    ("Top level", 0): keys("Document"),
    ("Every entry", 0): COMMON,
    ("Databases and brokers", 0): keys("Server") - COMMON,
    ("Services and tasks", 0): keys("Service") - COMMON,
    ("Build", 0): keys("BuildPart"),
    ("Secrets of a build", 0): keys("SecretPart"),
    ("Ports", 0): keys("PortPart"),
    ("Files", 0): keys("FilePart"),
    ("Limits", 0): keys("LimitsPart"),
    ("Ready", 0): keys("Ready"),
    ("Ready", 1): keys("HttpProbe"),
    ("Tests", 0): keys("TestsPart"),
}
"""Each table of keys, by its heading and its number there, with what must stand in it."""

SURROUNDINGS = """
databases:
  ledger: {use: postgres, isolation: test}
  more: {use: postgres}
tasks:
  migrate: {image: alpine}
"""


def table(heading: str, number: int = 0) -> Table:
    """One of the tables of keys under a heading."""
    return [each for each in PAGE.under(heading) if each.header[0] == "key"][number]


def entry(section: str, own: dict[str, str]) -> str:
    """A manifest in which an entry of this section has these keys."""
    lines = "".join(f"    {value}\n" for value in own.values())
    others = SURROUNDINGS if section == "services" else SURROUNDINGS.replace(section, "x-others")
    return f"{others}\n{section}:\n  subject:\n{lines}"


def service(key: str, written: str) -> str:
    """A manifest in which a service with an image and a port says this."""
    own = {"image": "image: nginx:1", "ports": "ports: [8000]", key: written}
    if key in ("use", "arguments"):
        own = {"use": "use: testcontainers.nginx", key: written}
    if key == "build":
        del own["image"]
    if key in ("at", "owned"):
        own = {key: part_of(written)}
    return entry("services", own)


def part_of(written: str) -> str:
    """What stands in braces, as lines of the entry itself."""
    return written.strip("{}").replace(", ", "\n    ")


def in_braces(written: str, *besides: str) -> str:
    """What stands in an example, as a mapping in one line."""
    return "{" + ", ".join([written, *besides]) + "}" if written[0] != "{" else written


def part(key: str, frame: str, required: str = "", lacking: str = "") -> Placed:
    """Places an example inside of a service's key; `required` goes with every key `lacking` it."""

    def placed(own: str, example: str) -> str:
        besides = [required] if required and own in lacking.split() else []
        return service(key, frame.replace("HERE", in_braces(example, *besides)))

    return placed


def at_the_top(key: str, example: str) -> str:
    """A manifest with another section, unless the example is one that suffices."""
    free = "" if key == "services" else "services: {web: {image: nginx}}\n"
    return free + example


def in_a_database(key: str, example: str) -> str:
    """A manifest in which a database says this."""
    if key == "on":
        return f"databases: {{subject: {{{example}}}, ledger: {{use: postgres}}}}"
    used = "testcontainers.redis" if key == "arguments" else "postgres"
    own = {"use": f"use: {used}", key: part_of(example) if key == "owned" else example}
    return "databases:\n  subject:\n" + "".join(f"    {one}\n" for one in own.values())


def in_ready(key: str, example: str) -> str:
    """A manifest in which a service is ready by this; a task where only that can."""
    if key == "exit":
        return f"tasks: {{subject: {{image: nginx, ready: {in_braces(example)}}}}}"
    return service("ready", f"ready: {in_braces(example)}")


def in_tests(_key: str, example: str) -> str:
    """A manifest in which the tests say this."""
    api = "services: {api: {image: nginx, ports: [80]}}"
    return f"{api}\ntests: {in_braces(example)}"


PLACES: dict[tuple[str, int], Placed] = {
    ("Top level", 0): at_the_top,
    ("Every entry", 0): service,
    ("Databases and brokers", 0): in_a_database,
    ("Services and tasks", 0): service,
    ("Build", 0): part(
        "build",
        "build: HERE",
        "context: .",
        lacking="dockerfile dockerfile_inline target args secrets network",
    ),
    ("Secrets of a build", 0): part("build", "build: {context: ., secrets: {npm: HERE}}"),
    ("Ports", 0): part("ports", "ports: [HERE]", "port: 8000", lacking="host"),
    ("Files", 0): part("files", "files: {/etc/x: HERE}", "content: x", lacking="mode"),
    ("Limits", 0): part("limits", "limits: HERE"),
    ("Ready", 0): in_ready,
    ("Ready", 1): part("ready", "ready: {http: HERE}"),
    ("Tests", 0): in_tests,
}
"""For each table, what makes a whole manifest of the example in one of its rows."""


ROWS = [
    pytest.param(heading, number, code(key), code(example), id=f"{heading} {code(key)}")
    for heading, number in DOCUMENTED
    for key, example in zip(
        table(heading, number).column("key"), table(heading, number).column("example"), strict=True
    )
]


@pytest.mark.parametrize(("heading", "number"), DOCUMENTED)
def test_every_key_is_documented_and_no_other(heading: str, number: int) -> None:
    written = [code(key) for key in table(heading, number).column("key")]
    assert sorted(written) == sorted(DOCUMENTED[heading, number])


def test_a_task_has_the_keys_of_a_service_but_for_those_that_say_so() -> None:
    told = table("Services and tasks").rows
    alone = {code(key) for key, *_, meaning, _ in told if "Services only" in meaning}
    assert keys("Task") == keys("Service") - alone


@pytest.mark.parametrize(("heading", "number", "key", "example"), ROWS)
def test_the_example_of_a_key_loads(heading: str, number: int, key: str, example: str) -> None:
    assert re.search(rf"\b{key}:", example), "an example shows its key"
    loaded(PLACES[heading, number](key, example))


def test_every_cell_of_a_table_of_keys_is_filled() -> None:
    for heading, number in DOCUMENTED:
        found = table(heading, number)
        assert found.header == ("key", "takes", "default", "meaning", "example")
        assert all(all(row) for row in found.rows), heading


@pytest.mark.parametrize("row", table("Not yet").rows, ids=lambda row: code(row[0]))
def test_what_is_not_yet_there_says_so(row: tuple[str, ...]) -> None:
    _key, where, _instead, example = row
    places = {
        "top level": f"services: {{a: {{image: b}}}}\n{code(example)}",
        "databases and brokers": f"databases: {{a: {{{code(example)}}}}}",
        "every entry": f"services: {{a: {{image: b, {code(example)}}}}}",
    }
    text = next(text for place, text in places.items() if where.startswith(place))
    with pytest.raises(ManifestError, match="this version cannot do it yet"):
        loaded(text)


def test_everything_that_is_not_yet_there_is_listed() -> None:
    listed = {code(key) for key in table("Not yet").column("key")}
    wholly = postponed("Document") | postponed("Server") | postponed("Service") | postponed("Task")
    assert listed == wholly


def test_the_defaults_are_those_of_the_model() -> None:
    made = loaded("services: {a: {image: b, files: {/x: y.txt}}}").resources["a"]
    defaults = {code(row[0]): code(row[2]) for row in table("Every entry").rows if "`" in row[2]}
    assert defaults["timeout"] == f"{made.timeout:g}s"
    assert defaults["pull"] == made.pull
    (mode,) = (row[2] for row in table("Files").rows if row[0] == "`mode`")
    assert int(code(mode), 8) == made.files[0].mode


def test_reserved_names_are_refused() -> None:
    (sentence,) = re.findall(r"([^.]*)\s+are reserved", PAGE.prose)
    reserved = codes(sentence)
    assert len(reserved) == 5
    for name in reserved:
        with pytest.raises(ManifestError, match="have meanings of their own"):
            loaded(f"services: {{{name}: {{image: nginx}}}}")


REFERENCES = {
    "env": 'env: {A: "REF"}',
    "command": "command: run REF",
    "entrypoint": "entrypoint: run REF",
    "files.content": 'files: {/x: {content: "REF"}}',
    "ready.headers": 'ready: {http: {headers: {A: "REF"}}}',
    "ready.send": 'ready: {send: "REF", expect: x}',
    "ready.exec": 'ready: {exec: "test REF"}',
}


@pytest.mark.parametrize("form", [code(row[0]) for row in PAGE.under("References")[0].rows[:-1]])
def test_the_forms_of_references_work_where_they_are_said_to(form: str) -> None:
    (sentence,) = re.findall(r"References work in ([^.]*(?:\.\w[^.]*)*)\. Everywhere", PAGE.prose)
    assert set(codes(sentence)) == {*REFERENCES, "args", "tests.command", "tests.env"}
    for place in REFERENCES.values():
        own = {
            "image": "image: nginx",
            "ports": "ports: [8000]",
            "here": place.replace("REF", form),
        }
        others = (
            "  api: {image: nginx, ports: {http: 1, admin: 2}}\n  b: {image: nginx, ports: [1]}\n"
        )
        loaded(entry("services", own) + others)


def test_references_work_in_arguments_and_in_tests() -> None:
    loaded(
        "databases: {a: {use: postgres}, b: {use: postgres, args: [-c, '${a.url}']}}\n"
        "tests: {command: 'run ${a.url}', env: {A: '${a.url}'}}"
    )


@pytest.mark.parametrize(
    ("form", "environ"),
    [("${env:NAME:-default}", True), ("${env:NAME}", False), ("${env:NAME:?message}", False)],
)
def test_the_forms_for_the_caller_s_environment(form: str, environ: bool) -> None:
    assert form in [code(row[0]) for row in PAGE.under("The caller's environment")[0].rows]
    if environ:
        loaded(f"services: {{a: {{image: 'b:{form}'}}}}")
    else:
        with pytest.raises(ManifestError, match="NAME is not set"):
            loaded(f"services: {{a: {{image: 'b:{form}'}}}}")


def test_durations_and_sizes_are_read() -> None:
    durations, sizes = PAGE.under("Durations and sizes")[0].rows
    for duration in [*codes(durations[1]), *codes(durations[2])]:
        loaded(f"services: {{a: {{image: b, timeout: {duration}}}}}")
    for size in [*codes(sizes[1]), *codes(sizes[2])]:
        loaded(f"services: {{a: {{image: b, limits: {{memory: {size}}}}}}}")


def test_the_message_of_a_mistake_is_the_one_that_is_shown() -> None:
    (shown,) = (block.text for block in PAGE.blocks if block.language == "text")
    with pytest.raises(ManifestError) as caught:
        loaded("# a comment\ndatabases:\n  ledger: {use: postgress}\n")
    assert str(caught.value) == shown.strip()

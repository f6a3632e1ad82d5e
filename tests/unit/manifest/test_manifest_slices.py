"""Slices in a manifest: `isolation`, `follows`, what is wrong with them, and what is warned of."""

from __future__ import annotations

import pytest
from manifest_world import FakeFiles, World

from orchestrator.manifest import load
from orchestrator.model.resource import Resource
from orchestrator.technologies import BUILT_IN

LEDGER = "databases:\n  ledger: {use: postgres, isolation: test}\n"


@pytest.fixture
def ledger(world: World) -> Resource:
    """A database that is sliced."""
    return world.load(LEDGER).resources["ledger"]


def test_a_sliced_server_is_started_as_its_technology_needs_it(ledger: Resource) -> None:
    assert (ledger.isolation, ledger.sliced) == ("test", True)
    assert [str(word) for word in ledger.command or ()] == ["postgres", "--slices", "2"]
    assert [str(file.target) for file in ledger.files] == ["/etc/slices"]
    assert ledger.tmpfs == ("/data",)


@pytest.mark.parametrize("isolation", ["", ", isolation: none"])
def test_one_that_is_not_sliced_is_started_as_ever(world: World, isolation: str) -> None:
    text = f"databases:\n  ledger: {{use: postgres{isolation}}}\n"
    ledger = world.load(text).resources["ledger"]
    assert (ledger.isolation, ledger.sliced) == ("none", False)
    assert (ledger.command, ledger.files, ledger.tmpfs) == (None, (), ())


def test_arguments_of_one_s_own_come_behind_those_for_slices(world: World) -> None:
    text = "databases:\n  a: {use: postgres, isolation: worker, args: [--more]}\n"
    command = world.load(text).resources["a"].command or ()
    assert [str(word) for word in command] == ["postgres", "--slices", "2", "--more"]


def test_a_file_of_one_s_own_stands_in_the_place_of_that_for_slices(world: World) -> None:
    text = "databases:\n  a: {use: postgres, isolation: worker, files: {/etc/slices: app.toml}}\n"
    [file] = world.load(text).resources["a"].files
    assert (file.source or "").endswith("app.toml")


ISOLATION: dict[str, tuple[str, list[str]]] = {
    "misspelt": (
        "databases:\n  a: {use: postgres, isolation: workr}\n",
        ['2:33: databases.a.isolation: cannot be "workr"; did you mean "worker"?'],
    ),
    "something else": (
        "databases:\n  a: {use: postgres, isolation: session}\n",
        [
            '2:33: databases.a.isolation: cannot be "session"; it can be none, worker or test',
        ],
    ),
    "of what cannot be sliced": (
        "brokers:\n  a: {use: nats, isolation: test}\n",
        [
            (
                "2:29: brokers.a.isolation: nats cannot be sliced; leave this out, and let each "
                "test clean up or use names of its own"
            )
        ],
    ),
    "none of what cannot be sliced": ("brokers:\n  a: {use: nats, isolation: none}\n", []),
    "with a database that is needed for it": (
        "databases:\n  a: {use: postgres, isolation: test, database: [a, template0]}\n",
        [
            (
                '2:53: databases.a.database[1]: the database "template0" is needed for making '
                'slices; give it another name, or leave "isolation" out'
            )
        ],
    ),
    "without it the same database is fine": (
        "databases:\n  a: {use: postgres, database: template0}\n",
        [],
    ),
    "of a service": (
        "services:\n  api: {image: x, isolation: test}\n",
        [
            (
                "2:19: services.api.isolation: cannot stand here; "
                '"isolation" is for databases and brokers only'
            )
        ],
    ),
}

FOLLOWS: dict[str, tuple[str, list[str]]] = {
    "one": (f"{LEDGER}services:\n  api: {{image: x, follows: ledger}}\n", []),
    "a name that there is not": (
        f"{LEDGER}services:\n  api: {{image: x, follows: [legder]}}\n",
        ['4:29: services.api.follows[0]: no resource is called "legder"; did you mean "ledger"?'],
    ),
    "itself": (
        "services:\n  api: {image: x, follows: [api]}\n",
        ["2:29: services.api.follows[0]: a resource cannot follow itself"],
    ),
    "a service": (
        "services:\n  a: {image: x}\n  b: {image: x, follows: [a]}\n",
        [
            (
                "3:27: services.b.follows[0]: a stands in services; "
                "only databases and brokers have slices"
            )
        ],
    ),
    "a task": (
        "tasks:\n  a: {image: x}\nservices:\n  b: {image: x, follows: [a]}\n",
        ["4:27: services.b.follows[0]: a stands in tasks; only databases and brokers have slices"],
    ),
    "one that is not sliced": (
        "databases:\n  db: {use: postgres}\nservices:\n  api: {image: x, follows: [db]}\n",
        [
            (
                "4:29: services.api.follows[0]: db has no slices to follow; "
                'give it "isolation: test" or "worker"'
            )
        ],
    ),
    "with a fixed port": (
        (
            f"{LEDGER}services:\n"
            "  api: {image: x, follows: [ledger], ports: {a: {port: 80, host: 81}}}\n"
        ),
        [
            (
                "4:45: services.api.ports: each slice has an instance of its own, and only one can "
                'have the host port 81; leave out "host" or "follows"'
            )
        ],
    ),
    "with a task among its seeds": (
        (
            f"{LEDGER}tasks:\n  fill: {{image: x}}\n"
            'services:\n  api: {image: x, follows: [ledger], seed: ["task:fill"]}\n'
        ),
        ["6:44: services.api.seed: a service that follows cannot be seeded by a task"],
    ),
    "from a container, and refers to a process": (
        (
            f"{LEDGER}services:\n  bank: {{command: bank, ports: [80]}}\n"
            '  api: {image: x, follows: [ledger], env: {A: "${bank.url}"}}\n'
        ),
        [
            (
                "5:28: services.api.follows: api runs in a container and refers to bank, a "
                "process on this host; one that follows cannot do that yet, so give one of them "
                "the other's engine"
            )
        ],
    ),
    "from a process, and refers to a process": (
        (
            f"{LEDGER}services:\n  bank: {{command: bank, ports: [80]}}\n"
            '  api: {command: x, follows: [ledger], env: {A: "${bank.url}"}}\n'
        ),
        [],
    ),
    "at the top": (
        "follows: [ledger]\n",
        ['1:1: follows: cannot stand here; "follows" is for entries of a section only'],
    ),
    "in a database": (
        f"{LEDGER}  b: {{use: postgres, follows: [ledger]}}\n",
        ['3:22: databases.b.follows: cannot stand here; "follows" is for services only'],
    ),
    "in a task": (
        f"{LEDGER}tasks:\n  b: {{image: x, follows: [ledger]}}\n",
        ['4:17: tasks.b.follows: cannot stand here; "follows" is for services only'],
    ),
}

CASES = {
    **{f"isolation: {name}": case for name, case in ISOLATION.items()},
    **{f"follows: {name}": case for name, case in FOLLOWS.items()},
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_every_mistake_is_told_with_what_to_do(
    world: World, text: str, expected: list[str]
) -> None:
    assert world.mistakes(text) == expected


WARNING = (
    "api uses {used}, of which tests get slices, but what it does there no test will see in its "
    'slice; give api "follows: [{names}]"'
)
OTHER = "  cache: {use: postgres, isolation: worker}\n"
WORKER = '  worker: {image: x, ports: [80], follows: [ledger], env: {A: "${ledger.url}"}}\n'

WARNINGS: dict[str, tuple[str, list[str]]] = {
    "a service that does not follow": (
        LEDGER + 'services:\n  api: {image: x, env: {A: "${ledger.url}"}}\n',
        ["4:28: services.api.env.A: " + WARNING.format(used="ledger", names="ledger")],
    ),
    "one that refers without waiting": (
        LEDGER + 'services:\n  api: {image: x, command: "run ${lazy:ledger.url}"}\n',
        ["4:28: services.api.command: " + WARNING.format(used="ledger", names="ledger")],
    ),
    "one that follows": (
        LEDGER + 'services:\n  api: {image: x, follows: [ledger], env: {A: "${ledger.url}"}}\n',
        [],
    ),
    "one that follows another only": (
        LEDGER
        + OTHER
        + 'services:\n  api: {image: x, follows: [ledger], env: {A: "${cache.url}"}}\n',
        ["5:47: services.api.env.A: " + WARNING.format(used="cache", names="cache")],
    ),
    "one that uses a follower": (
        LEDGER + f'services:\n{WORKER}  api: {{image: x, env: {{A: "${{worker.url}}"}}}}\n',
        ["5:28: services.api.env.A: " + WARNING.format(used="worker", names="ledger")],
    ),
    "a task, the tests, and itself": (
        LEDGER + 'tasks:\n  fill: {image: x, env: {A: "${ledger.url}"}}\n'
        'services:\n  api: {image: x, ports: [80], follows: [ledger], env: {A: "${self.url}"}}\n'
        'tests: {env: {A: "${api.url}", B: "${ledger.url}"}}\n',
        [],
    ),
    "what is not sliced": (
        (
            "databases:\n  ledger: {use: postgres}\n"
            'services:\n  api: {image: x, env: {A: "${ledger.url}"}}\n'
        ),
        [],
    ),
}


@pytest.mark.parametrize(("text", "expected"), WARNINGS.values(), ids=WARNINGS.keys())
def test_warnings_of_who_does_not_follow(world: World, text: str, expected: list[str]) -> None:
    found = [str(one).removeprefix("environment.yaml:") for one in world.load(text).warnings]
    assert found == expected


@pytest.mark.parametrize(
    ("entry", "database"),
    [
        ("postgres: {use: postgres, isolation: test}", "greenroom"),
        ("other: {use: postgres}", "other"),
    ],
)
def test_a_database_named_after_its_entry_is_not_the_one_that_slices_are_made_in(
    entry: str, database: str
) -> None:
    manifest = load(
        f"databases:\n  {entry}\n".encode(),
        path="/project/environment.yaml",
        files=FakeFiles(),
        environ={},
        technologies=BUILT_IN,
    )
    assert [one.databases for one in manifest.resources.values()] == [(database,)]

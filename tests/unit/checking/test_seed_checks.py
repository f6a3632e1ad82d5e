"""What is found out about seeds, with environments that are only pretended."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from orchestrator.checking import check_seeds, seeds
from orchestrator.checking.culprits import Culprits
from orchestrator.checking.holdings import difference, held, lines, named
from orchestrator.checking.narrowing import narrowed, seeded
from orchestrator.checking.ordering import Order
from orchestrator.checking.searching import first
from orchestrator.engines.fake import FakeEngine
from orchestrator.environment import Environment
from orchestrator.errors import EngineError, StepFailed
from orchestrator.model.launch import ExecResult
from orchestrator.model.resource import DatabaseSeed, FileSeed, Seed

Data = dict[str, str]
CLOCK = count()


def create(data: Data) -> None:
    if "t" in data:
        raise StepFailed("seed db 1", "t exists")
    data["t"] = "0"


def double(data: Data) -> None:
    needs(data)
    data["t"] = f"{data['t']}*"


def add(data: Data) -> None:
    needs(data)
    data["t"] = f"{data['t']}+"


def other(data: Data) -> None:
    data["other"] = "1"


def clock(data: Data) -> None:
    data["clock"] = data["clock.at"] = str(next(CLOCK))


def later(data: Data) -> None:
    data["later"] = str(next(CLOCK))


def needs(data: Data) -> None:
    if "t" not in data:
        raise StepFailed("seed db 1", "there is no t\nand more words")


WORK: dict[str, Callable[[Data], None]] = {
    one.__name__: one for one in (create, double, add, other, clock, later)
}


class Pretended:
    """Puts seeds into a mapping, each of which is a function above."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.looks = 0

    def tell(self, text: str) -> None:
        self.told.append(text)

    def look(self, wanted: dict[str, tuple[Seed, ...]], *_rest: object) -> dict[str, Data]:
        self.looks += 1
        data: Data = {}
        for seed in wanted["db"]:
            if isinstance(seed, FileSeed):
                WORK[seed.label](data)
        return {"db": data}

    def attempt(self, name: str, wanted: Any, within: float) -> Data | StepFailed:
        try:
            return self.look(wanted)[name]
        except StepFailed as failure:
            return failure


def made(*names: str) -> tuple[Seed, ...]:
    return (DatabaseSeed("more"), *(FileSeed(name, ".sql", name) for name in names))


def ordered(*names: str, unsteady: frozenset[str] = frozenset()) -> list[str]:
    away: Any = Pretended()
    usual = away.look({"db": made(*names)})["db"]
    found = Order(away, "db", made(*names), usual, unsteady, 60).findings()
    return [one.message for one in found]


def test_what_may_stand_anywhere_is_not_told() -> None:
    assert ordered("create", "other") == []
    assert ordered("create") == []


def test_the_nearest_seed_that_one_depends_on_is_found() -> None:
    assert ordered("create", "other", "add") == [
        "add has to come after create: there is no t",
    ]


def test_other_data_the_other_way_round_is_told() -> None:
    assert ordered("create", "add", "other", "double") == [
        "add has to come after create: there is no t",
        "double has to come after add: the other way round there is other data, in t",
    ]


def test_what_differs_anyway_says_nothing_about_an_order() -> None:
    assert ordered("other", "clock", unsteady=frozenset({"clock", "clock.at"})) == []


def culprits(*names: str) -> tuple[list[str], int]:
    away: Any = Pretended()
    one, two = (away.look({"db": made(*names)})["db"] for _ in range(2))
    found = Culprits(away, "db", made(*names), difference(one, two)).findings()
    return [str(finding) for finding in found], away.looks - 2


def test_nothing_is_looked_for_where_nothing_differs() -> None:
    assert culprits("create", "add") == ([], 0)


def test_every_seed_that_makes_other_data_is_found() -> None:
    found, looks = culprits("create", "clock", "add", "later", "other")
    assert found == [
        "db: not repeatable: clock makes other data each time, in clock.at",
        "db: not repeatable: later makes other data each time, in later",
    ]
    assert looks <= 8


def test_the_last_seed_needs_no_look_of_its_own() -> None:
    assert culprits("clock")[1] == 0


@pytest.mark.parametrize("wanted", range(1, 9))
def test_the_first_is_found_in_few_steps(wanted: int) -> None:
    asked: list[int] = []

    def holds(number: int) -> bool:
        asked.append(number)
        return number >= wanted

    assert first(1, 8, holds) == wanted
    assert len(asked) <= 3


def test_a_part_stands_for_the_whole() -> None:
    assert named({"a", "a.x", "a.y", "b"}) == "a.x, a.y, b"
    assert named({f"t{number}" for number in range(8)}) == "t0, t1, t2, t3, t4 and 3 more"


def test_what_is_not_compared_does_not_differ() -> None:
    assert difference(None, {"a": "1"}) == frozenset()
    assert difference({"a": "1", "b": "2"}, {"a": "2", "c": "3"}, ["c"]) == {"a", "b"}
    assert dict(lines("a\t1\nno tab\nwith\ttab\t2\n")) == {"a": "1", "with\ttab": "2"}


@pytest.fixture
def shop(tmp_path: Path) -> Environment:
    """A manifest with seeds that need more than the resource they are put into."""
    for name in ("schema.sql", "load.py", "flags.redis"):
        (tmp_path / name).write_text("")
    resources = {
        "databases": {
            "ledger": {
                "use": "postgres",
                "port": 5432,
                "isolation": "test",
                "seed": ["schema.sql", "task:migrate"],
            },
            "cache": {"use": "redis"},
            "flags": {"use": "redis", "seed": ["load.py:fill"]},
            "hidden": {"use": "redis", "seed": ["flags.redis"], "profiles": ["more"]},
        },
        "services": {"api": {"image": "api:1", "needs": ["ledger"]}},
        "tasks": {"migrate": {"image": "m:1", "env": {"URL": "${ledger.url} ${cache.url}"}}},
    }
    return Environment.of(resources, folder=tmp_path, engines={"docker": FakeEngine("docker")})


def test_those_that_take_part_and_have_seeds_are_looked_at(shop: Environment) -> None:
    assert list(seeded(shop.manifest, ())) == ["ledger", "flags"]
    assert list(seeded(shop.manifest, ["more"])) == ["ledger", "flags", "hidden"]


def test_only_what_the_seeds_need_is_started(shop: Environment) -> None:
    ledger = shop.manifest.resources["ledger"]
    whole = narrowed(shop.manifest, {"ledger": ledger.seeds}, ())
    assert list(whole.resources) == ["ledger", "cache", "migrate"]
    short = narrowed(shop.manifest, {"ledger": ledger.seeds[:1]}, ())
    assert list(short.resources) == ["ledger"]
    assert short.resources["ledger"].ports[0].host is None
    assert not short.resources["ledger"].sliced


def test_with_a_function_all_servers_are_there(shop: Environment) -> None:
    flags = shop.manifest.resources["flags"].seeds
    assert list(narrowed(shop.manifest, {"flags": flags}, ()).resources) == [
        *("ledger", "cache", "flags", "migrate"),
    ]


def test_without_seeds_nothing_is_made(shop: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds, "seeded", lambda _manifest, _profiles: {})
    assert check_seeds(shop.manifest, (), pytest.fail, pytest.fail) == []


def test_what_a_server_does_not_let_us_read_is_told_in_its_words(tmp_path: Path) -> None:
    docker = FakeEngine("docker", listening=True)
    docker.replies("ledger", b"R\0\0\0\x08\0\0\0\0")
    docker.answers("ledger", lambda *_: ExecResult(1, "", "ERROR: permission denied\n"))
    resources = {"databases": {"ledger": {"use": "postgres"}}}
    environment = Environment.of(resources, folder=tmp_path, engines={"docker": docker})
    words = "ledger: what it holds cannot be read: ERROR: permission denied"
    with environment, pytest.raises(EngineError, match=words):
        held(environment.view, "ledger")

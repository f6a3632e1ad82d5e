"""Whatever stands in the file: a manifest or a ManifestError comes out, and soon."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from counted import calls_of
from manifest_world import World
from test_manifest_resources import PAYMENTS
from test_manifest_together import MANY

from orchestrator.errors import ManifestError

ROUNDS = 400
SCRAPS = [
    *"{}[]:,&*!|>'\"%@`#-?\t\n \\$~",
    "${",
    "}",
    "${ledger.url}",
    "${env:",
    "<<: *a",
    "&a ",
    "null",
    "22:22",
    "- ",
    ": ",
    "\x00",
    "\ufeff",
    "é",
    "services:",
    "x-",
    "[[[[",
    "999999999999999999999",
    ".inf",
    "0x10",
]


def _mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text))
        end = at + chance.choice([0, 0, 1, 3, 20])
        text = text[:at] + chance.choice(SCRAPS) + text[end:]
    return text


FOREIGN = ("pydantic", "nput should", "cannot be understood", "Traceback")
"""Words that no user should ever read."""


def test_mutated_manifests_load_or_say_why_not(world: World) -> None:
    chance = random.Random(20240501)
    told = [
        world.mistakes(_mutated(chance.choice([PAYMENTS, MANY]), chance).encode())
        for _ in range(ROUNDS)
    ]
    assert sum(map(bool, told)) > ROUNDS // 2
    assert not [line for lines in told for line in lines if any(word in line for word in FOREIGN)]


def test_mutated_bytes_load_or_say_why_not(world: World) -> None:
    chance = random.Random(7)
    for _ in range(ROUNDS // 4):
        source = bytearray(PAYMENTS.encode())
        for _ in range(3):
            source[chance.randrange(len(source))] = chance.randrange(256)
        assert all(world.mistakes(bytes(source)))


def _nested(chance: random.Random, depth: int = 0) -> object:
    keys = ["services", "api", "ports", "env", "ready", "http", "use", "seed", "image", "x-a"]
    kind = chance.randrange(7 if depth < 5 else 5)
    if kind == 5:
        return [_nested(chance, depth + 1) for _ in range(chance.randrange(4))]
    if kind == 6:
        return {chance.choice(keys): _nested(chance, depth + 1) for _ in range(3)}
    return [None, True, 17, "${self.url}", "postgres"][kind]


def test_any_shape_in_any_place_is_told(world: World) -> None:
    chance = random.Random(11)
    shapes = ["databases", "services", "tasks", "tests", "engine", "include"]
    for _ in range(ROUNDS):
        mapping = {chance.choice(shapes): {"api": _nested(chance)}, "tests": _nested(chance)}
        assert not any(word in _told(world, mapping) for word in FOREIGN)


def _told(world: World, mapping: dict[str, object]) -> str:
    try:
        world.load_mapping(mapping)
    except ManifestError as error:
        return str(error)
    return ""


def _with_wrong_names(entries: int) -> str:
    lines = (f'  r{n}: {{image: x, env: {{A: "${{q{n}.url}}"}}}}\n' for n in range(entries))
    return f"services:\n{''.join(lines)}"


def _in_a_circle(entries: int) -> str:
    lines = (f"  r{n}: {{image: x, needs: [r{(n + 1) % entries}]}}\n" for n in range(entries))
    return f"services:\n{''.join(lines)}"


@pytest.mark.parametrize("worst", [_with_wrong_names, _in_a_circle])
def test_the_worst_manifests_cost_no_more_than_twice_as_much_when_twice_as_long(
    world: World, worst: Callable[[int], str]
) -> None:
    short, long = worst(500), worst(1000)
    assert world.mistakes(short)
    assert world.mistakes(long)
    assert calls_of(lambda: world.mistakes(long)) < 2.2 * calls_of(lambda: world.mistakes(short))


def test_a_usual_manifest_costs_some_thousand_calls(world: World) -> None:
    world.load(PAYMENTS)
    assert calls_of(lambda: world.load(PAYMENTS)) < 15_000, "it was 7,134: about a millisecond"

"""What stands before and behind `--`, and what is said when it is missing."""

from __future__ import annotations

import pytest
import typer
from shop import Shop

from orchestrator.cli.app import app
from orchestrator.cli.arguments import split
from orchestrator.cli.command import Program
from orchestrator.cli.elsewhere import COMMANDS

SPLITS = [
    ("nothing at all", [], ([], None)),
    ("no border", ["examples/payments"], (["examples/payments"], None)),
    ("only a command", ["--", "pytest", "-q"], ([], ["pytest", "-q"])),
    ("a manifest and a command", ["web", "--", "pytest"], (["web"], ["pytest"])),
    ("a border in the command", ["--", "npm", "--", "-v"], ([], ["npm", "--", "-v"])),
    ("an option and a command", ["-v", "--", "a"], (["-v"], ["a"])),
    ("nothing behind the border", ["web", "--"], (["web"], [])),
]


@pytest.mark.parametrize(
    ("arguments", "parts"), [case[1:] for case in SPLITS], ids=[case[0] for case in SPLITS]
)
def test_the_first_border_divides(arguments: list[str], parts: tuple[list[str], object]) -> None:
    assert split(arguments) == parts


MISUSES = [
    (["upp"], "No such command 'upp'. Did you mean 'up'?", "greenroom --help"),
    (["up", "--nope"], "No such option: --nope", "greenroom up --help"),
    (["status"], "there is no command status", "greenroom ps does that"),
    (["pull", "x"], "there is no command pull", "greenroom images --pull does that"),
    (["up", "-d"], "No such option: -d", "comes back when all is ready, and leaves it up"),
    (["down", "-f", "x.yaml"], "No such option: -f", "greenroom down FILE"),
    (["up", "--detach"], "No such option: --detach", "leaves it up"),
    (
        ["up", "ledger"],
        "there is no manifest ledger",
        "environment.yaml that is here, leave ledger",
    ),
    (["extend", "3h"], "nothing to extend", "greenroom extend --ttl 3h"),
    (["up", "a", "b"], "unexpected extra argument", "greenroom up --help"),
    (["run", "pytest", "-q"], "No such option: -q", "behind --: greenroom run -- pytest -q"),
    (["run", ".", "pytest"], "extra argument", "behind --: greenroom run -- pytest -q"),
    (["run", "--"], "nothing follows --", "greenroom run -- pytest -q"),
    (["exec", "ledger"], "what is to be run?", "greenroom exec ledger -- psql"),
    (["exec", "ledger", "psql"], "extra argument", "greenroom exec ledger -- psql"),
    (["exec", "--", "psql"], "Missing argument", "greenroom exec --help"),
    (["logs", "--tail", "some"], "some is no number of lines", "--tail 20"),
    (["logs", "--since", "noon"], "noon is no moment", "5m"),
    (["logs", "--until", "noon"], "noon is no moment", "5m"),
    (["env", "--format", "xml"], "there is no format xml", "shell, dotenv, json"),
    (["up", "--profile", "moer"], "no resource has the profile moer", 'did you mean "more"?'),
    (["up", "nowhere"], "there is no manifest nowhere", "a ready-made name"),
    (["up", "--events", "/no/where"], "cannot write events to /no/where", "- for stdout"),
]


@pytest.mark.parametrize(("arguments", "words", "hint"), MISUSES, ids=lambda value: str(value)[:30])
def test_a_misuse_exits_64_and_says_what_to_do(
    shop: Shop, arguments: list[str], words: str, hint: str
) -> None:
    ended = shop.greenroom(*arguments)
    assert ended.code == 64
    assert ended.out == ""
    error, _, following = ended.err.partition("\nnext: ")
    assert error.startswith("error: ")
    assert words in error
    assert hint in following
    assert shop.left == 0


def test_words_of_others_lead_to_ours_and_are_none_of_ours() -> None:
    program = typer.main.get_command(app)
    assert isinstance(program, Program)
    ours = {word.partition(" ")[0] for word in COMMANDS.values()} - {"--help", "--version"}
    assert ours <= program.commands.keys()
    assert not COMMANDS.keys() & program.commands.keys()

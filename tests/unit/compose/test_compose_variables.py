"""Variables in a Compose file. What Docker Compose makes of them is measured, not remembered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.compose.variables import BadVariable, fill
from orchestrator.manifest.reading.templates import Scope, parse

ENVIRON = {"A": "one", "B": "", "LONG_1": "x y", "_u": "under"}

MEASURED = json.loads((Path(__file__).parent / "interpolated.json").read_text("utf-8"))
"""Texts, made by chance, and what Docker Compose 2.40.3 makes of them with this environment."""


@pytest.mark.parametrize(("written", "meant"), MEASURED.items())
def test_what_docker_compose_makes_of_it(written: str, meant: str) -> None:
    assert fill(written, ENVIRON).text == meant


@pytest.mark.parametrize("written", [*MEASURED, "$${x}", "a$${A", "$$${A}", "$$$${A}", "${env:A"])
@pytest.mark.parametrize("keep", [False, True])
def test_a_manifest_reads_what_is_written_as_what_was_meant(written: str, keep: bool) -> None:
    # An empty variable counts as unset in a manifest, always.
    environ = {name: value for name, value in ENVIRON.items() if value}
    try:
        filled = fill(written, environ, keep=keep)
    except BadVariable:
        return
    parsed = parse(filled.written, Scope(environ))
    assert (str(parsed.template), parsed.mistakes) == (filled.text, ())


KEPT = [
    ("$A", "${env:A:-}"),
    ("${A}", "${env:A:-}"),
    ("${A:-d}", "${env:A:-d}"),
    ("${A-d}", "${env:A:-d}"),
    ("${A:?why}", "${env:A:?why}"),
    ("${A?}", "${env:A:?}"),
    ("x-${A}-$B", "x-${env:A:-}-${env:B:-}"),
    ("$${A}", "$${A}"),
    ("$$A", "$A"),
]


@pytest.mark.parametrize(("written", "kept"), KEPT)
def test_an_import_goes_on_naming_variables(written: str, kept: str) -> None:
    filled = fill(written, {}, keep=True)
    assert (filled.written, filled.settled) == (kept, ())


@pytest.mark.parametrize("written", ["${A:+x}", "${A:-$B}", "${A:-{}", "$$${A:+y}"])
def test_what_a_manifest_cannot_say_stands_there_as_it_is_now(written: str) -> None:
    filled = fill(written, {"B": "b"}, keep=True)
    assert (filled.written, filled.settled) == (filled.text, ("A",))


WRONG = [
    ("$", 'a "$" stands alone; write "$$" if it is meant literally'),
    ("cost: $5", 'a "$" stands alone; write "$$" if it is meant literally'),
    ("${A", '"${" is never closed; write "$${" if it is meant literally'),
    ("${}", '"${}" is no variable; write "${NAME:-default}"'),
    ("${A!b}", '"${A!b}" is no variable; write "${NAME:-default}"'),
    ("${NONE:?say it}", "NONE is not set in the environment: say it"),
    ("${B:?}", "B is not set in the environment: it is required"),
    ("${NONE?}", "NONE is not set in the environment: it is required"),
]


@pytest.mark.parametrize(("written", "message"), WRONG)
def test_what_cannot_be_filled_says_why(written: str, message: str) -> None:
    with pytest.raises(BadVariable) as caught:
        fill(written, ENVIRON)
    assert str(caught.value) == message


def test_secrets_among_the_variables_are_known() -> None:
    filled = fill("${API_TOKEN}-${PLAIN}-${DB_PASSWORD:-given}", {"API_TOKEN": "t", "PLAIN": "p"})
    assert filled.secrets == ("t", "given")
    assert filled.unset == ()
    assert fill("$X-${Y}", {}).unset == ("X", "Y")

"""The programs of this host by which something is put into what runs already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.errors import EngineUnavailable
from orchestrator.host.programs import clients
from orchestrator.model.adopted import Adopted
from orchestrator.model.resource import ADOPTED, PER_TEST, SHARED, Resource
from orchestrator.technologies import BUILT_IN

GIVEN = Adopted("mysql", "localhost", 3306, database="app")


def books(tools: tuple[str, ...], isolation: str = PER_TEST) -> Resource:
    mariadb = BUILT_IN["mariadb"]
    assert mariadb.adoption is not None
    adoption = replace(mariadb.adoption, tools=tools)
    technology = replace(mariadb, adoption=adoption)
    return Resource(
        "books",
        "databases",
        engine=ADOPTED,
        technology=technology,
        isolation=isolation,
        adopted=GIVEN,
    )


def program(folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)


def test_all_of_them_are_looked_for_on_the_path(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    program(one, "first-tool")
    program(other, "second-tool")
    environ = {"PATH": f"{one}:{other}"}
    found = clients([books(("first-tool", "second-tool"))], environ)
    assert found["books"].folders == (str(one), str(other))


def test_what_is_needed_and_not_there_is_named_with_what_provides_it(tmp_path: Path) -> None:
    program(tmp_path, "first-tool")
    with pytest.raises(EngineUnavailable) as raised:
        clients([books(("first-tool", "second-tool"))], {"PATH": str(tmp_path)})
    assert raised.value.message == (
        "nothing can be put into what runs already: books: there is no second-tool on this host"
    )


def test_where_nothing_is_put_in_nothing_is_needed() -> None:
    assert clients([books(("second-tool",), SHARED)], {"PATH": "/nowhere"}) == {}

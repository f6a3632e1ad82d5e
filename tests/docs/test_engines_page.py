"""docs/engines.md against the technologies."""

from __future__ import annotations

import pytest
from doc_blocks import code, codes, page

from orchestrator.lifecycle.placing import ANSWER_SECONDS
from orchestrator.manifest.building.process_form import CONTAINERS_ONLY
from orchestrator.technologies import BUILT_IN

PAGE = page("engines.md")


def native_rows() -> dict[str, tuple[str, ...]]:
    (table, _wheels) = PAGE.under("Servers without containers")
    return {code(row[0]): row for row in table.rows}


def test_every_technology_is_listed() -> None:
    assert list(native_rows()) == [name for name, one in BUILT_IN.items() if one.native]


@pytest.mark.parametrize("name", [name for name, one in BUILT_IN.items() if one.native])
def test_programs_packages_and_wheels(name: str) -> None:
    _, programs, debian, homebrew, wheel = native_rows()[name]
    native = BUILT_IN[name].native
    assert native
    assert codes(programs) == [*native.servers, *native.tools]
    assert code(debian) == native.packages["apt-get"]
    assert code(homebrew) == native.packages["brew"]
    assert wheel == (f"`{native.wheel.package}`" if native.wheel else "none")


def test_what_only_containers_have() -> None:
    (table,) = PAGE.under("What differs from containers")
    (keys,) = (codes(row[0]) for row in table.rows if "`files`" in row[0])
    assert set(keys) == set(CONTAINERS_ONLY)


def test_who_is_never_root() -> None:
    never = {name for name, one in BUILT_IN.items() if one.native and one.native.refuses_root}
    assert never == {"postgres", "mariadb", "mysql"}
    (table,) = PAGE.under("What differs from containers")
    (rights,) = (row for row in table.rows if row[0] == "rights")
    assert "(Postgres, MariaDB, MySQL) run as `nobody`" in rights[2]


def test_how_long_docker_may_take_to_answer() -> None:
    assert ANSWER_SECONDS == 10
    assert "within ten seconds" in PAGE.prose


def test_each_technology_that_is_tested_has_its_cells() -> None:
    (table,) = PAGE.under("What was run")
    named = [code(row[0]) for row in table.rows]
    assert named == [name for name, one in BUILT_IN.items() if not one.untested]

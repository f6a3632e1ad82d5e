"""Digests of the code that seeds run: they change with it, with nothing else, or there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestrator.host import code
from orchestrator.host.code import of_imports, of_tree


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


FILES = {
    "load.py": "import rows, shop.prices\nfrom shop import names as n\nimport json\n",
    "rows.py": "ROWS = 1\n",
    "shop/__init__.py": "from . import taxes\n",
    "shop/names.py": "from .deep.far import FAR\n",
    "shop/prices.py": "PRICES = 1\n",
    "shop/taxes.py": "TAXES = 1\n",
    "shop/deep/__init__.py": "DEEP = 1\n",
    "shop/deep/far.py": "from ..up import UP\nfrom ... import nowhere\n",
    "shop/up.py": "def up():\n    import late\n",
    "late.py": "LATE = 1\n",
    "unused.py": "UNUSED = 1\n",
    "shop/unused.py": "UNUSED = 1\n",
}
USED = [name for name in FILES if "unused" not in name]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, FILES)
    return tmp_path


def digest(project: Path) -> str:
    found = of_imports(str(project / "load.py"))
    assert found
    return found


@pytest.mark.parametrize("name", USED)
def test_whatever_is_imported_from_beside_counts(name: str, project: Path) -> None:
    before = digest(project)
    with (project / name).open("a") as file:
        file.write("# another line\n")
    assert digest(project) != before


@pytest.mark.parametrize("text", ["rows.json", "data/rows.json", "./data/rows.json"])
def test_files_that_the_code_names_count(text: str, tmp_path: Path) -> None:
    name = text.removeprefix("./")
    write(tmp_path, {"load.py": f"DATA = open({text!r}).read()\n", name: "[]", "other.json": "[]"})
    before = digest(tmp_path)
    (tmp_path / "other.json").write_text("[1]")
    assert digest(tmp_path) == before
    (tmp_path / name).write_text("[1]")
    assert digest(tmp_path) != before


@pytest.mark.parametrize("text", ["/etc/hostname", "../above.json", "data", "\0", "x" * 300, ""])
def test_texts_that_name_no_file_beside_it_do_not_count(text: str, tmp_path: Path) -> None:
    write(tmp_path / "data", {"load.py": f"TEXT = {text!r}\n", "data/x": ""})
    write(tmp_path, {"above.json": "[]"})
    before = digest(tmp_path / "data")
    (tmp_path / "above.json").write_text("[1]")
    assert digest(tmp_path / "data") == before


@pytest.mark.parametrize("name", ["unused.py", "shop/unused.py"])
def test_what_nobody_imports_does_not_count(name: str, project: Path) -> None:
    before = digest(project)
    (project / name).write_text("UNUSED = 2\n")
    assert digest(project) == before


def test_the_place_of_a_project_does_not_count(tmp_path: Path) -> None:
    write(tmp_path / "one", FILES)
    write(tmp_path / "two", FILES)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_a_project_behind_a_link_is_the_same(project: Path) -> None:
    link = project.parent / f"{project.name}-link"
    link.symlink_to(project)
    assert digest(link) == digest(project)


def test_a_module_that_appears_counts(project: Path) -> None:
    before = digest(project)
    write(project, {"json/__init__.py": ""})
    assert digest(project) != before


def test_modules_that_import_each_other_come_to_an_end(tmp_path: Path) -> None:
    write(tmp_path, {"load.py": "import other\n", "other.py": "import load\n"})
    assert of_imports(str(tmp_path / "load.py"))


@pytest.mark.parametrize(
    ("summary", "files"),
    [
        ("a mistake in the file", {"load.py": "def fill(:\n"}),
        ("a mistake in what it imports", {"load.py": "import other", "other.py": "if True\n"}),
        ("another coding", {"load.py": "import other", "other.py": "# coding: klingon\n"}),
        ("imports from above", {"load.py": "from .. import x", "../__init__.py": ""}),
        ("a null byte", {"load.py": "x = 1\0"}),
    ],
)
def test_what_cannot_be_understood_has_none(
    summary: str, files: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path / "seeds", files)
    assert of_imports(str(tmp_path / "seeds" / "load.py")) is None, summary


TREE = {
    "main.go": "package main",
    "sql/one.sql": "select 1",
    ".env": "A=1",
    ".git/HEAD": "ref",
    "venv/lib.py": "",
    "node_modules/x/index.js": "",
    "__pycache__/main.pyc": "",
    "sql/target/made.bin": "",
}
COUNTS = {"main.go", "sql/one.sql"}


@pytest.mark.parametrize("name", TREE)
def test_only_code_of_its_own_counts_in_a_folder(name: str, tmp_path: Path) -> None:
    write(tmp_path, TREE)
    before = of_tree(str(tmp_path))
    (tmp_path / name).write_text("something else")
    assert (of_tree(str(tmp_path)) != before) == (name in COUNTS)


def test_a_file_that_has_another_name_is_another(tmp_path: Path) -> None:
    write(tmp_path, TREE)
    before = of_tree(str(tmp_path))
    (tmp_path / "main.go").rename(tmp_path / "main2.go")
    assert of_tree(str(tmp_path)) != before


def test_a_link_counts_by_where_it_leads(tmp_path: Path) -> None:
    write(tmp_path, TREE)
    (tmp_path / "link").symlink_to("main.go")
    before = of_tree(str(tmp_path))
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("sql/one.sql")
    assert of_tree(str(tmp_path)) != before


def test_what_is_behind_a_link_counts(tmp_path: Path) -> None:
    write(tmp_path, {"shared.py": "", "app/main.py": ""})
    (tmp_path / "app" / "lib.py").symlink_to("../shared.py")
    before = of_tree(str(tmp_path / "app"))
    (tmp_path / "shared.py").write_text("changed")
    assert of_tree(str(tmp_path / "app")) != before


def test_links_to_folders_within_and_to_nothing_are_no_matter(tmp_path: Path) -> None:
    write(tmp_path, {"one/lib.py": ""})
    (tmp_path / "current").symlink_to("one")
    (tmp_path / "around").symlink_to(".")
    (tmp_path / "nothing").symlink_to("gone")
    assert of_tree(str(tmp_path))


def test_a_folder_behind_a_link_is_not_known(tmp_path: Path) -> None:
    """What is in it counts for whoever runs, so that nobody may take it for the same."""
    write(tmp_path, {"shared/lib.py": "", "app/main.py": ""})
    (tmp_path / "app" / "lib").symlink_to(tmp_path / "shared")
    assert of_tree(str(tmp_path / "app")) is None


def test_a_pipe_is_left_out_and_waited_for_by_nobody(tmp_path: Path) -> None:
    write(tmp_path, TREE)
    before = of_tree(str(tmp_path))
    os.mkfifo(tmp_path / "pipe")
    assert of_tree(str(tmp_path)) == before


@pytest.mark.parametrize(("limit", "value"), [("MOST_FILES", 1), ("MOST_BYTES", 12)])
def test_a_folder_with_too_much_is_not_read(
    limit: str, value: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, TREE)
    assert of_tree(str(tmp_path))
    monkeypatch.setattr(code, limit, value)
    assert of_tree(str(tmp_path)) is None

"""Digests of what a manifest names on this host, and the facts that they are part of."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineUnavailable
from orchestrator.host.digests import digests, of_context, of_folder
from orchestrator.host.facts import gather
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import (
    Build,
    BuildSecret,
    File,
    FileSeed,
    FunctionSeed,
    Resource,
    ScriptSeed,
    Seed,
    TaskSeed,
)
from orchestrator.model.snapshot import code_of
from orchestrator.plan.images import built_name


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A folder that an image is built from."""
    folder = tmp_path / "api"
    (folder / "src").mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY . .\n")
    (folder / "src" / "main.py").write_text("print(1)\n")
    (folder / "notes.txt").write_text("not for the image\n")
    (folder / "latest").symlink_to("src/main.py")
    return folder


def test_every_file_and_seed_of_a_resource_has_a_digest(tmp_path: Path) -> None:
    names = ("app.toml", "rows.csv", "more.sh", "load.py")
    for name in names:
        (tmp_path / name).write_text(name)
    path = {name: str(tmp_path / name) for name in names}
    resource = Resource(
        "ledger",
        "databases",
        files=(
            File(PurePosixPath("/etc/app.toml"), source=path["app.toml"]),
            File(PurePosixPath("/etc/empty")),
        ),
        seeds=(
            FileSeed(path["rows.csv"], ".csv", "rows.csv"),
            ScriptSeed(path["more.sh"], "more.sh"),
            FunctionSeed(path["load.py"], "fill", "load.py:fill"),
            TaskSeed("migrate"),
        ),
    )
    found = digests([resource, Resource("migrate", "tasks", image="api:1")])
    assert list(found) == [*path.values(), code_of(path["load.py"])]
    assert len(set(found.values())) == 5


def code_digests(seed: Seed, task: Resource | None = None, folder: str = ".") -> dict[str, str]:
    """The digests of the code that a seed runs on this host."""
    ledger = Resource("ledger", "databases", seeds=(seed,))
    found = digests([ledger, *([task] if task else [])], folder)
    return {name: each for name, each in found.items() if name.startswith(code_of(""))}


def test_the_code_of_a_function_is_all_that_it_imports_from_beside_it(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows/__init__.py").write_text("")
    (tmp_path / "rows/people.py").write_text("from . import names\n")
    (tmp_path / "rows/names.py").write_text("NAMES = ['ada']\n")
    (tmp_path / "load.py").write_text("import json\nfrom rows.people import names\n")
    (tmp_path / "other.py").write_text("")
    seed = FunctionSeed(str(tmp_path / "load.py"), "fill", "load.py:fill")
    [(name, before)] = code_digests(seed).items()
    assert name == code_of(seed.path)
    (tmp_path / "other.py").write_text("no part of it")
    assert code_digests(seed) == {name: before}
    (tmp_path / "rows/names.py").write_text("NAMES = ['bob']\n")
    assert code_digests(seed) != {name: before}


def test_the_code_of_a_function_that_is_no_python_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "load.py").write_text("def fill(:\n")
    assert code_digests(FunctionSeed(str(tmp_path / "load.py"), "fill", "load.py:fill")) == {}


def test_the_code_of_a_command_on_this_host_is_its_folder(tmp_path: Path) -> None:
    (tmp_path / "migrate.py").write_text("one")
    (tmp_path / ".venv").mkdir()
    (tmp_path / "__pycache__").mkdir()
    task = Resource("migrate", "tasks", engine="process")
    [(name, before)] = code_digests(TaskSeed("migrate"), task, str(tmp_path)).items()
    assert name == code_of("")
    for left_out in (".env", ".venv/x.py", "__pycache__/migrate.pyc"):
        (tmp_path / left_out).write_text("no code of its own")
    assert code_digests(TaskSeed("migrate"), task, str(tmp_path)) == {name: before}
    (tmp_path / "migrate.py").write_text("two")
    assert code_digests(TaskSeed("migrate"), task, str(tmp_path)) != {name: before}


def test_a_folder_that_takes_too_long_to_read_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "migrate.py").write_text("one")
    (tmp_path / "data.bin").write_bytes(bytes(100))
    task = Resource("migrate", "tasks", engine="process")
    monkeypatch.setattr("orchestrator.host.code.MOST_BYTES", 102)
    assert code_digests(TaskSeed("migrate"), task, str(tmp_path)) == {}
    monkeypatch.setattr("orchestrator.host.code.MOST_BYTES", 103)
    assert code_digests(TaskSeed("migrate"), task, str(tmp_path)) != {}
    monkeypatch.setattr("orchestrator.host.code.MOST_FILES", 1)
    assert code_digests(TaskSeed("migrate"), task, str(tmp_path)) == {}


def test_a_command_in_a_container_has_its_code_in_its_image(tmp_path: Path) -> None:
    task = Resource("migrate", "tasks", image="api:1")
    assert code_digests(TaskSeed("migrate"), task, str(tmp_path)) == {}


def test_rows_that_are_generated_depend_on_the_version_of_what_makes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shop.generate.yaml"
    path.write_text("tables: {}\n")
    found = []
    for version in ("40.1", "40.2"):
        monkeypatch.setattr("importlib.metadata.version", lambda _name, told=version: told)
        seeds = (FileSeed(str(path), ".generate.yaml", path.name),)
        found += digests([Resource("ledger", "databases", seeds=seeds)]).values()
    assert found[0] == found[1].replace("40.2", "40.1") != found[1]


def test_what_cannot_be_read_has_none(tmp_path: Path) -> None:
    (tmp_path / "folder.sql").mkdir()
    (tmp_path / "there.sql").write_text("")
    seeds = tuple(
        FileSeed(str(tmp_path / name), ".sql", name)
        for name in ("gone.sql", "folder.sql", "there.sql")
    )
    gone = Build(str(tmp_path / "gone"))
    found = digests([Resource("ledger", "databases", seeds=seeds, build=gone)])
    assert list(found) == [str(tmp_path / "there.sql")]


def test_nothing_named_is_nothing_read() -> None:
    assert digests([Resource("api", "services", image="api:1")]) == {}


Change = Callable[[Path], object]


@pytest.mark.parametrize(
    ("summary", "change"),
    [
        ("bytes", lambda folder: (folder / "src/main.py").write_text("print(2)\n")),
        ("permissions", lambda folder: (folder / "src/main.py").chmod(0o755)),
        ("a new file", lambda folder: (folder / "src/more.py").touch()),
        ("a new folder", lambda folder: (folder / "empty").mkdir()),
        ("a name", lambda folder: (folder / "notes.txt").rename(folder / "note.txt")),
        ("a file that is gone", lambda folder: (folder / "notes.txt").unlink()),
        ("where a link leads", lambda folder: relink(folder / "latest", "notes.txt")),
        ("a link in place of its file", lambda folder: relink(folder / "src/main.py", "x")),
    ],
)
def test_a_change_in_a_folder_changes_its_digest(
    context: Path, summary: str, change: Change
) -> None:
    before = of_folder(str(context))
    change(context)
    assert of_folder(str(context)) != before, summary


def relink(path: Path, target: str) -> None:
    path.unlink()
    path.symlink_to(target)


def test_times_places_and_the_order_of_reading_change_nothing(
    context: Path, tmp_path: Path
) -> None:
    before = of_folder(str(context))
    os.utime(context / "notes.txt", (1, 1))
    context.rename(tmp_path / "elsewhere")
    assert of_folder(str(tmp_path / "elsewhere")) == before


def test_what_dockerignore_names_is_no_part_of_it(context: Path) -> None:
    (context / ".dockerignore").write_text("# Notes\n*.txt\n!keep.txt\n")
    build = Build(str(context))
    before = of_context(build)
    (context / "notes.txt").write_text("other notes\n")
    assert of_context(build) == before
    (context / "keep.txt").write_text("part of it\n")
    assert of_context(build) != before


def test_what_is_ignored_for_one_dockerfile_alone_counts_for_others(context: Path) -> None:
    (context / "my.docker").write_text("FROM one\n")
    (context / "my.docker.dockerignore").write_text("*.txt\n")
    builds = [Build(str(context), "my.docker"), Build(str(context)), Build(str(context), inline="")]
    resources = [Resource(f"a{at}", "services", build=each) for at, each in enumerate(builds)]
    before = [built_name(each, digests(resources)) for each in builds]
    (context / "notes.txt").write_text("other notes\n")
    after = [built_name(each, digests(resources)) for each in builds]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, False]


def test_the_name_of_an_image_says_nothing_of_its_secrets(context: Path) -> None:
    def name(**given: object) -> str:
        return built_name(replace(Build(str(context)), **given), {})  # type: ignore[arg-type]

    one = name(secrets={"token": BuildSecret(value="hunter2")})
    assert one == name(secrets={"token": BuildSecret(path="/elsewhere")})
    others = [name(), one, name(inline="FROM x"), name(network="host"), name(platform="linux/arm")]
    assert len(set(others)) == len(others)


def test_dockerignore_itself_is_part_of_it(context: Path) -> None:
    before = of_folder(str(context))
    (context / ".dockerignore").write_text("")
    assert of_folder(str(context)) != before


def test_a_dockerfile_that_is_ignored_counts_all_the_same(context: Path) -> None:
    (context / ".dockerignore").write_text("*.docker\n")
    (context / "my.docker").write_text("FROM one\n")
    build = Build(str(context), "my.docker")
    one = built_name(build, digests([Resource("api", "services", build=build)]))
    (context / "my.docker").write_text("FROM two\n")
    assert built_name(build, digests([Resource("api", "services", build=build)])) != one


def test_sockets_and_names_that_are_no_text_are_no_trouble(context: Path) -> None:
    Path(os.fsdecode(bytes(context) + b"/\xff")).touch()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(context / "s"))
        assert of_folder(str(context))


def test_facts_know_which_images_are_there_built_ones_too(context: Path) -> None:
    build = Build(str(context))
    resources = {
        "api": Resource("api", "services", build=build),
        "web": Resource("web", "services", image="web:1"),
        "job": Resource("job", "services", image="job:1"),
    }
    name = built_name(build, digests(resources.values()))
    engine = FakeEngine()
    engine.world.images |= {name: "id-1", "mirror/web:1": "id-2"}
    manifest = Manifest("/x.yaml", "/", "x", resources=resources)
    known = gather(manifest, {"docker": engine}, {"GREENROOM_IMAGE_PREFIX": "mirror"})
    assert known.images == {name: "id-1", "mirror/web:1": "id-2"}
    assert list(known.digests) == [str(context), f"{context}/Dockerfile"]
    assert known.image_prefix == "mirror/"
    assert known.engines["docker"].version == "fake"


def test_an_engine_that_does_not_answer_is_told_of(context: Path) -> None:
    engine = FakeEngine()
    engine.fail("describe", "", EngineUnavailable("nobody answers"))
    resource = Resource("api", "services", build=Build(str(context)))
    manifest = Manifest("/x.yaml", "/", "x", resources={"api": resource})
    with pytest.raises(EngineUnavailable, match="nobody answers"):
        gather(manifest, {"docker": engine}, {})

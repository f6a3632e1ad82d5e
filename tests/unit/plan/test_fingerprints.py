"""What an instance is made of: each setting changes its own part, and nothing else does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from orchestrator.manifest.reading.templates import parse
from orchestrator.model.facts import Facts
from orchestrator.model.launch import FINGERPRINT, Found
from orchestrator.model.module import Module
from orchestrator.model.probe import Readiness, Tcp
from orchestrator.model.resource import (
    Build,
    DatabaseSeed,
    File,
    FileSeed,
    FunctionSeed,
    Limits,
    Port,
    Resource,
    ScriptSeed,
    TaskSeed,
)
from orchestrator.plan.fingerprint import (
    difference,
    fingerprint,
    read,
    relay_fingerprint,
    with_image,
)
from orchestrator.technologies import BUILT_IN


def words(text: str) -> Any:
    """A template, as the manifest writes it."""
    return parse(text).template


API = Resource(
    "api",
    "services",
    image="api:1",
    command=(words("serve"),),
    env={"A": words("1"), "B": words("${ledger.url}"), "C": words("${lazy:web.url}")},
    files=(File(PurePosixPath("/etc/api.toml"), source="/project/api.toml"),),
    ports=(Port(80),),
    user="me",
    password="secret",
    databases=("one", "two"),
    seeds=(
        DatabaseSeed("two"),
        FileSeed("/project/rows.csv", ".csv", "rows.csv"),
        ScriptSeed("/project/more.sh", "more.sh"),
        FunctionSeed("/project/load.py", "fill", "load.py:fill"),
        TaskSeed("migrate"),
    ),
)
MIGRATE = Resource("migrate", "tasks", image="api:1", command=(words("migrate"),))
WEB = Resource("web", "services", image="web:1", ports=(Port(8000),))
RESOURCES = {"api": API, "migrate": MIGRATE, "web": WEB}

DIGESTS = {
    "/project/api.toml": "d1",
    "/project/rows.csv": "d2",
    "/project/more.sh": "d3",
    "/project/load.py": "d4",
}
FACTS = Facts(images={"api:1": "sha256:1", "web:1": "sha256:2"}, digests=DIGESTS)


def changed(
    resource: Resource = API, facts: Facts = FACTS, others: Mapping[str, Resource] = RESOURCES
) -> set[str]:
    """The parts that differ from those of the unchanged resource."""
    was = read(fingerprint(API, RESOURCES, FACTS))
    now = read(fingerprint(resource, {**others, "api": resource}, facts))
    return {name for name in was.keys() | now.keys() if was.get(name) != now.get(name)}


@pytest.mark.parametrize(
    ("part", "setting", "value"),
    [
        ("image", "image", "api:2"),
        ("settings", "engine", "process"),
        ("settings", "technology", BUILT_IN["redis"]),
        ("settings", "command", (words("serve"), words("--all"))),
        ("settings", "command", None),
        ("settings", "entrypoint", (words("sh"),)),
        ("settings", "env", {**API.env, "A": words("2")}),
        ("settings", "env", {**API.env, "B": words("$${ledger.url}")}),
        ("settings", "ports", (Port(81),)),
        ("settings", "ports", (Port(80, host=8080),)),
        ("settings", "user", "you"),
        ("settings", "password", "other"),
        ("settings", "databases", ("three", "two")),
        ("settings", "limits", Limits(memory=1 << 20)),
        ("settings", "limits", Limits(cpus=0.5)),
        ("settings", "workdir", "/srv"),
        ("settings", "run_as", "1000"),
        ("settings", "hostname", "shop"),
        ("settings", "tmpfs", ("/tmp",)),
        ("settings", "platform", "linux/arm64"),
        ("settings", "options", {"init": True}),
        ("settings", "isolation", "test"),
        ("settings", "isolation", "worker"),
        ("files", "files", (replace(API.files[0], mode=0o600),)),
        ("files", "files", (replace(API.files[0], target=PurePosixPath("/etc/b")),)),
        ("files", "files", (File(PurePosixPath("/etc/api.toml"), content=words("a = 1")),)),
        ("files", "files", ()),
        ("seeds", "seeds", API.seeds[:-1]),
        ("seeds", "seeds", (*API.seeds[::-1],)),
        ("seeds", "seeds", (DatabaseSeed("three"), *API.seeds[1:])),
    ],
)
def test_a_setting_changes_its_own_part(part: str, setting: str, value: Any) -> None:
    assert changed(replace(API, **{setting: value})) == {part}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("readiness", Readiness(Tcp())),
        ("timeout", 5.0),
        ("profiles", ("debug",)),
        ("pull", "always"),
        ("needs", ("web",)),
        ("follows", ("ledger",)),
        ("env", dict(reversed(API.env.items()))),
    ],
)
def test_what_does_not_decide_what_is_started_changes_nothing(setting: str, value: Any) -> None:
    assert changed(replace(API, **{setting: value})) == set()


@pytest.mark.parametrize(
    ("part", "path"),
    [
        ("files", "/project/api.toml"),
        ("seeds", "/project/rows.csv"),
        ("seeds", "/project/more.sh"),
        ("seeds", "/project/load.py"),
    ],
)
def test_other_bytes_change_the_part_that_they_belong_to(part: str, path: str) -> None:
    assert changed(facts=replace(FACTS, digests={**DIGESTS, path: "other"})) == {part}


def test_slices_for_tests_and_for_workers_are_made_of_the_same() -> None:
    sliced = replace(API, isolation="test"), replace(API, isolation="worker")
    one, other = (fingerprint(each, RESOURCES, FACTS) for each in sliced)
    assert one == other


def test_another_image_of_the_same_name_changes_the_image() -> None:
    assert changed(facts=replace(FACTS, images={"api:1": "sha256:9"})) == {"image"}


def test_a_task_of_a_seed_changes_the_seed_with_its_settings() -> None:
    other = replace(MIGRATE, command=(words("migrate"), words("--all")))
    assert changed(others={**RESOURCES, "migrate": other}) == {"seeds"}


def test_what_a_lazy_reference_stands_for_changes_the_addresses() -> None:
    other = replace(WEB, ports=(Port(8001),))
    assert changed(others={**RESOURCES, "web": other}) == {"addresses"}


def test_files_that_an_image_is_built_from_change_the_image() -> None:
    built = Resource("api", "services", build=Build("/project/api"))
    digests = {"/project/api": "a", "/project/api/Dockerfile": "b"}
    one, same, other, args = (
        read(fingerprint(resource, {}, Facts(digests=known)))["image"]
        for resource, known in [
            (built, digests),
            (built, dict(reversed(digests.items()))),
            (built, {**digests, "/project/api": "c"}),
            (replace(built, build=Build("/project/api", args={"A": "1"})), digests),
        ]
    )
    assert one == same
    assert len({one, other, args}) == 3


def test_two_checkouts_of_the_same_files_share_an_image() -> None:
    one, other = (
        fingerprint(
            Resource("api", "services", build=Build(folder)),
            {},
            Facts(digests={folder: "a", f"{folder}/Dockerfile": "b"}),
        )
        for folder in ("/here/api", "/there/api")
    )
    assert one == other


def test_no_secret_can_be_read_in_it() -> None:
    assert "secret" not in fingerprint(API, RESOURCES, FACTS)


def test_it_is_a_text_with_named_parts() -> None:
    text = fingerprint(API, RESOURCES, FACTS)
    assert list(read(text)) == ["form", "image", "settings", "addresses", "files", "seeds"]
    assert len(text) < 150


def test_it_is_the_same_in_every_python_process() -> None:
    program = (
        "from orchestrator.model.facts import Facts\n"
        "from orchestrator.model.resource import Resource\n"
        "from orchestrator.plan.fingerprint import fingerprint\n"
        "options = {'cap_add': ['a'], 'init': True}\n"
        "print(fingerprint(Resource('a', 'services', image='a:1', options=options), {}, Facts()))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    # Written down, so that whoever computes it in another way thinks of another FORM.
    assert texts == {"form=1 image=8e81cf6f1bf9 settings=9b5615f800b3"}


def standing(text: str | None) -> Found:
    return Found("docker", "container", "1", {} if text is None else {FINGERPRINT: text})


@pytest.mark.parametrize(
    ("words", "resource"),
    [
        ("", API),
        ("its image has changed", replace(API, image="api:2")),
        ("its settings have changed", replace(API, hostname="shop")),
        ("its files have changed", replace(API, files=())),
        ("its image and its seeds have changed", replace(API, image="api:2", seeds=())),
        (
            "its image, its settings and its files have changed",
            replace(API, image="api:2", hostname="shop", files=()),
        ),
    ],
)
def test_a_difference_names_what_has_changed(words: str, resource: Resource) -> None:
    found = standing(fingerprint(API, RESOURCES, FACTS))
    assert difference(found, fingerprint(resource, RESOURCES, FACTS)) == words


@pytest.mark.parametrize("label", [None, "", "nonsense", "form=0 image=3f2a9c1b60d4"])
def test_a_label_that_is_not_ours_was_made_by_another_version(label: str | None) -> None:
    words = difference(standing(label), fingerprint(API, RESOURCES, FACTS))
    assert words == "it was made by another version of Greenroom"


def test_an_image_stands_under_its_name_until_its_id_is_known() -> None:
    by_name = fingerprint(API, RESOURCES, replace(FACTS, images={}))
    wanted = fingerprint(API, RESOURCES, FACTS)
    assert difference(standing(by_name), wanted, "api:1") == ""
    assert difference(standing(by_name), wanted, "api:2") == "its image has changed"
    assert with_image(by_name, "sha256:1") == wanted


def test_a_relay_differs_by_what_it_leads_to() -> None:
    one = standing(relay_fingerprint(["web"], RESOURCES))
    assert difference(one, relay_fingerprint(["web"], RESOURCES)) == ""
    moved = {"web": replace(WEB, ports=(Port(1),))}
    for other in (relay_fingerprint(["web", "api"], RESOURCES), relay_fingerprint(["web"], moved)):
        assert difference(one, other) == "what it leads to has changed"


def test_a_module_differs_by_its_arguments_and_the_version_of_testcontainers() -> None:
    def printed(**more: Any) -> str:
        module = Module(**{"use": "redis", "package": "4.15", "python": "/a/python", **more})
        return fingerprint(replace(API, module=module), RESOURCES, FACTS)

    one = standing(printed())
    assert difference(one, printed(python="/b/python", folder="/b")) == ""
    for other in ({"arguments": {"password": "x"}}, {"package": "4.16"}, {"use": "valkey"}):
        assert difference(one, printed(**other)) == "its settings have changed"


def test_whoever_adds_a_field_thinks_of_the_fingerprint() -> None:
    counted = "adopted name on "
    counted += "section engine technology image build command entrypoint env files ports user "
    counted += "password databases seeds limits workdir run_as hostname tmpfs platform options "
    counted += "isolation aliases module"
    left_out = "needs readiness timeout pull profiles follows version as_process bound may_exit"
    known = {
        Resource: f"{counted} {left_out}",
        Port: "number name host inner inside",
        Build: "context dockerfile target args inline secrets network platform",
        Limits: "memory cpus",
    }
    for noun, names in known.items():
        assert {field.name for field in fields(noun)} == set(names.split()), noun.__name__

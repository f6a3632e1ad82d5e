"""`greenroom images`, with an engine in memory: what is listed, fetched, locked and copied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shop import Ended, Shop

from orchestrator.errors import EngineUnavailable, ImageUnavailable
from orchestrator.manifest.locks import read_lock

MANIFEST = """
name: shop
databases:
  ledger: {use: postgres:16, ready: {log: ready}}
services:
  api: {image: ghcr.io/our/api, ready: {log: ready}}
  worker: {image: "postgres:16", ready: {log: ready}}
  web: {build: ./web, ready: {log: ready}}
  extra: {image: extra:1, ready: {log: ready}, profiles: [more]}
"""
DOCKERFILE = "ARG OF=python:3.11\nFROM $OF AS built\nFROM scratch\nCOPY --from=built /x /x\n"

A, B, C, D = (f"sha256:{letter * 64}" for letter in "abcd")
ID = f"sha256:{'1' * 64}"

REGISTRY = {
    "postgres:16": A,
    "ghcr.io/our/api": B,
    "ghcr.io/our/api:latest": B,
    "python:3.11": C,
    "extra:1": D,
}


@pytest.fixture
def images(shop: Shop) -> Shop:
    """A shop whose registries have everything; the engine has one image of its own making."""
    shop.write(MANIFEST)
    web = shop.folder / "web"
    web.mkdir()
    (web / "Dockerfile").write_text(DOCKERFILE)
    world = shop.docker.world
    world.registry.update(REGISTRY)
    world.images["extra:1"] = ID
    for name in ("api", "worker", "web", "extra"):
        shop.docker.says(name, f"{name} is ready")
    return shop


def has(shop: Shop, image: str, digest: str) -> None:
    """Let the engine have an image that came from its registry."""
    world = shop.docker.world
    world.images[image] = f"sha256:id of {image}"
    world.digests[world.images[image]] = (f"{image.rpartition(':')[0]}@{digest}",)


def lock(shop: Shop) -> Path:
    return shop.folder / "environment.lock"


def rows(ended: Ended) -> dict[str, list[str]]:
    """The list by the image's name."""
    return {words[0]: words[1:] for words in map(str.split, ended.out.splitlines()[1:])}


# The list.


def test_each_image_is_told_with_who_needs_it(images: Shop) -> None:
    has(images, "postgres:16", A)
    ended = images.greenroom("images", "--profile", "more")
    assert ended.code == 0
    assert rows(ended) == {
        "postgres:16": ["ledger,", "worker", "yes", "0", "MB", "linux/amd64", A[:19]],
        "ghcr.io/our/api:latest": ["api", "no"],
        "extra:1": ["extra", "yes", "0", "MB", "linux/amd64", "id", "111111111111"],
        "python:3.11": ["to", "build", "web", "no"],
    }
    assert not any(call.startswith(("pull", "start", "open")) for call in images.docker.calls)


def test_as_json_digests_and_ids_are_told_apart(images: Shop) -> None:
    has(images, "postgres:16", A)
    found = {one["image"]: one for one in json.loads(images.greenroom("images", "--json").out)}
    assert "extra:1" not in found
    assert found["postgres:16"] == {
        "image": "postgres:16",
        "asked": "postgres:16",
        "for": ["ledger", "worker"],
        "base": False,
        "here": True,
        "platform": "linux/amd64",
        "digest": A,
        "id": "sha256:id of postgres:16",
        "size": 1,
        "locked": False,
    }
    assert (found["python:3.11"]["base"], found["python:3.11"]["here"]) == (True, False)


def test_a_mirror_has_them_under_another_name(
    images: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_IMAGE_PREFIX", "r.test/m")
    ended = images.greenroom("images", "--json")
    assert [one["asked"] for one in json.loads(ended.out)] == [
        "r.test/m/postgres:16",
        "ghcr.io/our/api",
        "python:3.11",
    ]
    assert "Docker Hub's come from r.test/m/ (GREEN" in images.greenroom("images").err


def test_what_runs_as_processes_has_none(images: Shop) -> None:
    images.write("name: shop\ndatabases: {ledger: {use: postgres}}\n")
    ended = images.greenroom("images", "--engine", "process")
    assert (ended.code, ended.out) == (0, "shop needs no images\n")
    assert ended.err == "processes, without images: ledger\n"


def test_where_docker_does_not_answer_it_says_so(
    images: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    images.write("name: shop\ndatabases: {ledger: {use: postgres}}\n")
    images.docker.fail("describe", "", EngineUnavailable("nobody answers", hint="start it"))
    ended = images.greenroom("images")
    assert (ended.code, ended.out) == (0, "shop needs no images\n")
    assert ended.err == (
        "whatever can, runs as a process here, because nobody answers\n"
        "processes, without images: ledger\n"
    )


def test_what_is_used_instead_is_listed(images: Shop) -> None:
    ended = images.greenroom("images", "--with", "ledger=postgres:15", "--with", "ledger=mariadb")
    assert {"postgres:15", "postgres:16", "mariadb:11"} <= rows(ended).keys()


# Fetching.


def test_what_is_missing_is_fetched_and_nothing_else(images: Shop) -> None:
    has(images, "postgres:16", A)
    ended = images.greenroom("images", "--pull")
    assert ended.code == 0
    pulled = sorted(call for call in images.docker.calls if call.startswith("pull"))
    assert pulled == ["pull ghcr.io/our/api", "pull python:3.11"]
    assert "ghcr.io/our/api  pulled" in ended.err
    assert rows(ended)["python:3.11"][3:] == ["yes", "0", "MB", "linux/amd64", C[:19]]
    images.docker.calls.clear()
    images.greenroom("images", "--pull")
    assert not any(call.startswith("pull") for call in images.docker.calls)


def test_what_is_run_and_built_from_is_fetched_once(images: Shop) -> None:
    images.write(MANIFEST.replace("ghcr.io/our/api", "python:3.11"))
    images.greenroom("images", "--pull")
    assert [call for call in images.docker.calls if "python" in call and "pull" in call] == [
        "pull python:3.11"
    ]


def test_with_update_what_came_from_a_registry_is_fetched_anew(images: Shop) -> None:
    has(images, "postgres:16", A)
    images.greenroom("images", "--pull", "--update", "--profile", "more")
    pulled = sorted(call for call in images.docker.calls if call.startswith("pull"))
    assert pulled == ["pull ghcr.io/our/api", "pull postgres:16", "pull python:3.11"]


def test_a_pull_that_fails_is_told_like_that_of_up(images: Shop) -> None:
    error = ImageUnavailable("cannot pull python:3.11: no registry", hint="look for one")
    images.docker.fail("pull", "python:3.11", error)
    ended = images.greenroom("images", "--pull")
    assert ended.code == 75
    assert "error: cannot pull python:3.11: no registry\n" in ended.err
    assert ended.err.endswith("next: look for one\n")


def test_what_must_not_be_pulled_is_not(images: Shop) -> None:
    images.write("services: {api: {image: a:1, pull: never}}\n")
    ended = images.greenroom("images", "--pull")
    assert ended.code == 75
    assert "not here, and not to be pulled (`pull: never`): a:1, for api" in ended.err


# The lock.


def test_a_lock_names_all_whatever_the_profile_and_fetches_nothing(images: Shop) -> None:
    has(images, "postgres:16", B)
    ended = images.greenroom("images", "--lock")
    assert ended.code == 0
    found = read_lock(lock(images).read_bytes(), "environment.lock")
    # What is here was tested last, and so is meant; what is not here is asked for.
    assert found.digests == {"postgres:16": B, "ghcr.io/our/api:latest": B}
    assert found.ids == {"extra:1": ID}
    assert not any(call.startswith("pull") for call in images.docker.calls)
    assert f"  extra:1: locked to the id {ID}\n" in ended.err
    assert rows(ended)["postgres:16"][-2:] == [B[:19], "(locked)"]


def test_locked_again_nothing_changes_unless_that_is_wanted(images: Shop) -> None:
    images.greenroom("images", "--lock")
    before = lock(images).read_text()
    images.docker.world.registry["postgres:16"] = D
    ended = images.greenroom("images", "--lock")
    assert "environment.lock stays as it was\n" in ended.err
    assert lock(images).read_text() == before
    ended = images.greenroom("images", "--lock", "--update")
    assert f"  postgres:16: was {A}, and is {D}\n" in ended.err
    assert lock(images).read_text() == before.replace(f"postgres:16: {A}", f"postgres:16: {D}")


def test_where_a_registry_does_not_answer_the_lock_stays(images: Shop) -> None:
    images.greenroom("images", "--lock")
    before = lock(images).read_text()
    error = ImageUnavailable("cannot ask for postgres:16: no registry", hint="look for one")
    images.docker.fail("registry_digest", "postgres:16", error)
    del images.docker.world.registry["ghcr.io/our/api:latest"]
    ended = images.greenroom("images", "--lock", "--update")
    assert ended.code == 75
    assert "cannot ask for postgres:16: no registry" in ended.err
    assert "cannot ask for ghcr.io/our/api:latest" in ended.err
    assert lock(images).read_text() == before


def test_a_lock_is_the_same_with_a_mirror_and_without(
    images: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    images.greenroom("images", "--lock")
    before = lock(images).read_text()
    lock(images).unlink()
    images.docker.world.registry["r.test/m/postgres:16"] = A
    images.docker.world.images["r.test/m/extra:1"] = ID
    monkeypatch.setenv("GREENROOM_IMAGE_PREFIX", "r.test/m/")
    images.greenroom("images", "--lock")
    assert lock(images).read_text() == before


def test_a_lock_of_what_is_used_instead_has_both(images: Shop) -> None:
    images.docker.world.registry["postgres:15"] = C
    images.greenroom("images", "--lock", "--with", "ledger=postgres:15")
    found = read_lock(lock(images).read_bytes(), "x")
    assert (found.digests["postgres:15"], found.digests["postgres:16"]) == (C, A)
    assert images.greenroom("plan", "--offline", "--with", "ledger=postgres:15").code == 0
    assert images.greenroom("images", "--check", "--with", "ledger=postgres:15").code == 0
    ended = images.greenroom("images", "--check", "--with", "ledger=postgres:14")
    assert ended.err.endswith("next: greenroom images --lock --with ledger=postgres:14\n")


def test_a_lock_that_cannot_be_read_is_written_anew(images: Shop) -> None:
    lock(images).write_text("version: 1\nimages: 5\n")
    ended = images.greenroom("up")
    assert ended.code == 65
    assert "environment.lock:2:9: images: must be a mapping" in ended.err
    assert "next: write it anew with: greenroom images --lock\n" in ended.err
    assert images.greenroom("images", "--lock").code == 0
    assert images.greenroom("images", "--check").code == 0


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there are no devices here")
def test_a_device_is_no_lock(images: Shop) -> None:
    lock(images).symlink_to("/dev/zero")
    ended = images.greenroom("up")
    assert ended.code == 65
    assert "environment.lock cannot be read: it is no regular file" in ended.err
    assert images.left == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["web"], "has no file of its own that a lock could stand beside"),
        (["--engine", "process"], "what runs as processes has no images"),
        (["--check"], "--check only looks"),
    ],
)
def test_what_cannot_be_locked_is_refused(images: Shop, options: list[str], words: str) -> None:
    ended = images.greenroom("images", "--lock", *options)
    assert ended.code == 64
    assert words in ended.err
    assert not lock(images).exists()


def test_where_no_engine_answers_no_empty_lock_is_written(images: Shop) -> None:
    images.write("name: shop\ndatabases: {ledger: {use: postgres}}\n")
    silent = EngineUnavailable("nobody answers", hint="start it")
    for verb in ("describe", "present_image"):
        images.docker.fail(verb, "", silent)
    ended = images.greenroom("images", "--lock")
    assert ended.code == 69
    assert not lock(images).exists()


def test_a_check_needs_no_engine(images: Shop) -> None:
    ended = images.greenroom("images", "--check")
    assert ended.code == 65
    assert (
        "postgres:16: environment.lock does not name it, and ledger and worker need it" in ended.err
    )
    images.greenroom("images", "--lock")
    images.docker.calls.clear()
    assert images.greenroom("images", "--check").code == 0
    assert images.docker.calls == []
    images.write(MANIFEST.replace("ghcr.io/our/api", "ghcr.io/our/new"))
    ended = images.greenroom("images", "--check")
    assert ended.code == 65
    assert (
        "ghcr.io/our/new:latest: environment.lock does not name it, and api needs it" in ended.err
    )
    assert "ghcr.io/our/api:latest: environment.lock names it, and nothing needs it" in ended.err
    assert ended.err.endswith("next: greenroom images --lock\n")


def test_a_check_can_ask_whether_a_tag_has_moved_on(images: Shop) -> None:
    images.greenroom("images", "--lock")
    assert images.greenroom("images", "--check", "--update").code == 0
    images.docker.world.registry["postgres:16"] = D
    ended = images.greenroom("images", "--check", "--update")
    assert ended.code == 65
    assert f"postgres:16: was {A}, and is {D}" in ended.err


# What holds to it.


def test_up_takes_what_is_locked_and_nothing_else(images: Shop) -> None:
    images.greenroom("images", "--lock")
    has(images, "postgres:16", D)
    ended = images.greenroom("run", "--", "true")
    assert ended.code == 0, ended.err
    pulled = {call for call in images.docker.calls if call.startswith("pull")}
    assert pulled == {f"pull postgres:16@{A}", f"pull ghcr.io/our/api@{B}"}
    started = {launch.image for launch in images.docker.world.launches.values()}
    assert "postgres:16" not in started


def test_what_is_locked_to_an_id_is_started_by_that(images: Shop) -> None:
    images.greenroom("images", "--lock")
    images.docker.world.images |= {"extra:1": "another", ID: ID}
    assert f"start extra: {ID}\n" in images.greenroom("plan", "--profile", "more").out
    del images.docker.world.images[ID]
    ended = images.greenroom("up", "--profile", "more")
    assert ended.code == 75
    assert f"not here, and locked to an id, because they came from no registry: extra:1 ({ID})" in (
        ended.err
    )
    assert images.left == 0
    listed = rows(images.greenroom("images", "--profile", "more"))
    assert listed["extra:1"] == ["extra", "no", "id", "111111111111", "(locked)"]


def test_what_the_lock_does_not_name_is_not_started(images: Shop) -> None:
    images.greenroom("images", "--lock")
    images.write(MANIFEST.replace("ghcr.io/our/api", "ghcr.io/our/new"))
    for command in (["up"], ["run", "--", "true"], ["plan"], ["plan", "--offline"], ["check"]):
        ended = images.greenroom(*command)
        assert ended.code == 65, command
        assert "environment.lock does not name all images: ghcr.io/our/new:latest, for api" in (
            ended.err
        )
        assert "greenroom images --lock" in ended.err
    assert images.left == 0
    ended = images.greenroom("images")
    assert "environment.lock does not name ghcr.io/our/new:latest, so that up would" in ended.err


def test_as_json_a_check_tells_what_is_missing_and_what_is_wrong(images: Shop) -> None:
    lock(images).write_text("version: 1\n")
    told = json.loads(images.greenroom("check", "--json").out)
    assert (told["ok"], told["problems"][0]) == (
        False,
        {
            "file": "environment.lock",
            "line": 0,
            "column": 0,
            "path": "postgres:16",
            "message": "is not named, and wanted for ledger and worker",
        },
    )
    lock(images).write_text("version: 1\nids: 5\n")
    (problem,) = json.loads(images.greenroom("check", "--json").out)["problems"]
    assert (problem["line"], problem["path"]) == (2, "ids")


def test_only_who_takes_part_has_to_be_named(images: Shop) -> None:
    images.greenroom("images", "--lock")
    images.write(MANIFEST.replace("extra:1", "extra:2"))
    assert images.greenroom("plan", "--offline").code == 0
    assert images.greenroom("plan", "--offline", "--profile", "more").code == 65


def test_what_is_locked_is_not_fetched_anew(images: Shop) -> None:
    images.greenroom("images", "--lock")
    ended = images.greenroom("images", "--pull", "--update")
    assert ended.code == 64
    assert "greenroom images --lock --update" in ended.err
    assert images.greenroom("images", "--pull").code == 0
    assert f"pull postgres:16@{A}" in images.docker.calls


# Mirrors.


def test_a_mirror_gets_what_the_prefix_looks_for(images: Shop) -> None:
    ended = images.greenroom("images", "--mirror", "r.test/m", "--profile", "more")
    assert ended.code == 0, ended.err
    pushed = sorted(call for call in images.docker.calls if call.startswith("push"))
    assert pushed == [f"push r.test/m/{one}" for one in ("extra:1", "postgres:16", "python:3.11")]
    assert rows(ended)["ghcr.io/our/api:latest"] == ["not", "copied"]
    assert rows(ended)["postgres:16"] == ["r.test/m/postgres:16", A[:19]]
    assert "a prefix is for Docker Hub's images only" in ended.err
    assert ended.err.endswith("now: export GREENROOM_IMAGE_PREFIX=r.test/m/\n")


def test_what_comes_from_there_is_not_copied_there(
    images: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    images.write("services: {api: {image: a:1}}\n")
    images.docker.world.images["r.test/m/a:1"] = ID
    monkeypatch.setenv("GREENROOM_IMAGE_PREFIX", "r.test/m")
    ended = images.greenroom("images", "--mirror", "r.test/m", "--json")
    assert json.loads(ended.out) == [
        {"image": "a:1", "target": "r.test/m/a:1", "copied": False, "digest": None}
    ]


def test_a_lock_that_does_not_hold_there_is_told(images: Shop) -> None:
    images.write("services: {api: {image: a:1}}\n")
    images.docker.world.registry["a:1"] = A
    images.greenroom("images", "--lock")
    # What is pulled by a digest is known by that; another is what the push makes of it.
    ended = images.greenroom("images", "--mirror", "r.test/m")
    assert ended.code == 65
    assert (
        f"copied to r.test/m/, where nobody who holds to environment.lock will find it: a:1 is {A}"
        in (ended.err)
    )
    assert f"skopeo copy --all docker://docker.io/library/a@{A} docker://r.test/m/a:1" in ended.err


def test_where_the_digest_is_the_same_the_lock_holds(images: Shop) -> None:
    images.write("services: {api: {image: a:1}}\n")
    images.docker.world.registry |= {"a:1": A, f"a:1@{A}": A}
    images.greenroom("images", "--lock")
    assert images.greenroom("images", "--mirror", "r.test/m").code == 0


@pytest.mark.parametrize("prefix", ["https://r.test/m", "R.test/M m", ""])
def test_a_prefix_that_no_image_can_have_is_refused(images: Shop, prefix: str) -> None:
    ended = images.greenroom("images", "--mirror", prefix)
    assert ended.code == 64
    assert "--mirror cannot be" in ended.err
    assert not any(call.startswith(("push", "pull")) for call in images.docker.calls)


def test_update_alone_means_nothing(images: Shop) -> None:
    assert images.greenroom("images", "--update").code == 64

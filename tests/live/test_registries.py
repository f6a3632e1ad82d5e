"""Images from real registries: logins, mirrors, digests, and what goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from docker_registry import (
    PASSWORD,
    Door,
    auth,
    forget,
    helper,
    push,
    run,
    serving,
    small_image,
    written,
)

from orchestrator import Environment
from orchestrator.engines.docker import DockerEngine
from orchestrator.errors import BuildFailed, ImageUnavailable, StepFailed
from orchestrator.lifecycle import fetching
from orchestrator.model.event import Event, Noticed
from orchestrator.model.resource import Build
from orchestrator.waiting import Deadline

pytestmark = [
    pytest.mark.engine,
    pytest.mark.usefixtures("live_environ"),
    pytest.mark.xdist_group("registries"),
]

HELPER = "docker-credential-"


@dataclass(frozen=True)
class Registry:
    """A real registry, and the digest of `small:1` in each of its folders."""

    address: str
    digest: str

    def image(self, rest: str = "small:1") -> str:
        return f"{self.address}/mirror/{rest}"


@pytest.fixture(scope="module")
def small() -> Iterator[str]:
    image = small_image("first")
    yield image
    forget(image)


@pytest.fixture(scope="module")
def registry(small: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("registry")
    with serving(folder) as address:
        digest = push(small, f"{address}/mirror/small:1", folder / "config")
        yield Registry(address, digest)


@pytest.fixture(scope="module")
def locked(small: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("locked")
    with serving(folder, locked=True) as address:
        name = f"{address}/mirror/small:1"
        yield Registry(address, push(small, name, folder / "config", {address: auth()}))


def within(seconds: float = 60) -> Deadline:
    return Deadline.after(seconds)


def pulled(image: str, **environ: str) -> list[str]:
    """Pull an image as a user with these variables; return what was noticed."""
    engine, noticed = DockerEngine({**os.environ, **environ}), list[str]()
    try:
        engine.pull(image, None, lambda *_: None, within(), noticed.append)
        assert engine.image_id(image, within())
    finally:
        forget(image)
    return noticed


def nap(image: str, **more: str) -> dict[str, object]:
    """A manifest with one task, which ends at once."""
    return {"tasks": {"nap": {"image": image, "command": "/bin/sleep 0", **more}}}


def which(environment: Environment) -> str:
    """The label that tells which image a container is made from."""
    template = '{{index .Config.Labels "which"}}'
    found = environment["nap"].found.id
    return run("docker", "inspect", "--format", template, found).decode().strip()


# Logins.


Kept = Callable[[Path, str, str], dict[str, str]]


def in_the_file(folder: Path, server: str, secret: str) -> dict[str, str]:
    config = written(folder, {"auths": {server: auth(secret)}})
    return {"DOCKER_CONFIG": str(config)}


def by_a_helper_of_its_own(folder: Path, server: str, secret: str) -> dict[str, str]:
    config = written(folder, {"credsStore": "none", "credHelpers": {server: "own"}})
    path = f"{helper(folder / 'bin', 'own', {server: secret})}:{os.environ['PATH']}"
    return {"DOCKER_CONFIG": str(config), "PATH": path}


def by_the_store(folder: Path, server: str, secret: str) -> dict[str, str]:
    config = written(folder, {"auths": {server: {}}, "credsStore": "all"})
    path = f"{helper(folder / 'bin', 'all', {server: secret})}:{os.environ['PATH']}"
    return {"DOCKER_CONFIG": str(config), "PATH": path}


KEPT = (in_the_file, by_a_helper_of_its_own, by_the_store)


@pytest.mark.parametrize("kept", KEPT)
def test_a_login_is_found_wherever_it_is_kept(locked: Registry, kept: Kept, tmp_path: Path) -> None:
    assert pulled(locked.image(), **kept(tmp_path, locked.address, PASSWORD)) == []


@pytest.mark.parametrize("kept", KEPT)
def test_a_login_that_is_not_accepted_is_told_with_its_place(
    locked: Registry, kept: Kept, tmp_path: Path
) -> None:
    with pytest.raises(ImageUnavailable, match="does not accept the login from") as caught:
        pulled(locked.image(), **kept(tmp_path, locked.address, "wr0ng word"))
    assert caught.value.hint == f'"docker login {locked.address}"'
    assert not caught.value.passing
    source = f"{HELPER}" if "PATH" in kept(tmp_path, "x", "x") else f"{tmp_path}/config.json"
    assert f"login from {source}" in caught.value.message
    assert "wr0ng" not in f"{caught.value.message} {caught.value.hint}"


def test_without_a_login_it_is_said_where_to_log_in(locked: Registry, tmp_path: Path) -> None:
    with pytest.raises(ImageUnavailable, match="wants a login, and none is kept for") as caught:
        pulled(locked.image(), DOCKER_CONFIG=str(tmp_path))
    assert caught.value.hint == f'"docker login {locked.address}"'


def test_a_helper_that_is_missing_spoils_no_image_that_is_for_everybody(
    registry: Registry, locked: Registry, tmp_path: Path
) -> None:
    config = str(written(tmp_path, {"credsStore": "desktop.exe"}))
    words = f"{HELPER}desktop.exe is not on the PATH"
    (noticed,) = pulled(registry.image(), DOCKER_CONFIG=config)
    assert words in noticed
    with pytest.raises(ImageUnavailable) as caught:
        pulled(locked.image(), DOCKER_CONFIG=config)
    assert words in caught.value.hint


def test_builds_begin_with_images_that_need_a_login(locked: Registry, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {locked.image()}\nLABEL built=yes\n")
    (tmp_path / ".dockerignore").write_text("config\n")
    build, tag = Build(str(tmp_path)), f"localhost/{locked.address.partition(':')[2]}:built"

    def built(environ: dict[str, str]) -> None:
        DockerEngine({**os.environ, **environ}).build(tag, build, {}, lambda *_: None, within())

    with pytest.raises(BuildFailed, match=r"no basic auth credentials|unauthorized"):
        built({"DOCKER_CONFIG": str(written(tmp_path / "config", {}))})
    try:
        built(by_the_store(tmp_path / "config", locked.address, PASSWORD))
    finally:
        forget(tag, locked.image())


# Which image.


def test_a_mirror_has_the_images_of_docker_hub(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_IMAGE_PREFIX", registry.image(""))
    try:
        with Environment.of(nap("docker.io/library/small:1")) as environment:
            assert which(environment) == "first"
        # By its digest it is here now, whatever else is in its name.
        for name in (f"small@{registry.digest}", f"small:other@{registry.digest}"):
            with Environment.of(nap(name, pull="never")) as environment:
                assert which(environment) == "first"
    finally:
        forget(registry.image(), registry.image(f"small@{registry.digest}"))


def test_an_image_is_pulled_by_its_digest(registry: Registry) -> None:
    pulled(registry.image(f"small@{registry.digest}"))
    pulled(registry.image(f"small:1@{registry.digest}"))
    with pytest.raises(ImageUnavailable, match="has no such image"):
        pulled(registry.image(f"small@sha256:{'0' * 64}"))


def test_who_always_pulls_gets_what_the_tag_means_now(
    registry: Registry, small: str, tmp_path: Path
) -> None:
    image, other = registry.image("moving:1"), small_image("second")
    try:
        push(small, image, tmp_path)
        with Environment.of(nap(image)) as environment:
            assert which(environment) == "first"
        run("docker", "tag", image, f"{image}-kept")
        push(other, image, tmp_path)
        run("docker", "tag", f"{image}-kept", image)
        with Environment.of(nap(image)) as environment:
            assert which(environment) == "first"
        with Environment.of(nap(image, pull="always")) as environment:
            assert which(environment) == "second"
    finally:
        forget(image, f"{image}-kept", other)


def test_an_image_that_is_not_to_be_pulled_is_missed_before_anything_starts(
    registry: Registry, tmp_path: Path
) -> None:
    (tmp_path / "environment.yaml").write_text(f"tasks: {{nap: {{image: '{registry.image()}'}}}}\n")
    command = [sys.executable, "-m", "orchestrator", "run", "--pull", "never", "--", "true"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 75
    assert f"(`pull: never`): {registry.image()}, for nap" in ended.stderr
    assert f"docker pull {registry.image()}" in ended.stderr
    assert "run " not in ended.stderr.splitlines()[0]


# What goes wrong.


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "FIRST_PAUSE", 0.01)


@pytest.mark.usefixtures("at_once")
def test_what_may_pass_is_tried_again(registry: Registry) -> None:
    events: list[Event] = []
    with Door(registry.address, 503, 503, 502) as door:
        image = f"{door.address}/mirror/small:1"
        try:
            with Environment.of(nap(image), listen=events.append) as environment:
                assert which(environment) == "first"
        finally:
            forget(image)
    noticed = [event.text for event in events if isinstance(event, Noticed)]
    assert len(noticed) >= 1
    assert all("fails at the moment" in text and "trying again in" in text for text in noticed)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("status", "code", "words", "hint"),
    [
        (429, "TOOMANYREQUESTS", "lets nobody pull that much", "GREENROOM_IMAGE_PREFIX"),
        (404, "MANIFEST_UNKNOWN", "has no such image", "the name or the tag"),
        (403, "DENIED", "shows it only to those who are logged in", "docker login"),
    ],
)
def test_what_does_not_pass_is_told_at_once(
    registry: Registry, status: int, code: str, words: str, hint: str
) -> None:
    events: list[Event] = []
    with Door(registry.address, *[status] * 20, code=code) as door:
        image = f"{door.address}/mirror/small:1"
        with pytest.raises(StepFailed, match=words) as caught:
            Environment.of(nap(image), listen=events.append).up()
        assert door.asked <= 2
    assert hint in caught.value.hint
    assert not any(isinstance(event, Noticed) for event in events)

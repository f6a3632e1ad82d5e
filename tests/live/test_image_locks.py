"""`greenroom images` with real registries: listed, locked, held to, copied."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from docker_registry import (
    auth,
    forget,
    free_port,
    push,
    push_index,
    run,
    serving,
    small_image,
    written,
)

pytestmark = [
    pytest.mark.engine,
    pytest.mark.usefixtures("live_environ"),
    pytest.mark.xdist_group("registries"),
]

MANIFEST = "tasks: {nap: {image: 'small:1', command: /bin/sleep 0}}\n"

WHICH = (
    """docker inspect --format '{{index .Config.Labels "which"}}' greenroom-$GREENROOM_RUN-nap"""
)


@dataclass(frozen=True)
class Place:
    """A project, and the registry that is its mirror of Docker Hub."""

    folder: Path
    registry: str

    def greenroom(self, *arguments: str, prefix: str = "mirror", **environ: str) -> str:
        """Run a command that ends well, and return what it prints."""
        ended = self.ended(*arguments, prefix=prefix, **environ)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def ended(
        self, *arguments: str, prefix: str = "mirror", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        around = os.environ | {"GREENROOM_IMAGE_PREFIX": f"{self.registry}/{prefix}/"} | environ
        command = [sys.executable, "-m", "orchestrator", *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, env=around)

    def which(self, *arguments: str, **environ: str) -> str:
        """Run the manifest, and return the label of the image that it has run."""
        shell = ["run", *arguments, "--", "sh", "-c", WHICH]
        return self.greenroom(*shell, **environ).strip()

    def listed(self, *arguments: str, prefix: str = "mirror") -> dict[str, object]:
        (only,) = json.loads(self.greenroom("images", "--json", *arguments, prefix=prefix))
        assert isinstance(only, dict)
        return only

    @property
    def lock(self) -> Path:
        return self.folder / "environment.lock"


@pytest.fixture(scope="module")
def images() -> Iterator[tuple[str, str]]:
    """Two images that tell by a label which they are."""
    both = small_image("first"), small_image("second")
    yield both
    forget(*both)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("registry")) as address:
        yield address


@pytest.fixture
def place(registry: str, images: tuple[str, str], tmp_path: Path) -> Iterator[Place]:
    """A project whose image is in the mirror, and not here."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "environment.yaml").write_text(MANIFEST)
    push(images[0], f"{registry}/mirror/small:1", tmp_path / "config")
    yield Place(project, registry)
    for name in ("mirror", "copy"):
        found = run("docker", "images", "--format", "{{.Repository}}@{{.Digest}}", "--digests")
        own = [each for each in found.decode().split() if each.startswith(f"{registry}/{name}/")]
        forget(f"{registry}/{name}/small:1", *own)


def test_what_is_locked_is_taken_whatever_its_tag_means_now(
    place: Place, images: tuple[str, str], tmp_path: Path
) -> None:
    tagged = f"{place.registry}/mirror/small:1"
    # As on Docker Hub there is one for each platform, and the digest is that of them all.
    index = push_index(place.registry, "mirror/small", "1")
    assert (place.listed()["here"], place.listed()["digest"]) == (False, None)
    place.greenroom("images", "--lock")
    assert f"  small:1: {index}\n" in place.lock.read_text()
    assert not place.listed()["here"]
    before = place.lock.read_text()
    # It is the same, whether a registry was asked or the engine that has it.
    found = place.listed("--pull")
    assert (found["here"], found["digest"], found["locked"]) == (True, index, True)
    run("docker", "pull", "--quiet", tagged)
    place.lock.unlink()
    place.greenroom("images", "--lock", DOCKER_CONFIG=str(tmp_path))
    assert place.lock.read_text() == before

    second = push(images[1], tagged, tmp_path)
    run("docker", "pull", "--quiet", tagged)
    assert place.which() == "first"
    assert f"small:1@{index}" in place.greenroom("plan")
    # Neither a newer one of the same name here, nor `always`, nor an empty engine changes that.
    assert place.which("--pull", "always") == "first"
    forget(tagged, f"{place.registry}/mirror/small@{index}")
    assert place.which() == "first"

    moved = place.ended("images", "--check", "--update")
    assert moved.returncode == 65
    assert f"small:1: was {index}, and is {second}" in moved.stderr
    place.greenroom("images", "--lock", "--update")
    assert place.which() == "second"


def test_what_came_from_no_registry_is_locked_to_its_id(
    place: Place, images: tuple[str, str]
) -> None:
    name = f"localhost/greenroom-locked-{place.registry.rpartition(':')[2]}:1"
    (place.folder / "environment.yaml").write_text(MANIFEST.replace("small:1", name))
    try:
        run("docker", "tag", images[0], name)
        place.greenroom("images", "--lock")
        run("docker", "tag", images[1], name)
        assert place.which() == "first"
        assert str(place.listed()["id"]) in place.lock.read_text()
    finally:
        forget(name)


def test_a_mirror_is_enough(place: Place) -> None:
    place.greenroom("images", "--mirror", f"{place.registry}/copy")
    names = run("docker", "images", "--format", "{{.Repository}}").decode().split()
    assert f"{place.registry}/copy/small" not in names
    # Nothing else is reached: what is not there is on Docker Hub, and no tests get there.
    assert place.which(prefix="copy") == "first"
    place.greenroom("images", "--lock", prefix="copy")
    assert place.listed()["digest"] == place.listed(prefix="copy")["digest"]


def test_that_a_lock_does_not_hold_at_a_mirror_is_told(place: Place) -> None:
    index = push_index(place.registry, "mirror/small", "1")
    place.greenroom("images", "--lock")
    ended = place.ended("images", "--mirror", f"{place.registry}/copy")
    assert ended.returncode == 65
    assert "nobody who holds to environment.lock will find it" in ended.stderr
    assert f"skopeo copy --all docker://{place.registry}/mirror/small@{index} " in ended.stderr
    assert "has no such image" in place.ended("run", "--", "true", prefix="copy").stderr


def test_a_registry_that_does_not_answer_is_told_and_the_lock_stays(place: Place) -> None:
    place.lock.write_text("version: 1\n")
    dead = f"127.0.0.1:{free_port()}"
    for arguments in (["--lock"], ["--pull", "--lock"], ["--mirror", f"{dead}/copy", "--verbose"]):
        prefix = {} if "--mirror" in arguments else {"GREENROOM_IMAGE_PREFIX": f"{dead}/m/"}
        if "--mirror" in arguments:
            place.lock.unlink()
        ended = place.ended("images", *arguments, **prefix)
        assert ended.returncode == 75, ended.stderr
        assert f'no registry answers there (Get "http://{dead}/v2/"' in ended.stderr
        assert "next: correct the name of the registry" in ended.stderr
        assert not place.lock.exists() or place.lock.read_text() == "version: 1\n"


def test_who_may_push_is_a_matter_of_logins(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    with serving(folder, locked=True) as address:
        target = ["images", "--mirror", f"{address}/our"]
        nobody = place.ended(*target, DOCKER_CONFIG=str(written(tmp_path / "nobody", {})))
        assert nobody.returncode == 75
        assert "its registry lets nobody push there without a login" in nobody.stderr
        assert f'next: "docker login {address}", as somebody who may push there' in nobody.stderr
        ann = written(tmp_path / "ann", {"auths": {address: auth()}})
        told = json.loads(place.greenroom(*target, "--json", DOCKER_CONFIG=str(ann)))
        assert [one["target"] for one in told] == [f"{address}/our/small:1"]

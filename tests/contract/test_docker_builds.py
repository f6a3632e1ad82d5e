"""Builds, in each of the ways in which an engine can be asked for them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from build_tools import API, WAYS, environ_of
from engine_cases import image_name, within

from orchestrator.engines.docker import DockerEngine
from orchestrator.errors import BuildFailed
from orchestrator.model.launch import ENVIRONMENT
from orchestrator.model.resource import Build, BuildSecret
from orchestrator.waiting import Deadline, Stop, Stopped

pytestmark = pytest.mark.engine


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def engine(way: str, tmp_path_factory: pytest.TempPathFactory) -> DockerEngine:
    return DockerEngine(environ_of(way, tmp_path_factory.mktemp("tools")))


@pytest.fixture
def buildkit(way: str, engine: DockerEngine) -> DockerEngine:
    """An engine that is asked by BuildKit."""
    if way == API:
        pytest.skip("needs BuildKit")
    return engine


@pytest.fixture
def tag() -> Iterator[str]:
    """A name for an image, which is removed afterwards."""
    name = f"localhost/greenroom-builds:{uuid.uuid4().hex[:10]}"
    yield name
    client = docker.from_env()
    if client.images.list(name):
        client.images.remove(name, force=True)


def quiet(*_: object) -> None:
    """Nothing is told."""


def printed(tag: str, script: str) -> list[str]:
    """What a script prints in the image."""
    client = docker.from_env()
    output = client.containers.run(tag, ["sh", "-c", script], remove=True, network_mode="none")
    return output.decode().splitlines()


def test_a_build_makes_an_image(engine: DockerEngine, tag: str, tmp_path: Path) -> None:
    base = image_name("debian:12-slim")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "Dockerfile.test").write_text(
        f"FROM {base} AS first\nARG WORD\nARG A_TOKEN\nCOPY . /copied\n"
        "RUN echo $WORD $A_TOKEN >/word\nFROM first AS last\nRUN exit 1\n"
    )
    (tmp_path / ".dockerignore").write_text("# what nobody needs\n*.log\n!kept.log\nsecret/\n")
    (tmp_path / "link").symlink_to("/etc/passwd")
    for name in ("a.txt", "b.log", "kept.log", "secret/key"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        # Of a step that two builds share, BuildKit tells only one of them.
        (tmp_path / name).write_text(tag)
    args = {"WORD": "hi there", "A_TOKEN": "t"}
    wanted = Build(str(tmp_path), "deep/Dockerfile.test", target="first", args=args)
    told: list[tuple[str, int, int]] = []
    engine.build(tag, wanted, {ENVIRONMENT: "us"}, lambda *each: told.append(each), within())
    assert [each.labels[ENVIRONMENT] for each in engine.built(within()) if each.name == tag] == [
        "us"
    ]
    assert printed(tag, "cd /copied; find . ! -type d | sort; cat /word; readlink link") == [
        *("./.dockerignore", "./a.txt", "./deep/Dockerfile.test", "./kept.log", "./link"),
        *("hi there t", "/etc/passwd"),
    ]
    steps = {(at, of) for _, at, of in told if of}
    # The first one, FROM, is shared with whoever builds on the same image, and counted as theirs.
    assert len({of for at, of in steps if at > 1}) == 1
    assert max(steps)[0] == max(steps)[1]


def test_a_dockerfile_may_be_elsewhere_and_have_its_own_dockerignore(
    engine: DockerEngine, tag: str, tmp_path: Path
) -> None:
    context = tmp_path / "context"
    context.mkdir()
    for name in ("a", "b"):
        (context / name).write_text("x")
    (context / ".dockerignore").write_text("a\n")
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(f"FROM {image_name('debian:12-slim')}\nCOPY . /copied\n")
    (tmp_path / "Dockerfile.dockerignore").write_text("b\n.dockerignore\n")
    engine.build(tag, Build(str(context), str(dockerfile)), {}, quiet, within())
    assert printed(tag, "ls /copied") == ["a"]


def test_a_dockerfile_may_be_a_text_of_the_manifest(
    engine: DockerEngine, tag: str, tmp_path: Path
) -> None:
    (tmp_path / "a").write_text("x")
    text = f"FROM {image_name('debian:12-slim')}\nCOPY . /copied\n"
    engine.build(tag, Build(str(tmp_path), inline=text, network="none"), {}, quiet, within())
    assert "a" in printed(tag, "ls /copied")


@pytest.mark.parametrize(
    ("dockerfile", "words", "log", "line"),
    [
        (
            "ARG A\nFROM {base}\nRUN echo one\n\nRUN echo two {tag}; \\\n# why\n  exit 3\nRUN no\n",
            "code:? 3",
            "two",
            5,
        ),
        ("FROM {base} AS a\nFROM a\n# {tag}\nCOPY nothing /x\n", "nothing", "COPY", 4),
        ("FROM {base}\n\nNONSENSE\n", "unknown instruction: NONSENSE", None, 3),
        ("# no\nFROM 127.0.0.1:1/no-such:1\n", "refused", "127.0.0.1:1/no-such:1", 2),
        (None, "cannot be read: No such file", None, 0),
    ],
)
def test_a_build_that_fails_says_why(
    engine: DockerEngine,
    tag: str,
    tmp_path: Path,
    dockerfile: str | None,
    words: str,
    log: str | None,
    line: int,
) -> None:
    if dockerfile:
        # Of a step that two builds share, BuildKit tells only one of them.
        text = dockerfile.format(base=image_name("debian:12-slim"), tag=tag)
        (tmp_path / "Dockerfile").write_text(text)
    with pytest.raises(BuildFailed, match=f"cannot build {tag}: .*{words}") as caught:
        engine.build(tag, Build(str(tmp_path)), {}, quiet, within())
    assert log is None or any(log in each for each in caught.value.log)
    assert not any("echo one" in each for each in caught.value.log)
    assert caught.value.line == line
    assert engine.image_id(tag, within()) is None


def test_steps_read_secrets_and_the_image_keeps_none(
    buildkit: DockerEngine, tag: str, tmp_path: Path
) -> None:
    folder = tmp_path / "with, comma"
    folder.mkdir()
    (folder / "rc").write_text("of a file")
    text = (
        f"FROM {image_name('debian:12-slim')}\n"
        "RUN --mount=type=secret,id=one --mount=type=secret,id=two --mount=type=tmpfs,target=/m "
        "wc -c </run/secrets/one >/sizes; wc -c </run/secrets/two >>/sizes\n"
    )
    secrets = {
        "one": BuildSecret(value="hunter2-from-the-environment"),
        "two": BuildSecret(path=str(folder / "rc")),
    }
    told: list[str] = []
    wanted = Build(str(tmp_path), inline=text, secrets=secrets)
    buildkit.build(tag, wanted, {}, lambda line, *_: told.append(line), within())
    assert printed(tag, "cat /sizes; ls /run/secrets 2>/dev/null") == ["28", "9"]
    image = docker.from_env().images.get(tag)
    assert "hunter2" not in str(image.attrs) + str(image.history()) + str(told)


@pytest.mark.parametrize("way", [API], indirect=True)
def test_what_needs_buildkit_is_told_before_anything_is_built(
    engine: DockerEngine, tag: str, tmp_path: Path
) -> None:
    text = f"FROM {image_name('debian:12-slim')}\nRUN --mount=type=cache,target=/c true\n"
    told: list[str] = []
    with pytest.raises(BuildFailed) as caught:
        engine.build(
            tag, Build(str(tmp_path), inline=text), {}, lambda line, *_: told.append(line), within()
        )
    assert caught.value.message == (
        f"cannot build {tag}: line 2 of the Dockerfile has RUN --mount, which needs BuildKit, "
        "and DOCKER_BUILDKIT=0 turns it off"
    )
    assert told == []


def test_the_order_to_stop_ends_a_build(engine: DockerEngine, tag: str, tmp_path: Path) -> None:
    stop = Stop()
    mark = uuid.uuid4().hex

    def tell(line: str, *_: object) -> None:
        if "has begun" in line and mark not in line:
            stop.order()

    text = f"FROM {image_name('debian:12-slim')}\nRUN : {mark}; echo has begun; sleep 600\n"
    with pytest.raises(Stopped):
        engine.build(tag, Build(str(tmp_path), inline=text), {}, tell, Deadline.after(120, stop))
    assert engine.image_id(tag, within()) is None

"""Builds: what needs BuildKit, how it is found and asked, and what its log says."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from orchestrator.engines.docker import buildkit
from orchestrator.engines.docker.build_log import BuildKitLog, EngineLog, hint
from orchestrator.engines.docker.buildkit import Missing, Tool, command, find, variables
from orchestrator.engines.docker.endpoint import Endpoint
from orchestrator.engines.docker.ignoring import ignoring, patterns
from orchestrator.engines.docker.needing import need_of, needs
from orchestrator.errors import BuildFailed
from orchestrator.model.resource import Build, BuildSecret
from orchestrator.waiting import Deadline, Stop, Stopped

NEEDS = {
    "RUN --mount=type=cache,target=/x make": ["RUN --mount"],
    "run --network=none --mount=type=ssh make": ["RUN --network", "RUN --mount"],
    "COPY --link --chown=1 a b": ["COPY --link"],
    "ADD --checksum=sha256:1 https://x y": ["ADD --checksum"],
    "COPY --from=one --chown=a b c": [],
    "RUN <<EOF\necho\nEOF": ["a heredoc (<<)"],
    "RUN cat <<-'END' >x\nEND": ["a heredoc (<<)"],
    "RUN echo $((1<<2))": [],
    "# RUN --mount=type=cache x": [],
    "RUN echo --mount=type=cache": [],
    "ENV A=--mount": [],
}


@pytest.mark.parametrize(("dockerfile", "expected"), NEEDS.items())
def test_what_needs_buildkit(dockerfile: str, expected: list[str]) -> None:
    assert [each.what for each in needs(f"FROM x\n{dockerfile}\n")] == expected


def test_a_need_names_the_line_in_which_its_instruction_begins() -> None:
    dockerfile = "FROM x\nRUN one \\\n  # why\n  two\n\nRUN \\\n  --mount=type=ssh make\n"
    assert str(next(needs(dockerfile))) == (
        "line 6 of the Dockerfile has RUN --mount, which needs BuildKit"
    )


def test_podman_needs_none_but_for_secrets() -> None:
    mount = "FROM x\nRUN --mount=type=cache,target=/c make\n"
    assert need_of(mount, Build("/x"), podman=True) is None
    secret = Build("/x", secrets={"a": BuildSecret(value="b")})
    assert str(need_of("FROM x", secret, podman=True)) == (
        "the build has secrets, which needs BuildKit"
    )


def docker(folder: Path, *answers: str) -> dict[str, str]:
    """A `docker` command that answers as these lines of a shell's `case` say."""
    program = folder / "docker"
    program.write_text('#!/bin/sh\ncase "$*" in\n' + "\n".join(answers) + "\n*) exit 1;;\nesac\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


NEW = '--version) echo "Docker version 28.2.2, build e6534b4";;'
OLD = '--version) echo "Docker version 20.10.24+dfsg1, build 297e128";;'
PODMAN = '--version) echo "podman version 4.3.1";;'
BUILDX = '"buildx version") echo "github.com/docker/buildx v0.24.0 d0e5e86";;'


def test_buildx_is_taken_first(tmp_path: Path) -> None:
    tool = find(docker(tmp_path, OLD, BUILDX), Endpoint())
    assert isinstance(tool, Tool)
    assert str(tool) == "buildx v0.24.0"
    assert tool.argv == (str(tmp_path / "docker"), "buildx", "build", "--load")
    assert tool.environ["DOCKER_BUILDKIT"] == "1"
    assert tool.environ["BUILDX_BUILDER"] == "default"


def test_an_older_command_has_a_client_built_in(tmp_path: Path) -> None:
    tool = find(docker(tmp_path, OLD), Endpoint())
    assert isinstance(tool, Tool)
    assert str(tool) == "built into docker 20"
    assert tool.argv == (str(tmp_path / "docker"), "build")


@pytest.mark.parametrize(
    ("answers", "more", "reason", "hint"),
    [
        ((NEW,), {}, "the docker command here lacks its plugin buildx", "docker-buildx-plugin"),
        ((PODMAN, BUILDX), {}, "there is no docker command to ask for it", "docker-buildx"),
        ((), {}, "there is no docker command to ask for it", "docker-buildx"),
        ((NEW, BUILDX), {"PATH": ""}, "there is no docker command to ask for it", "install"),
        ((NEW, BUILDX), {"DOCKER_BUILDKIT": "0"}, "DOCKER_BUILDKIT=0 turns it off", "unset"),
    ],
)
def test_why_there_is_no_buildkit(
    answers: tuple[str, ...], more: dict[str, str], reason: str, hint: str, tmp_path: Path
) -> None:
    missing = find(docker(tmp_path, *answers) | more, Endpoint())
    assert isinstance(missing, Missing)
    assert missing.reason == reason
    assert hint in missing.hint


@pytest.mark.parametrize(
    ("environ", "endpoint", "expected"),
    [
        ({"DOCKER_CONTEXT": "far"}, Endpoint("tcp://far:1"), ("far", None)),
        (
            {"DOCKER_HOST": "tcp://a:1", "DOCKER_CONTEXT": "far"},
            Endpoint(),
            ("default", "tcp://a:1"),
        ),
        ({"BUILDX_BUILDER": "mine"}, Endpoint(), ("mine", None)),
        ({}, Endpoint("unix:///run/x", found=True), ("default", "unix:///run/x")),
    ],
)
def test_it_builds_on_the_engine_that_runs_all_else(
    environ: dict[str, str], endpoint: Endpoint, expected: tuple[str, str | None], tmp_path: Path
) -> None:
    tool = find(docker(tmp_path, NEW, BUILDX) | environ, endpoint)
    assert isinstance(tool, Tool)
    found = tool.environ
    assert (found["BUILDX_BUILDER"], found.get("DOCKER_HOST")) == expected


SECRET = Build(
    "/src/api",
    "docker/Dockerfile",
    target="test",
    args={"VERSION": "1", "NPM_TOKEN": "hunter2"},
    secrets={"token": BuildSecret(value="hunter3"), "rc": BuildSecret(path="/home/me/a,b/.npmrc")},
    network="host",
    platform="linux/arm64",
)


def test_the_command_says_all_and_nothing_that_is_secret() -> None:
    tool = Tool("buildx", ("docker", "buildx", "build", "--load"))
    assert list(command(tool, "greenroom/build:1", SECRET, {"a": "b"})) == [
        *("docker", "buildx", "build", "--load", "--progress", "plain"),
        *("--tag", "greenroom/build:1", "--file", "/src/api/docker/Dockerfile"),
        *("--label", "a=b", "--build-arg", "VERSION=1", "--build-arg", "NPM_TOKEN"),
        *("--secret", "id=token,env=GREENROOM_BUILD_SECRET_0"),
        *("--secret", 'id=rc,"src=/home/me/a,b/.npmrc"'),
        *("--target", "test", "--network", "host", "--platform", "linux/arm64", "/src/api"),
    ]
    assert variables(SECRET) == {"NPM_TOKEN": "hunter2", "GREENROOM_BUILD_SECRET_0": "hunter3"}


def test_what_is_secret_is_in_no_repr() -> None:
    tool = Tool("buildx", ("docker",), {"TOKEN": "hunter2"})
    assert "hunter" not in repr(tool) + repr(SECRET.secrets)


FAILED = """\
#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 sha256:a765c85cbc90
#1 transferring dockerfile: 299B done
#1 DONE 0.0s

#6 [one 2/2] RUN slow
#8 [stage-1 4/4] RUN echo working; exit 7
#6 0.209 in between
#8 0.370 working
#8 0.371
#8 0.371 broken
#8 ERROR: process "/bin/sh -c echo working; exit 7" did not complete successfully: exit code: 7
#6 CANCELED
------
 > [stage-1 4/4] RUN echo working; exit 7:
0.370 working
------
Dockerfile:7
--------------------
   6 |     COPY . .
   7 | >>> RUN echo working; exit 7
   8 |\x20
--------------------
ERROR: failed to solve: process "/bin/sh -c echo working; exit 7" did not complete successfully: \
exit code: 7
"""


FRONTEND = "failed to solve with frontend dockerfile.v0: failed to create LLB definition"


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_failure_shows_the_step_that_failed(size: int) -> None:
    told: list[tuple[str, int, int]] = []
    log = BuildKitLog(lambda *each: told.append(each))
    for at in range(0, len(FAILED), size):
        log.tell(FAILED[at : at + size])
    log.finish()
    assert log.end[0] == "[stage-1 4/4] RUN echo working; exit 7"
    assert "   7 | >>> RUN echo working; exit 7" in log.end
    assert log.end[-3:] == ("working", "", "broken")
    assert log.line("") == 7
    assert not any("in between" in line for line in log.end)
    assert log.words == "step [stage-1 4/4] ended with exit code 7"
    assert ("in between", 2, 2) in told
    assert ("broken", 4, 4) in told
    assert not any("sha256" in text or "DONE" in text for text, *_ in told)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (
            f"ERROR: failed to solve: rpc error: code = Unknown desc = {FRONTEND}: no such thing",
            "no such thing",
        ),
        (f"{FRONTEND}: no such file", "no such file"),
        ("executor failed running [/bin/sh -c a]: exit code: 4", "a step ended with exit code 4"),
        ("error during connect\nERROR: failed to solve: x\nView details: y", "x"),
        ("", ""),
    ],
)
def test_the_words_that_matter(written: str, words: str) -> None:
    log = BuildKitLog(lambda *_: None)
    log.tell(written)
    log.finish()
    assert log.words == words
    assert log.end == ()


def test_the_engine_s_own_log_keeps_the_last_step() -> None:
    log = EngineLog(lambda *_: None)
    for piece in ("Step 1/2 : FROM x\n", " ---> 1\n", "Step 2/2 : RUN y\n", "one\n\ntwo\n"):
        log.tell(piece)
    assert log.end == ("Step 2/2 : RUN y", "one", "two")


@pytest.mark.parametrize(
    "step",
    [
        "[internal] load metadata for docker.io/library/nginxx:1",
        "[base 1/2] FROM docker.io/library/nginxx:1",
        "Step 1/2 : FROM nginxx:1",
        "STEP 1/2: FROM nginxx:1",
    ],
)
def test_an_image_to_begin_with_that_is_missing_has_a_next_step(step: str) -> None:
    assert "FROM" in hint((step, "no such host"))
    assert not hint(("Step 2/2 : RUN cat", "FROM"))


def test_a_dockerfile_s_own_dockerignore_comes_first(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("a\n")
    (tmp_path / "Dockerfile.dockerignore").write_text("# no\nb\n\n")
    assert patterns(ignoring(Build(str(tmp_path)))) == ["b"]
    assert patterns(ignoring(Build(str(tmp_path), "other"))) == ["a"]
    assert patterns(ignoring(Build(str(tmp_path), inline="FROM x"))) == ["a"]
    (tmp_path / ".dockerignore").unlink()
    assert patterns(ignoring(Build(str(tmp_path), "other"))) == []


def built(tmp_path: Path, script: str, deadline: Deadline, **given: Any) -> list[str]:
    """Build by a command that is this script; returns what was told."""
    docker(tmp_path, f"*) {script};;")
    tool = Tool("a script", (str(tmp_path / "docker"),), {"PATH": os.environ["PATH"]})
    told: list[str] = []
    wanted = Build(str(tmp_path), **({"inline": "FROM x\n"} | given))
    buildkit.build(tool, "x:1", wanted, {}, lambda text, *_: told.append(text), deadline)
    return told


def test_the_text_of_a_dockerfile_goes_in_by_stdin(tmp_path: Path) -> None:
    assert built(tmp_path, "sed 's/^/#1 /'", Deadline.after(20)) == ["FROM x"]


def test_the_order_to_stop_ends_the_command(tmp_path: Path) -> None:
    stop = Stop()
    marker = tmp_path / "alive"
    threading.Timer(0.2, stop.order).start()
    with pytest.raises(Stopped):
        built(tmp_path, f"sleep 60; touch {marker}", Deadline.after(20, stop))
    assert not marker.exists()


@pytest.mark.parametrize(
    ("script", "inline", "message", "hint"),
    [
        ("exit 3", "FROM x", "cannot build x:1: docker ended with 3", ""),
        (
            "echo 'ERROR: failed to solve: unknown instruction: ECHO' >&2; exit 1",
            "FROM x\nRUN <<EOF\necho\nEOF\n",
            "cannot build x:1: unknown instruction: ECHO",
            "Docker 23 or later",
        ),
        (
            "echo 'ERROR: failed to dial gRPC: unable to upgrade to h2c, received 404'; exit 1",
            "FROM x",
            "cannot build x:1: failed to dial gRPC: unable to upgrade to h2c, received 404",
            "DOCKER_BUILDKIT=0",
        ),
        (
            "echo 'ERROR: Head \"https://r/v2/docker/dockerfile/manifests/1\": no' >&2; exit 1",
            "# syntax=docker/dockerfile:1\nFROM x",
            'cannot build x:1: Head "https://r/v2/docker/dockerfile/manifests/1": no',
            "leave the line out",
        ),
        (
            "echo '#1 [internal] load metadata for x:1'; echo '#1 ERROR: no'; echo no; exit 1",
            "FROM x:1",
            "cannot build x:1: no",
            "what stands after FROM",
        ),
    ],
)
def test_how_a_build_fails(
    script: str, inline: str, message: str, hint: str, tmp_path: Path
) -> None:
    with pytest.raises(BuildFailed) as caught:
        built(tmp_path, f"cat >/dev/null; {script}", Deadline.after(20), inline=inline)
    assert caught.value.message == message
    assert hint in caught.value.hint

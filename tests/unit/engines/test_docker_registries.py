"""What the engine is asked about registries, and what is made of its answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_daemon import Daemon, chunked, json_answer, lines, nothing, refusal, silence

from orchestrator.errors import EngineError, EngineUnavailable, ImageUnavailable
from orchestrator.waiting import Deadline, TimedOut

A, B, C = (f"sha256:{letter * 64}" for letter in "abc")
IMAGE = {
    "Id": C,
    "RepoTags": ["r.test/db:1"],
    "RepoDigests": [f"r.test/db@{A}", f"other.test/db@{B}"],
    "Size": 5,
    "Os": "linux",
    "Architecture": "arm64",
    "Variant": "v8",
}
PODMAN = {"Version": "4.3", "Components": [{"Name": "Podman Engine"}]}


def within(seconds: float = 20) -> Deadline:
    return Deadline.after(seconds)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with Daemon() as daemon:
        daemon.environ["DOCKER_CONFIG"] = str(tmp_path)
        yield daemon


def pushed(daemon: Daemon) -> tuple[str, list[tuple[int, int]]]:
    """The digest of a push, and its progress."""
    seen: list[tuple[int, int]] = []
    engine = daemon.engine()
    digest = engine.push("db:1", "r.test/m/db:1", lambda _, *n: seen.append(n), within())
    return digest, seen


# What is here.


def test_what_is_known_of_an_image(daemon: Daemon) -> None:
    daemon.on("GET /images/r.test/db:1/json", json_answer(IMAGE))
    found = daemon.engine().present_image("r.test/db:1", within())
    assert found is not None
    assert (found.id, found.size, found.platform) == (C, 5, "linux/arm64/v8")
    assert found.digests_in("r.test/db:1") == (A,)
    assert found.digests_in("other.test/db:2") == (B,)
    assert found.digests_in("db:1") == ()


def test_one_that_is_not_here_is_none(daemon: Daemon) -> None:
    daemon.on("GET /images/.*", refusal(404, "No such image"))
    assert daemon.engine().present_image("db:1", within()) is None


def test_one_without_names_came_from_nowhere(daemon: Daemon) -> None:
    nameless = {"Id": C, "RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"]}
    daemon.on("GET /images/.*", json_answer(nameless))
    found = daemon.engine().present_image(C, within())
    assert found is not None
    assert (found.digests, found.size, found.platform) == ((), 0, "")


def test_of_podmans_digests_that_of_the_index_counts(daemon: Daemon) -> None:
    both = {**IMAGE, "RepoDigests": [f"r.test/db@{A}", f"r.test/db@{B}"]}
    daemon.on("GET /images/r.test/db:1/json", json_answer(both))
    daemon.on(f"GET /v4.0.0/libpod/images/{C}/json", json_answer({"Id": "c", "Digest": B}))
    found = daemon.engine().present_image("r.test/db:1", within())
    assert found is not None
    assert found.digests_in("r.test/db:1") == (B,)


def test_where_nobody_tells_them_apart_all_are_kept(daemon: Daemon) -> None:
    both = {**IMAGE, "RepoDigests": [f"r.test/db@{B}", f"r.test/db@{A}"]}
    daemon.on("GET /images/r.test/db:1/json", json_answer(both))
    found = daemon.engine().present_image("r.test/db:1", within())
    assert found is not None
    assert found.digests_in("r.test/db:1") == (A, B)


# What a registry has.


def test_a_registry_is_asked_without_fetching(daemon: Daemon) -> None:
    daemon.on("GET /distribution/r.test/db:1/json", json_answer({"Descriptor": {"digest": A}}))
    assert daemon.engine().registry_digest("r.test/db:1", within()) == A
    assert not any(asked.startswith("POST") for asked in daemon.asked)


@pytest.mark.parametrize("answer", [json_answer({}), json_answer({"Descriptor": {}}), chunked()])
def test_an_answer_without_a_digest_is_no_answer(daemon: Daemon, answer: object) -> None:
    daemon.on("GET /distribution/.*", answer)  # type: ignore[arg-type]
    with pytest.raises(ImageUnavailable, match="the engine does not say its digest"):
        daemon.engine().registry_digest("r.test/db:1", within())


def test_what_a_registry_refuses_is_said_in_our_words(daemon: Daemon) -> None:
    daemon.on("GET /distribution/.*", refusal(404, "manifest unknown: manifest unknown"))
    with pytest.raises(ImageUnavailable, match="its registry has no such image"):
        daemon.engine().registry_digest("r.test/db:1", within())


def test_podman_has_to_fetch_it(daemon: Daemon) -> None:
    daemon.on("GET .*/version", json_answer(PODMAN))
    daemon.on("POST /images/create.*", lines({"status": "Download complete", "id": "c"}))
    daemon.on("GET /images/r.test/db:1/json", json_answer(IMAGE))
    assert daemon.engine().registry_digest("r.test/db:1", within()) == A


def test_who_is_silent_is_not_waited_for(daemon: Daemon) -> None:
    daemon.on("GET /distribution/.*", silence)
    with pytest.raises(TimedOut):
        daemon.engine().registry_digest("r.test/db:1", within(0.2))


# Pushing.


LAST = {"status": f"1: digest: {A} size: 5"}


@pytest.mark.parametrize(
    "last",
    [[LAST, {"aux": {"Tag": "1", "Digest": A, "Size": 5}}], [LAST]],
    ids=["docker", "podman"],
)
def test_a_push_tells_how_far_it_is_and_the_digest(daemon: Daemon, last: list[object]) -> None:
    half = {"status": "Pushing", "id": "x", "progressDetail": {"current": 5, "total": 10}}
    daemon.on("POST /images/db:1/tag.*", nothing)
    daemon.on("GET /images/r.test/m/db:1/json", refusal(404, "none"))
    daemon.on(
        "POST /images/r.test/m/db/push.*", lines(half, {"status": "Pushed", "id": "x"}, *last)
    )
    assert pushed(daemon) == (A, [(5, 10), (10, 10)])
    assert "POST /images/db:1/tag?repo=r.test%2Fm%2Fdb&tag=1" in daemon.asked
    assert "POST /images/r.test/m/db/push?tag=1" in daemon.asked


@pytest.mark.parametrize(
    ("names", "untagged"),
    [
        (["db:1", "r.test/m/db:1"], True),
        # An image goes with the last of its names, and the push has only made it a present of one.
        (["r.test/m/db:1"], False),
    ],
)
def test_the_name_goes_but_never_the_image(
    daemon: Daemon, names: list[str], untagged: bool
) -> None:
    there = json_answer({"Id": C, "RepoTags": names, "RepoDigests": [f"r.test/m/db@{A}"]})
    daemon.on("POST .*", nothing)
    daemon.on("POST .*/push.*", lines(LAST))
    daemon.on("GET /images/r.test/m/db:1/json", refusal(404, "none"), there)
    daemon.on("DELETE .*", json_answer([]))
    pushed(daemon)
    removed = [asked for asked in daemon.asked if asked.startswith("DELETE")]
    assert removed == (["DELETE /images/r.test/m/db:1?noprune=1"] if untagged else [])


def test_a_name_that_cannot_be_taken_away_in_time_costs_nobody_the_push(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.engines.docker.registries.UNTAG_SECONDS", 0.05)
    daemon.on("POST .*", nothing)
    daemon.on("POST .*/push.*", lines(LAST))
    daemon.on("GET /images/r.test/m/db:1/json", refusal(404, "none"), silence)
    assert pushed(daemon) == (A, [])


def test_a_name_that_was_there_before_stays(daemon: Daemon) -> None:
    daemon.on("POST .*", nothing)
    daemon.on("POST .*/push.*", lines(LAST))
    daemon.on("GET /images/r.test/m/db:1/json", json_answer(IMAGE))
    pushed(daemon)
    assert not any(asked.startswith("DELETE") for asked in daemon.asked)


def test_a_push_that_is_refused_says_why_and_leaves_no_name(daemon: Daemon, tmp_path: Path) -> None:
    login = base64.b64encode(b"ann:secret word").decode()
    config = {"auths": {"r.test": {"auth": login}}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    words = "denied: requested access to the resource is denied"
    daemon.on("POST .*", nothing)
    daemon.on("POST .*/push.*", lines({"error": words, "errorDetail": {"message": words}}))
    daemon.on("GET /images/r.test/m/db:1/json", refusal(404, "none"), json_answer(IMAGE))
    daemon.on("DELETE .*", json_answer([]))
    with pytest.raises(ImageUnavailable, match="does not let the login from") as caught:
        pushed(daemon)
    assert not caught.value.passing
    assert "secret" not in f"{caught.value.message} {caught.value.hint}"
    assert daemon.asked[-1].startswith("DELETE")


def test_what_is_not_here_cannot_be_pushed(daemon: Daemon) -> None:
    daemon.on("GET /images/.*", refusal(404, "none"))
    daemon.on("POST .*/tag.*", refusal(404, "No such image: db:1"))
    with pytest.raises(EngineError, match="No such image: db:1"):
        pushed(daemon)


def test_where_no_engine_answers_it_is_none_of_the_registrys(daemon: Daemon) -> None:
    engine = daemon.engine()
    daemon.shutdown()
    daemon.server_close()
    for ask in (engine.present_image, engine.registry_digest):
        with pytest.raises(EngineUnavailable):
            ask("db:1", within())

"""Logins: where they are looked for, who keeps them, and what happens when nobody can tell."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from scripted_daemon import Daemon, Request, json_answer, lines, refusal

from orchestrator.engines.docker import DockerEngine, helpers
from orchestrator.errors import ImageUnavailable
from orchestrator.model.resource import Build
from orchestrator.waiting import Deadline, Stop, Stopped, poll

CREATE = "POST .*/images/create.*"
HUB = "https://index.docker.io/v1/"
NOT_FOUND = 'echo "credentials not found in native keychain"; exit 1'


class Place:
    """A home with logins, helpers on a PATH of its own, and an engine that notes who asks."""

    def __init__(self, folder: Path, daemon: Daemon) -> None:
        self.folder, self.daemon = folder, daemon
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.environ = {
            **daemon.environ,
            "HOME": str(folder),
            "PATH": f"{self.bin}:/usr/bin:/bin",
        }
        self.headers: list[dict[str, Any]] = []
        self.noticed: list[str] = []
        daemon.on(CREATE, self.answer("X-Registry-Auth", lines({"status": "done"})))
        daemon.on("POST .*/build.*", self.answer("X-Registry-Config", lines({"stream": "done"})))

    def answer(self, header: str, then: Any) -> Any:
        def answer(request: Request) -> None:
            text = request.headers.get(header)
            self.headers.append(json.loads(base64.urlsafe_b64decode(text)) if text else {})
            then(request)

        return answer

    def config(self, text: object, path: str = ".docker/config.json") -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text if isinstance(text, str) else json.dumps(text))

    def helper(self, name: str, script: str) -> None:
        program = self.bin / f"docker-credential-{name}"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    def pull(self, image: str, deadline: Deadline | None = None) -> dict[str, Any]:
        """What is shown to the registry."""
        engine = DockerEngine(self.environ)
        limit = deadline or Deadline.after(20)
        engine.pull(image, None, lambda *_: None, limit, self.noticed.append)
        return self.headers.pop()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with Daemon() as daemon:
        yield Place(tmp_path, daemon)


def auth(password: str, user: str = "ann") -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def known(secret: str, user: str = "ann") -> str:
    """A helper's answer."""
    return f"echo '{json.dumps({'Username': user, 'Secret': secret})}'"


# Files.


@pytest.mark.parametrize(
    ("key", "image"),
    [
        ("r.test", "r.test/db:1"),
        ("https://r.test", "r.test/db:1"),
        ("https://r.test/v2/", "r.test/db:1"),
        ("r.test:5000", "r.test:5000/a/b"),
        (HUB, "db:1"),
        (HUB, "docker.io/library/db:1"),
        ("docker.io", "ours/db"),
        ("index.docker.io", "db@sha256:" + "1" * 64),
    ],
)
def test_a_login_is_found_under_all_names_of_its_registry(
    place: Place, key: str, image: str
) -> None:
    place.config({"auths": {"other.test": auth("no"), key: auth("yes: or no")}})
    shown = place.pull(image)
    assert (shown["username"], shown["password"]) == ("ann", "yes: or no")
    assert place.pull("else.test/db") == {}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"identitytoken": "t0", **auth("")}, {"identitytoken": "t0"}),
        ({"registrytoken": "t1"}, {"registrytoken": "t1"}),
        ({"username": "ann", "password": "p"}, {"username": "ann", "password": "p"}),
        (auth("p\0\0"), {"username": "ann", "password": "p"}),
        ({}, {}),
        ({"auth": ""}, {}),
        ("nonsense", {}),
    ],
)
def test_an_entry_has_one_of_several_forms(
    place: Place, entry: object, expected: dict[str, str]
) -> None:
    place.config({"auths": {"r.test": entry}})
    server = {"serveraddress": "r.test"} if expected else {}
    assert place.pull("r.test/db") == expected | server
    assert place.noticed == []


def test_the_folder_of_the_settings_can_be_another(place: Place) -> None:
    place.config({"auths": {"r.test": auth("home")}})
    place.config({"auths": {"r.test": auth("other")}}, "else/config.json")
    place.environ["DOCKER_CONFIG"] = str(place.folder / "else")
    assert place.pull("r.test/db")["password"] == "other"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "it is no JSON"),
        ("[]", "it is no mapping"),
        ({"auths": {"r.test": {"auth": "%%%"}}}, "is no base64 of USER:PASSWORD"),
        ({"auths": {"r.test": {"auth": "c2VjcmV0"}}}, "is no base64 of USER:PASSWORD"),
    ],
)
def test_what_makes_no_sense_is_told_and_done_without(
    place: Place, text: object, words: str
) -> None:
    place.config(text)
    assert place.pull("r.test/db") == {}
    (noticed,) = place.noticed
    assert words in noticed
    assert "config.json" in noticed
    assert "secret" not in noticed


@pytest.mark.parametrize("text", [{}, {"auths": 1, "credHelpers": [], "credsStore": None}])
def test_settings_without_logins_are_no_trouble(place: Place, text: object) -> None:
    place.config(text)
    assert place.pull("r.test/db") == {}
    assert place.noticed == []


# Podman.


def podman(place: Place) -> None:
    version = {"Version": "5.0", "Components": [{"Name": "Podman Engine"}]}
    place.daemon.on("GET .*/version", json_answer(version))


def test_podman_has_logins_of_its_own(place: Place) -> None:
    podman(place)
    place.environ["XDG_RUNTIME_DIR"] = str(place.folder / "run")
    own = {"r.test": auth("all"), "r.test/ours": auth("ours"), "docker.io": auth("hub")}
    place.config({"auths": own}, "run/containers/auth.json")
    place.config({"auths": {"r.test": auth("docker's"), "d.test": auth("docker's")}})
    assert place.pull("r.test/db")["password"] == "all"
    assert place.pull("r.test/ours/db:1")["password"] == "ours"
    assert place.pull("r.test/ourselves/db:1")["password"] == "all"
    assert place.pull("db:1")["password"] == "hub"
    assert place.pull("d.test/db")["password"] == "docker's"


def test_podman_s_file_may_be_named(place: Place) -> None:
    podman(place)
    place.environ["REGISTRY_AUTH_FILE"] = str(place.folder / "named.json")
    place.config({"auths": {"r.test": auth("named")}}, "named.json")
    assert place.pull("r.test/db")["password"] == "named"


def test_docker_is_not_shown_podman_s_logins(place: Place) -> None:
    place.environ["REGISTRY_AUTH_FILE"] = str(place.folder / "named.json")
    place.config({"auths": {"r.test": auth("named")}}, "named.json")
    assert place.pull("r.test/db") == {}


# Helpers.


def test_a_registry_s_own_helper_comes_before_the_one_for_all_and_that_before_the_file(
    place: Place,
) -> None:
    names = {"credHelpers": {"own.test": "own", "file.test": ""}, "credsStore": "all"}
    place.config({**names, "auths": {name: auth("file") for name in ("file.test", "lost.test")}})
    place.helper("own", known("own"))
    place.helper(
        "all", f"read server; [ $server = lost.test ] && {{ {NOT_FOUND}; }}\n" + known("all")
    )
    assert place.pull("own.test/db")["password"] == "own"
    assert place.pull("r.test/db")["password"] == "all"
    assert place.pull("file.test/db")["password"] == "file"
    assert place.pull("lost.test/db")["password"] == "file"
    assert place.noticed == []


def test_a_helper_is_asked_for_docker_hub_by_its_old_name(place: Place) -> None:
    place.config({"credsStore": "all"})
    place.helper("all", f'read server; [ "$server" = {HUB} ] || exit 1\n' + known("hub"))
    shown = place.pull("db:1")
    assert shown == {"username": "ann", "password": "hub", "serveraddress": HUB}


def test_a_helper_may_give_an_identity_token(place: Place) -> None:
    place.config({"credsStore": "all"})
    place.helper("all", known("t0ken", "<token>"))
    assert place.pull("r.test/db") == {"identitytoken": "t0ken", "serveraddress": "r.test"}


@pytest.mark.parametrize("script", [NOT_FOUND, known("", "")])
def test_a_helper_that_knows_nothing_is_no_trouble(place: Place, script: str) -> None:
    place.config({"credsStore": "all"})
    place.helper("all", script)
    assert place.pull("r.test/db") == {}
    assert place.noticed == []


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (None, "docker-credential-all is not on the PATH"),
        ("echo the keychain is locked; exit 1", "exit code 1: the keychain is locked"),
        ("echo no luck >&2; exit 3", "exit code 3: no luck"),
        ("exit 2", "exit code 2: no word"),
        (known("s3cret") + "; exit 1", "exit code 1: no word"),
        ("echo s3cret", "did not answer in JSON"),
        ("echo '[1]'", "did not answer in JSON"),
        ("""echo '{"Username": 1}'""", "without a user or a secret"),
        ("kill -9 $$", "exit code -9"),
    ],
)
def test_a_helper_that_fails_is_told_and_done_without(
    place: Place, script: str | None, words: str
) -> None:
    place.config({"credsStore": "all"})
    if script:
        place.helper("all", script)
    assert place.pull("r.test/db") == {}
    (noticed,) = place.noticed
    assert words in noticed
    assert noticed.endswith("; going on without what it may keep for r.test")
    assert "s3cret" not in noticed


def test_a_helper_that_does_not_answer_is_left(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helpers, "SECONDS", 0.2)
    place.config({"credsStore": "all"})
    place.helper("all", "exec sleep 1000")
    assert place.pull("r.test/db") == {}
    assert "did not answer within 0.2 s" in place.noticed[0]


def test_the_order_to_stop_ends_a_helper(place: Place) -> None:
    place.config({"credsStore": "all"})
    place.helper("all", f"touch {place.folder}/asked; exec sleep 1000")
    stop, limit = Stop(), Deadline.after(20)
    asked = (place.folder / "asked").exists
    with ThreadPoolExecutor(1) as pool:
        pulling = pool.submit(place.pull, "r.test/db", Deadline.after(20, stop))
        poll(asked, limit)
        stop.order()
        with pytest.raises(Stopped):
            pulling.result(20)


# What a failure says of them.


def test_a_refusal_names_the_login_and_what_could_not_be_read(place: Place) -> None:
    place.daemon.on(CREATE, refusal(500, "unauthorized: authentication required"))
    place.config({"credsStore": "all", "auths": {"r.test": auth("s3cret")}})
    with pytest.raises(ImageUnavailable) as caught:
        place.pull("r.test/db:1")
    source = place.folder / ".docker/config.json"
    assert caught.value.message == (
        f"cannot pull r.test/db:1: its registry does not accept the login from {source} "
        "(unauthorized: authentication required)"
    )
    assert caught.value.hint == ('"docker login r.test"; docker-credential-all is not on the PATH')


def test_the_login_of_docker_hub_needs_no_name_but_podman_s_does(place: Place) -> None:
    place.daemon.on(CREATE, refusal(500, "unauthorized"))
    with pytest.raises(ImageUnavailable, match=r"none is kept for docker\.io") as caught:
        place.pull("db:1")
    assert caught.value.hint == '"docker login"'
    podman(place)
    with pytest.raises(ImageUnavailable) as caught:
        place.pull("db:1")
    assert caught.value.hint == '"podman login docker.io"'


def test_a_mirror_is_named_by_what_has_led_there(place: Place) -> None:
    place.daemon.on(CREATE, refusal(404, "manifest unknown"))
    place.environ["GREENROOM_IMAGE_PREFIX"] = "mirror.test/hub/"
    with pytest.raises(ImageUnavailable) as caught:
        place.pull("mirror.test/hub/db:1")
    assert caught.value.hint.endswith("; GREENROOM_IMAGE_PREFIX has led there")


# Builds.


def test_a_build_is_given_all_logins(place: Place, tmp_path: Path) -> None:
    place.config(
        {
            "auths": {"file.test": auth("file"), "all.test": {}},
            "credsStore": "all",
            "credHelpers": {"own.test": "own", "gone.test": "gone"},
        }
    )
    place.helper("own", known("own"))
    listed = json.dumps({"all.test": "ann"})
    place.helper("all", f"[ $1 = list ] && {{ echo '{listed}'; exit; }}\n" + known("all"))
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM own.test/x\n")
    engine = DockerEngine(place.environ | {"DOCKER_BUILDKIT": "0"})
    engine.build("x", Build(str(context)), {}, lambda *_: None, Deadline.after(20))
    shown = place.headers.pop()
    passwords = {server: each["password"] for server, each in shown.items()}
    assert passwords == {"file.test": "file", "all.test": "all", "own.test": "own"}

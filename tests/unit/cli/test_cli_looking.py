"""`ps`, `logs`, `exec`, `shell`, `env`, `url`: what is up, seen from outside."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import subprocess
import sys

import pytest
from dotenv import dotenv_values
from shop import MANIFEST, Shop

from orchestrator.errors import EngineError, EngineUnavailable
from orchestrator.model.launch import ExecResult, State


@pytest.fixture
def up(shop: Shop) -> Shop:
    shop.greenroom("up")
    return shop


def test_ps_lists_every_resource_of_every_run(up: Shop) -> None:
    ended = up.greenroom("ps")
    lines = [line.split() for line in ended.out.splitlines()]
    assert lines[0] == ["RUN", "RESOURCE", "STATE", "ENGINE", "ADDRESSES"]
    assert [line[1:4] for line in lines[1:]] == [[name, "running", "docker"] for name in order(up)]
    assert all(line[0] == up.runs[0] for line in lines[1:])


def order(shop: Shop) -> list[str]:
    """Return the resources as the engine lists them."""
    return [str(found.instance) for found in shop.docker.world.instances.values()]


def test_ps_as_json_has_the_ports(up: Shop) -> None:
    entries = {entry["resource"]: entry for entry in json.loads(up.greenroom("ps", "--json").out)}
    assert list(entries["api"]) == [
        "run",
        "name",
        "resource",
        "state",
        "engine",
        "ports",
        "manifest",
        "end",
    ]
    assert set(entries["api"]["ports"]) == {"8000", "9000"}
    assert entries["api"]["ports"]["8000"].startswith("127.0.0.1:")
    assert entries["api"]["manifest"] == str(up.folder / "environment.yaml")


def test_ps_says_what_ends_a_run(up: Shop) -> None:
    ended = up.greenroom("ps")
    assert ended.err == f"\n{up.runs[0]}: process {os.getpid()} uses it\n"


def test_ps_with_nothing_up(shop: Shop) -> None:
    ended = shop.greenroom("ps")
    assert (ended.code, ended.out, ended.err) == (0, "", "nothing is up\n")
    assert json.loads(shop.greenroom("ps", "--json").out) == []


def test_ps_notes_an_engine_that_is_silent(shop: Shop) -> None:
    shop.docker.fail("list", "all", EngineUnavailable("docker sleeps"))
    ended = shop.greenroom("ps")
    assert (ended.code, ended.out) == (0, "")
    assert "note: docker sleeps; what it may have is not shown" in ended.err


def test_ps_shows_a_network_that_is_left_alone(up: Shop) -> None:
    up.docker.world.instances.clear()
    assert up.greenroom("ps").out.splitlines()[1].split() == [
        up.runs[0],
        "-",
        "network",
        "only",
        "docker",
    ]


def test_logs_of_one_resource_are_as_they_are(up: Shop) -> None:
    assert up.greenroom("logs", "api").out == "api is ready\n"


def test_logs_of_several_are_merged_by_time_with_names(up: Shop) -> None:
    up.docker.says("ledger", "a query of hunter22")
    assert up.greenroom("logs", "api", "ledger").out.splitlines() == [
        "ledger | ledger is ready",
        "api    | api is ready",
        "ledger | a query of ***",
    ]


def test_logs_of_all_with_a_tail(up: Shop) -> None:
    up.docker.says("worker", "more")
    lines = up.greenroom("logs", "--tail", "1").out.splitlines()
    assert sorted(lines) == ["api    | api is ready", "ledger | ledger is ready", "worker | more"]


def test_logs_as_json_lines(up: Shop) -> None:
    [line] = up.greenroom("logs", "api", "--json").out.splitlines()
    assert json.loads(line) == {
        "resource": "api",
        "time": "2000-01-01T00:00:01Z",
        "stream": "stdout",
        "text": "api is ready",
    }


def test_logs_since_a_moment(up: Shop) -> None:
    assert up.greenroom("logs", "--since", "2000-01-01T00:00:01Z", "api", "ledger").out == (
        "api    | api is ready\n"
    )


def test_logs_until_a_moment(up: Shop) -> None:
    up.docker.says("ledger", *(f"line {number}" for number in range(4)))
    window = ("--since", "2000-01-01T00:00:02Z", "--until", "2000-01-01T00:00:06.5Z", "ledger")
    assert up.greenroom("logs", *window).out == "line 0\nline 1\nline 2\n"
    assert up.greenroom("logs", *window, "--tail", "2").out == "line 1\nline 2\n"
    both = up.greenroom("logs", "--follow", "--until", "5m")
    assert (both.code, both.out) == (64, "")
    assert "leave out either --follow or --until" in both.err


def test_logs_followed_end_with_the_instances(up: Shop) -> None:
    for key, found in up.docker.world.instances.items():
        up.docker.world.instances[key] = dataclasses.replace(found, state=State("exited", 0))
    ended = up.greenroom("logs", "-f", "api", "worker")
    assert ended.code == 0
    assert sorted(ended.out.splitlines()) == ["api    | api is ready", "worker | worker is ready"]


@pytest.mark.parametrize("follow", [[], ["-f"]], ids=str)
def test_logs_that_cannot_be_read(up: Shop, follow: list[str]) -> None:
    up.docker.fail("logs", "api", EngineError("no logs for you"))
    ended = up.greenroom("logs", *follow, "api")
    assert (ended.code, ended.err) == (75, "error: no logs for you\n")


@pytest.mark.parametrize(
    "command", ["logs", "env", "url ledger", "shell ledger", "exec ledger -- a"]
)
def test_nothing_up(shop: Shop, command: str) -> None:
    ended = shop.greenroom(*command.split())
    assert ended.code == 64
    assert "error: nothing of environment.yaml is up" in ended.err
    assert "next: bring it up with greenroom up" in ended.err


def test_without_a_manifest_a_run_must_be_named(up: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(up.folder.parent)
    assert "next: go to the manifest's folder, or name a run" in up.greenroom("env").err
    assert up.greenroom("url", "--run", up.runs[0], "ledger", "user").out == "greenroom\n"
    monkeypatch.setenv("GREENROOM_RUN", up.runs[0])
    assert up.greenroom("url", "ledger", "user").out == "greenroom\n"


def test_a_run_that_is_gone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    named = shop.greenroom("env", "--run", "shop-x")
    assert (named.code, named.err.splitlines()[0]) == (64, "error: there is no run shop-x")
    monkeypatch.setenv("GREENROOM_RUN", "shop-x")
    assert "next: GREENROOM_RUN names it; unset that" in shop.greenroom("env").err
    assert "is up (GREENROOM_RUN names it)" in shop.greenroom("down").err


def test_what_up_made_is_meant_and_not_what_tests_made(shop: Shop) -> None:
    ended = shop.greenroom("run", "--", sys.executable, "-c", "pass")
    assert ended.code == 0
    shop.greenroom("up")
    assert shop.greenroom("url", "api").code == 0


def test_several_runs_of_tests_have_to_be_told_apart(shop: Shop) -> None:
    from orchestrator import Environment

    with Environment(), Environment():
        ended = shop.greenroom("env")
    assert ended.code == 64
    assert "several runs of environment.yaml are up:" in ended.err
    assert "next: name the one you mean by its run" in ended.err


def test_env_can_be_evaluated_by_a_shell(up: Shop) -> None:
    out = up.greenroom("env").out
    script = f'{out}\nprintf "%s" "$LEDGER_URL $API_ADMIN_PORT"'
    url, port = subprocess.run(["sh", "-c", script], capture_output=True, text=True).stdout.split()
    assert url.startswith("postgresql://greenroom:hunter22@127.0.0.1:")
    assert port.isdecimal()


AWKWARD = """
services: {api: {image: api:1, ready: {log: ready}}}
tests: {env: {A: "it's", B: 'say "hi" \\ there', C: "two\\nlines", D: "a b $HOME `id`"}}
"""


def test_awkward_values_survive_every_format(shop: Shop) -> None:
    shop.write(AWKWARD)
    shop.greenroom("up")
    expected = json.loads(shop.greenroom("env", "--format", "json").out)
    assert expected == json.loads(shop.greenroom("env", "--json").out)
    assert expected["A"] == "it's"
    assert expected["C"] == "two\nlines"
    dotenv = io.StringIO(shop.greenroom("env", "--format", "dotenv").out)
    assert dict(dotenv_values(stream=dotenv, interpolate=False)) == expected
    script = (
        shop.greenroom("env").out
        + f"\n{sys.executable} -c 'import os, json; print(json.dumps(dict(os.environ)))'"
    )
    seen = json.loads(subprocess.run(["sh", "-c", script], capture_output=True).stdout)
    assert {name: seen[name] for name in expected} == expected


FIELDS = [
    ("url", "http://127.0.0.1:"),
    ("port", ""),
    ("admin.url", "http://127.0.0.1:"),
    ("host", "127.0.0.1"),
]


@pytest.mark.parametrize(("field", "beginning"), FIELDS)
def test_url_prints_a_field(up: Shop, field: str, beginning: str) -> None:
    ended = up.greenroom("url", "api", field)
    assert ended.code == 0
    assert ended.out.startswith(beginning)


def test_url_is_the_default_and_shows_the_password(up: Shop) -> None:
    assert "hunter22" in up.greenroom("url", "ledger").out
    assert up.greenroom("url", "ledger", "jdbc").out.startswith("jdbc:postgresql://127.0.0.1:")


NO_FIELDS = [
    (["ledger", "urll"], "ledger has no field urll", 'did you mean "url"?'),
    (["api", "jdbc"], "api has no field jdbc", "there are: url, host and port"),
    (["api", "nope.url"], "api has no port nope", "its named ports are: http and admin"),
    (["worker"], "worker has no address", "it serves no ports"),
]


@pytest.mark.parametrize(("arguments", "words", "hint"), NO_FIELDS, ids=str)
def test_a_field_that_does_not_exist(up: Shop, arguments: list[str], words: str, hint: str) -> None:
    ended = up.greenroom("url", *arguments)
    assert (ended.code, ended.err) == (64, f"error: {words}\nnext: {hint}\n")


def test_exec_passes_output_and_exit_code_on(up: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    monkeypatch.setattr("orchestrator.cli.exec.blocks", lambda: iter([b"select 1"]))
    up.docker.answers(
        "ledger", lambda argv, stdin: ExecResult(7, f"{argv} {stdin.decode()}\n", "oh\n")
    )
    ended = up.greenroom("exec", "ledger", "--", "psql", "-c", "x")
    assert (ended.code, ended.err) == (7, "oh\n")
    assert ended.out == "('psql', '-c', 'x') select 1\n"


@pytest.mark.parametrize(("resource", "client"), [("ledger", "psql"), ("api", "sh")])
def test_shell_opens_the_technologys_client_else_sh(
    up: Shop, monkeypatch: pytest.MonkeyPatch, resource: str, client: str
) -> None:
    monkeypatch.setattr("orchestrator.cli.exec.blocks", lambda: iter([]))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    up.docker.answers(resource, lambda argv, stdin: ExecResult(0, argv[0]))
    assert up.greenroom("shell", resource).out == client


def test_on_a_terminal_the_command_gets_it(up: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def call(line: list[str], env: dict[str, str]) -> int:
        calls.append((line[0], line[-1], env["PGPASSWORD"]))
        return -2

    monkeypatch.setattr("orchestrator.cli.exec.has_terminal", lambda: True)
    monkeypatch.setattr("subprocess.call", call)
    assert up.greenroom("shell", "ledger").code == 130
    assert calls == [("fake", "psql", "hunter22")]


def test_without_the_engines_own_client_a_terminal_cannot_be_passed_on(
    up: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.cli.exec.has_terminal", lambda: True)
    ended = up.greenroom("shell", "ledger")
    assert ended.code == 127
    assert ended.err.startswith("error: fake is not on the PATH")


def test_a_run_whose_manifest_is_gone_can_still_be_removed(up: Shop) -> None:
    (up.folder / "environment.yaml").unlink()
    [run] = up.runs
    ended = up.greenroom("env", "--run", run)
    assert ended.code == 64
    assert f"next: remove the run with: greenroom down {run}" in ended.err
    assert (up.greenroom("down", run).code, up.left) == (0, 0)


def test_the_order_of_the_manifest_is_kept(up: Shop) -> None:
    up.write(MANIFEST)
    assert next(iter(json.loads(up.greenroom("env", "--json").out))).startswith("LEDGER_")


def test_what_the_manifest_has_moved_since_is_not_asked_of_the_wrong_engine(up: Shop) -> None:
    up.write(MANIFEST.replace("use: postgres,", "use: postgres, engine: process,"))
    ended = up.greenroom("exec", "ledger", "--", "true")
    assert ended.code == 64
    assert (
        f"error: ledger of {up.runs[0]} is on the engine docker, and the manifest has it on "
        "process now\nnext: apply the changes with: greenroom up\n"
    ) in ended.err


@pytest.mark.parametrize("command", ["shell", "url", "exec"])
@pytest.mark.parametrize("named", [True, False])
def test_without_a_name_what_is_up_is_listed(up: Shop, command: str, named: bool) -> None:
    run = ["--run", up.runs[0]] if named else []
    ended = up.greenroom(command, *run, *(["--", "psql"] if command == "exec" else []))
    assert ended.code == 64
    assert ended.err == (
        "error: Missing argument 'RESOURCE'.\n"
        f"next: name one of {up.runs[0]}; there are: ledger, api, worker\n"
    )


def test_without_a_name_and_with_nothing_up_the_command_is_explained(shop: Shop) -> None:
    assert shop.greenroom("shell").err.endswith("next: greenroom shell --help\n")


@pytest.mark.parametrize(
    ("name", "near"), [("legder", 'did you mean "ledger"? '), ("cache", "")], ids=["near", "far"]
)
@pytest.mark.parametrize("command", ["shell", "url", "logs"])
def test_of_a_wrong_name_what_is_up_is_listed(up: Shop, command: str, name: str, near: str) -> None:
    ended = up.greenroom(command, name)
    assert ended.code == 64
    assert ended.err == (
        f"error: no resource of {up.runs[0]} is called {name}\n"
        f"next: {near}there are: ledger, api, worker\n"
    )

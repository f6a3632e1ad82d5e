"""`check`, `plan`, `schema`: what is said about a manifest without starting anything."""

from __future__ import annotations

import json

import pytest
from shop import Shop

from orchestrator.errors import EngineUnavailable
from orchestrator.host.manifests import asked_profiles

WRONG = """
databases: {ledger: {use: postgress}}
services: {api: {image: a, env: {URL: "${legder.url}"}}}
"""


def test_check_names_what_takes_part(shop: Shop) -> None:
    assert shop.greenroom("check").out == "shop: no mistakes; it starts ledger, api, worker\n"
    assert shop.greenroom("check", "--profile", "more").out.endswith("worker, extra\n")
    assert shop.docker.calls == []


def test_check_names_the_profiles_where_nothing_takes_part_without(shop: Shop) -> None:
    shop.write("databases: {a: {use: redis, profiles: [x, y]}, b: {use: redis, profiles: [x]}}")
    expected = "shop: no mistakes; it starts nothing without a profile; there are: x, y\n"
    assert shop.greenroom("check").out == expected


def test_where_only_a_compose_file_is_it_can_be_imported(shop: Shop) -> None:
    (shop.folder / "environment.yaml").unlink()
    (shop.folder / "compose.yml").write_text("services: {}")
    ended = shop.greenroom("check")
    assert "next: greenroom import makes one of compose.yml; or name a ready-made" in ended.err


def test_a_device_is_no_manifest_and_is_not_read_to_its_end(shop: Shop) -> None:
    ended = shop.greenroom("check", "/dev/zero")
    assert ended.code == 65
    assert "/dev/zero: cannot be read: it is no regular file" in ended.err


def test_check_as_json(shop: Shop) -> None:
    assert json.loads(shop.greenroom("check", "--json").out) == {
        "ok": True,
        "problems": [],
        "warnings": [],
        "resources": ["ledger", "api", "worker"],
    }


SLICED = """
databases: {ledger: {use: postgres, isolation: test}}
services: {api: {image: a, env: {URL: "${ledger.url}"}}}
"""


def test_check_warns_of_what_is_hardly_meant(shop: Shop) -> None:
    shop.write(SLICED)
    ended = shop.greenroom("check")
    assert (ended.code, ended.out) == (0, "shop: no mistakes; it starts ledger, api\n")
    assert ended.err.startswith(
        "warning: environment.yaml:3:39: services.api.env.URL: api uses ledger, of which tests get "
    )


def test_warnings_as_json(shop: Shop) -> None:
    shop.write(SLICED)
    told = json.loads(shop.greenroom("check", "--json").out)
    [warning] = told["warnings"]
    assert (told["ok"], warning["path"]) == (True, "services.api.env.URL")
    assert set(warning) == {"file", "line", "column", "path", "message"}


@pytest.mark.parametrize("command", ["check", "plan", "up", "run"])
def test_every_mistake_is_a_line_with_its_place(shop: Shop, command: str) -> None:
    shop.write(WRONG)
    ended = shop.greenroom(command)
    assert (ended.code, ended.out) == (65, "")
    lines = ended.err.splitlines()
    assert lines[0].startswith("environment.yaml:2:27: databases.ledger.use: unknown technology")
    assert lines[1].startswith("environment.yaml:3:39: services.api.env.URL: no resource is called")
    assert lines[2:] == ["error: 2 mistakes in environment.yaml"]


def test_mistakes_as_json(shop: Shop) -> None:
    shop.write(WRONG)
    ended = shop.greenroom("check", "--json")
    told = json.loads(ended.out)
    assert (ended.code, told["ok"], ended.err) == (65, False, "")
    assert set(told["problems"][0]) == {"file", "line", "column", "path", "message"}
    assert told["problems"][0]["line"] == 2


def test_plan_prints_steps_with_causes(shop: Shop) -> None:
    out = shop.greenroom("plan").out
    assert out.startswith("shop: 10 steps\nopen docker\n    because ledger, api and 1 more run")
    assert "start api: api:1\n    because declared in services" in out
    assert "\n    after open docker, pull api:1, ready ledger\n" in out
    assert not [call for call in shop.docker.calls if call.startswith(("start", "open"))]


def test_plan_as_json(shop: Shop) -> None:
    plan = json.loads(shop.greenroom("plan", "--json").out)
    assert plan["title"] == "shop"
    start = next(step for step in plan["steps"] if step["step"] == "start api")
    assert start == {
        "step": "start api",
        "kind": "Start",
        "subject": "api",
        "detail": "api:1",
        "cause": start["cause"],
        "after": ["open docker", "pull api:1", "ready ledger"],
    }


def test_plan_offline_asks_no_engine(shop: Shop) -> None:
    assert shop.greenroom("plan", "--offline").code == 0
    assert shop.docker.calls == []


def test_plan_without_an_engine_proposes_offline(shop: Shop) -> None:
    shop.docker.fail("describe", "", EngineUnavailable("docker sleeps", hint="wake it"))
    ended = shop.greenroom("plan")
    assert ended.code == 69
    assert "next: wake it; or plan without asking any engine: --offline" in ended.err


def test_schema_is_a_json_schema(shop: Shop) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads(shop.greenroom("schema").out)
    Draft202012Validator.check_schema(schema)
    assert "databases" in schema["properties"]


def test_profiles_may_come_from_the_environment(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_PROFILES", " more, ")
    assert shop.greenroom("check").out.endswith("worker, extra\n")
    assert "start extra" in shop.greenroom("plan", "--offline").out
    assert list(asked_profiles({"GREENROOM_PROFILES": "a,b, a,,"})) == ["a", "b"]


def test_what_is_named_stands_for_the_profiles_of_the_environment(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENROOM_PROFILES", "moer")
    assert shop.greenroom("check", "--profile", "more").code == 0
    ended = shop.greenroom("check")
    assert ended.code == 64
    assert 'no resource has the profile moer\nnext: did you mean "more"?' in ended.err

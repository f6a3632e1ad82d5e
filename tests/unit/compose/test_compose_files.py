"""Several files become one project: laid over each other, extended, included; and mistakes."""

from __future__ import annotations

import pytest
from compose_world import mistakes, notes, plain, translate

BASE = """
services:
  web:
    image: x
    command: [a, b]
    environment: [A=1, B=1]
    ports: ["8000:80"]
    volumes: ["./a:/etc/a"]
    cap_add: [ONE]
    depends_on: [db]
    healthcheck: {test: [CMD, old], interval: 1s}
    labels: {x: "1"}
  db: {image: y}
"""
FILES = {"a": "", "b": ""}
OVER = {
    "{image: z}": ("image", "z"),
    "{command: [c]}": ("command", ["c"]),
    "{environment: {B: 2, C: 3}}": ("env", {"A": "1", "B": "2", "C": "3"}),
    "{ports: ['9000:90']}": (
        "ports",
        [{"port": "80", "host": "8000"}, {"port": "90", "host": "9000"}],
    ),
    "{ports: !override ['9000:90']}": ("ports", [{"port": "90", "host": "9000"}]),
    "{ports: !reset null}": ("ports", None),
    "{volumes: ['./b:/etc/a']}": ("files", {"/etc/a": "b"}),
    "{cap_add: [TWO, ONE]}": ("docker.HostConfig.CapAdd", ["ONE", "TWO"]),
    "{depends_on: {other: {condition: service_started}}}": ("needs", ["db", "other"]),
    "{depends_on: !reset []}": ("needs", None),
    "{healthcheck: {test: [CMD, new]}}": ("ready", {"exec": ["new"]}),
    "{environment: {A: !reset null}}": ("env", {"B": "1"}),
    "{environment: !override {D: 4}}": ("env", {"D": "4"}),
    "{labels: [y=2]}": ("docker.Labels", {"x": "1", "y": "2"}),
}


@pytest.mark.parametrize("over", OVER)
def test_one_file_over_another(over: str) -> None:
    more = f"services:\n  web: {over}\n  other: {{image: o}}\n"
    made = translate(BASE, {**FILES, "more.yaml": more}, more=("more.yaml",))
    path, wanted = OVER[over]
    found = plain(made.root)["services"]["web"]  # type: ignore[index,call-overload]
    for key in path.split("."):
        found = found.get(key)
    assert found == wanted


CIRCLE = """
services:
  a: {extends: b}
  b: {extends: {service: c}}
  c: {extends: a}
"""


def test_services_cannot_extend_each_other() -> None:
    assert mistakes(CIRCLE) == [
        "compose.yaml:5:16: services.c.extends: services cannot extend each other: a -> b -> c -> a"
    ]


def test_what_is_extended_must_be_there() -> None:
    assert mistakes("services:\n  a: {extends: bb}\n  b: {image: x}\n") == [
        'compose.yaml:2:16: services.a.extends: there is no service "bb"; did you mean "b"?'
    ]
    assert mistakes("services:\n  a: {extends: {file: no.yaml, service: b}}\n") == [
        "compose.yaml:2:23: services.a.extends.file: there is no file /home/shop/no.yaml"
    ]


def test_paths_start_from_the_file_in_which_they_stand() -> None:
    made = translate(
        "services:\n  web: {extends: {file: deep/base.yaml, service: web}}\n",
        {
            "deep/base.yaml": "services:\n  web: {image: x, volumes: [./a:/a], build: ./api}\n",
            "deep/a": "",
        },
        imported=True,
    )
    web = plain(made.root)["services"]["web"]  # type: ignore[index,call-overload]
    assert (web["files"], web["build"]) == ({"/a": "deep/a"}, {"context": "deep/api"})


def test_an_included_project_has_variables_of_its_own() -> None:
    made = translate(
        "include: [other/compose.yaml]\nservices:\n  web: {image: 'w:$TAG'}\n",
        {
            "other/compose.yaml": "services:\n  db: {image: 'd:$TAG-$HERE'}\n",
            "other/.env": "TAG=2\nHERE=3\n",
        },
        {"TAG": "1"},
    )
    found = plain(made.root)["services"]  # type: ignore[index,call-overload]
    assert {name: one["image"] for name, one in found.items()} == {"db": "d:1-3", "web": "w:1"}


def test_files_that_include_each_other_end() -> None:
    assert mistakes("include: [compose.yaml]\n")[-1].endswith(
        "files cannot include each other without end"
    )


WRONG = {
    "services:\n  web: {imag: x}\n": '2:9: services.web.imag: Compose knows no key "imag" here; '
    'did you mean "image"?',
    "servces: {}\n": '1:1: servces: Compose knows no key "servces" here; did you mean "services"?',
    "services:\n  web: {image: [x]}\n": "2:16: services.web.image: must be a text, not a list",
    "services:\n  web: {image: x, ports: 80}\n": "2:26: services.web.ports: must be a list, "
    "not the number 80",
    "services:\n  web: {image: x, healthcheck: {tset: y}}\n": "2:33: "
    "services.web.healthcheck.tset: "
    'Compose knows no key "tset" here; did you mean "test"?',
    "services:\n  web: {image: x, depends_on: {a: {condition: started}}}\n": "2:47: "
    "services.web.depends_on.a.condition: must be service_started, service_healthy or "
    'service_completed_successfully, not "started"; did you mean "service_started"?',
    "services:\n  web: {image: x, depends_on: {a: {}}}\n": "2:35: services.web.depends_on.a: "
    '"condition" is missing',
    "services:\n  web: {image: x, build: 3}\n": "2:26: services.web.build: must be a text or "
    "a mapping, not the number 3",
    "services:\n  web: {image: x, environment: [1]}\n": "2:33: services.web.environment[0]: "
    "must be a text, not the number 1",
    "services:\n  web: {image: x, cap_add: [A, A]}\n": "2:28: services.web.cap_add: "
    "names something twice",
    "services:\n  web: {image: x, environment: {A B: 1, '': 2}}\n": "2:41: "
    'services.web.environment[""]: Compose knows no key "" here',
    "services:\n  web: {image: x, healthcheck: {test: [ask]}}\n": "2:39: "
    "services.web.healthcheck.test: must begin with CMD, CMD-SHELL or NONE",
    "services:\n  web: {image: x, ports: ['1-2000']}\n": "2:27: services.web.ports[0]: "
    '"1-2000" is no port number',
    "services:\n  web: {}\n": '2:8: services.web: needs "image" or "build", to know what to run',
    "services:\n  web: {image: x, secrets: [no]}\n": "2:29: services.web.secrets[0]: "
    'the file has no "no" under `secrets`',
    "services:\n  web: {image: '$'}\n": '2:16: services.web.image: a "$" stands alone; '
    'write "$$" if it is meant literally',
    "services: [a\n": "",
    "services: !!python/object:x {}\n": '1:11: the tag "!!python/object:x" cannot be used in a '
    "manifest",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_mistake_has_its_place_and_plain_words(text: str) -> None:
    told = mistakes(text)
    assert len(told) == 1
    if WRONG[text]:
        assert told[0] == f"compose.yaml:{WRONG[text]}"


def test_several_mistakes_are_told_at_once() -> None:
    assert len(mistakes("services:\n  a: {imag: x}\n  b: {ports: 3, image: 4}\n")) == 3


def test_what_is_not_set_is_told_where_nothing_stands_then() -> None:
    made = translate("services:\n  web: {image: 'x:${TAG}', environment: {A: $B}, ports: [80]}\n")
    told = "is not set in the environment, and nothing stands there"
    assert notes(made) == [
        f"compose.yaml:2:16: services.web.image: TAG {told}",
        f"compose.yaml:2:45: services.web.environment.A: B {told}",
    ]

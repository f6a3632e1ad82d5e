"""What technologies can be besides the usual: more ports, no users, orders, several images."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.addressing.passwords import with_passwords
from orchestrator.addressing.resolve import resolve, variables
from orchestrator.addressing.route import Directory
from orchestrator.errors import ManifestError
from orchestrator.host.manifests import HostFiles
from orchestrator.manifest import load
from orchestrator.manifest.reading.templates import parse
from orchestrator.model.manifest import Manifest
from orchestrator.model.probe import Readiness, Tcp
from orchestrator.model.resource import DatabaseSeed, Instance, SetupSeed
from orchestrator.model.technology import MorePort, Setup, Technology

LOG = Technology(
    name="log",
    section="brokers",
    image="example/log",
    version="1",
    port=9092,
    inside=19092,
    more_ports={"admin": MorePort(8080, "http://${self.host}:${self.port}/admin")},
    url="log://${self.host}:${self.port}",
    fields={"panel": "${self.admin.url}panel"},
    readiness=lambda _user, _database: Readiness(Tcp()),
    program="",
    has_users=False,
    setup=Setup("cluster", ("init",)),
    create_database=lambda name: ("make", name),
    creates_all=True,
)
OTHER = replace(LOG, port=7000, inside=None, command=("other",))
LOG = replace(LOG, variants={"else/log": OTHER})


def read(text: str) -> Manifest:
    technologies = {"log": LOG}
    return load(
        text.encode(), path="/p/e.yaml", files=HostFiles(), environ={}, technologies=technologies
    )


def directory(manifest: Manifest) -> Directory:
    (one,) = manifest.resources
    numbers = {port.number: 40000 + port.number for port in manifest.resources[one].ports}
    return Directory(
        manifest.resources, ports={(Instance(one), key): host for key, host in numbers.items()}
    )


def test_containers_reach_it_at_the_port_that_tells_them_addresses_of_their_own() -> None:
    manifest = read("brokers: {events: {use: log}}\nservices: {api: {image: a, env: {}}}")
    places = Directory(manifest.resources, ports={(Instance("events"), 9092): 49092})
    text = parse("${events.url} ${events.outside.url} ${events.port}").template
    inside = resolve(text, Instance("api"), places)
    assert inside == "log://events:19092 log://127.0.0.1:49092 19092"
    assert resolve(text, None, places) == "log://127.0.0.1:49092 log://127.0.0.1:49092 49092"


def test_more_ports_have_addresses_of_their_own_form() -> None:
    told = variables(None, directory(read("brokers: {events: {use: log}}")))
    assert told["EVENTS_URL"] == "log://127.0.0.1:49092"
    assert told["EVENTS_ADMIN_URL"] == "http://127.0.0.1:48080/admin"
    assert told["EVENTS_ADMIN_PORT"] == "48080"
    assert told["EVENTS_PANEL"] == "http://127.0.0.1:48080/adminpanel"


def test_what_has_no_users_has_no_password_either() -> None:
    manifest = with_passwords(read("brokers: {events: {use: log}}"), b"secret")
    assert manifest.resources["events"].password is None
    assert "EVENTS_PASSWORD" not in variables(None, directory(manifest))
    with pytest.raises(ManifestError) as caught:
        read("brokers: {events: {use: log, user: me, password: it}}")
    assert str(caught.value).splitlines() == [
        "e.yaml:1:36: brokers.events.user: log has no users; leave this out",
        "e.yaml:1:50: brokers.events.password: log has no users; leave this out",
    ]


def test_orders_come_before_all_that_is_written() -> None:
    (events,) = read("brokers: {events: {use: log, database: [a, b]}}").resources.values()
    assert events.seeds == (SetupSeed("cluster"), DatabaseSeed("a"), DatabaseSeed("b"))


@pytest.mark.parametrize(
    ("image", "port"),
    [
        ("else/log", 7000),
        ("else/log:2", 7000),
        ("registry.example:5000/else/log@sha256:" + "0" * 64, 7000),
        ("somewhere/log", 9092),
        ("nowhereelse/log", 9092),
    ],
)
def test_an_image_may_play_the_same_role_otherwise(image: str, port: int) -> None:
    (events,) = read(f"brokers: {{events: {{use: log, image: '{image}'}}}}").resources.values()
    assert events.ports[0].number == port
    assert events.image == image


def test_arguments_are_the_whole_command_where_the_image_has_a_program_already() -> None:
    (events,) = read("brokers: {events: {use: log, args: [--fast]}}").resources.values()
    assert [str(word) for word in events.command or ()] == ["--fast"]

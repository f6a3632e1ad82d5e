"""Modules of testcontainers in a manifest: what they say of themselves, and what does not fit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from manifest_world import FOLDER, PATH, TECHNOLOGIES, World

from orchestrator.addressing.passwords import secrets_of, with_passwords
from orchestrator.addressing.resolve import fields, variables
from orchestrator.addressing.route import Directory
from orchestrator.errors import ManifestError
from orchestrator.manifest import load
from orchestrator.manifest.modules import ModuleRefused
from orchestrator.model.facts import Facts
from orchestrator.model.manifest import Manifest
from orchestrator.model.module import Described, Module
from orchestrator.model.probe import Automatic, Readiness, Tcp
from orchestrator.model.resource import Instance
from orchestrator.plan import plan_text, plan_up

VECTORS = Described(
    Module("qdrant"),
    image="qdrant/qdrant:v1",
    ports=((6333, None), (6334, None)),
    fields={"grpc_host_address": "${self.host}:${self.6334.port}"},
)
SHOP = Described(
    Module("mysql"),
    image="mysql:8",
    ports=((3306, None),),
    url="mysql://app:p%40ss@${self.host}:${self.port}/shop",
    fields={"root_password": "toor"},
    user="app",
    password="p@ss",
    database="shop",
)
PORTLESS = Described(Module("socat"), image="alpine/socat:1")
FIXED = Described(Module("cosmos"), image="cosmos:1", ports=((8081, 8081),))


@dataclass
class FakeModules:
    """Describes a few, and remembers what was asked."""

    asked: list[Module] = field(default_factory=list)

    def describe(self, asked: Module) -> Described:
        self.asked.append(asked)
        known = {str(one.module): one for one in (VECTORS, SHOP, PORTLESS, FIXED)}
        if str(asked) not in known:
            names = ["mysql", "qdrant"]
            raise ModuleRefused("there is no such module", word=asked.use, names=names)
        for name in asked.arguments:
            if name in ("pasword", "imag"):
                taken = ["password", "image"]
                message = f'it has no argument "{name}"'
                raise ModuleRefused(message, key="arguments", word=name, names=taken)
        image = asked.image or known[str(asked)].image
        return replace(known[str(asked)], module=replace(asked, package="4.15"), image=image)


def read(text: str, modules: FakeModules | None = None) -> Manifest:
    return load(
        text.encode(),
        path=PATH,
        files=World().files,
        environ={"TOKEN": "very-secret"},
        technologies=TECHNOLOGIES,
        modules=modules or FakeModules(),
    )


def mistakes(text: str) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        read(text)
    return [str(each).removeprefix("environment.yaml:") for each in caught.value.problems]


def test_it_is_a_resource_as_its_module_says() -> None:
    found = read("databases: {vectors: {use: testcontainers.qdrant}}").resources["vectors"]
    assert found.image == "qdrant/qdrant:v1"
    assert [port.number for port in found.ports] == [6333, 6334]
    assert found.readiness == Readiness(Tcp())
    assert found.bound.startswith("it is a module of testcontainers")
    assert found.as_process is None
    assert found.module == Module("qdrant", folder=FOLDER, package="4.15")
    assert fields(found) == ("url", "host", "port", "grpc_host_address")


def test_one_without_ports_has_no_address_and_only_lives() -> None:
    found = read("services: {through: {use: testcontainers.socat}}").resources["through"]
    assert fields(found) == ()
    assert found.readiness == Readiness(Automatic())


def test_a_port_of_this_host_is_the_manifest_s_or_the_module_s() -> None:
    text = (
        "databases: {a: {use: testcontainers.cosmos}, b: {use: testcontainers.qdrant, port: 7000}}"
    )
    made = read(text).resources
    assert [port.host for port in made["a"].ports] == [8081]
    assert [port.host for port in made["b"].ports] == [7000, None]


@pytest.mark.parametrize("section", ["databases", "brokers", "services"])
def test_it_may_stand_in_each_section(section: str) -> None:
    assert read(f"{section}: {{x: {{use: testcontainers.qdrant}}}}").resources["x"].module


def test_addresses_are_those_of_whoever_asks() -> None:
    text = """
databases: {shop: {use: testcontainers.mysql}, vectors: {use: testcontainers.qdrant}}
services: {api: {image: x}}
"""
    made = read(text)
    ports = {
        (Instance("shop"), 3306): 40001,
        (Instance("vectors"), 6333): 40002,
        (Instance("vectors"), 6334): 40003,
    }
    directory = Directory(made.resources, ports=ports)
    outside = variables(None, directory)
    assert outside["SHOP_URL"] == "mysql://app:p%40ss@127.0.0.1:40001/shop"
    assert outside["SHOP_PASSWORD"] == "p@ss"
    assert outside["SHOP_DATABASE"] == "shop"
    assert outside["SHOP_ROOT_PASSWORD"] == "toor"
    assert outside["VECTORS_URL"] == "tcp://127.0.0.1:40002"
    assert outside["VECTORS_GRPC_HOST_ADDRESS"] == "127.0.0.1:40003"
    assert "VECTORS_PASSWORD" not in outside
    inside = variables(Instance("api"), directory)
    assert inside["SHOP_URL"] == "mysql://app:p%40ss@shop:3306/shop"
    assert inside["VECTORS_GRPC_HOST_ADDRESS"] == "vectors:6334"


def test_what_is_asked_of_the_module() -> None:
    asked = FakeModules()
    text = """
python: python3.12
databases:
  a: {use: "testcontainers.mysql:9", arguments: {port: 3307, flag: true, token: "${env:TOKEN}"}}
  b: {use: testcontainers.mysql, image: "our/mysql:8"}
"""
    read(text, asked)
    first, second = asked.asked
    assert first.request == {
        "use": "mysql",
        "version": "9",
        "image": None,
        "arguments": {"port": 3307, "flag": True, "token": "very-secret"},
    }
    assert (first.python, first.folder) == ("python3.12", FOLDER)
    assert (second.version, second.image) == (None, "our/mysql:8")


def test_what_it_is_given_is_a_secret_and_what_it_has_by_itself_is_none() -> None:
    text = "databases: {a: {use: testcontainers.mysql, arguments: {api_key: sesame-open}}}"
    made = with_passwords(read(text), b"secret")
    assert secrets_of(made) == ("sesame-open",)


WRONG = {
    "an unknown module": (
        "databases: {a: {use: testcontainers.qdrnt}}",
        ['1:22: databases.a.use: there is no such module; did you mean "qdrant"?'],
    ),
    "no module": (
        "databases: {a: {use: testcontainers}}",
        ["1:22: databases.a.use: names no module; write for example testcontainers.redis"],
    ),
    "no version": (
        'databases: {a: {use: "testcontainers.mysql:"}}',
        [
            (
                "1:22: databases.a.use: names no version after the colon; "
                "write for example testcontainers.mysql:16"
            )
        ],
    ),
    "an unknown argument": (
        "databases: {a: {use: testcontainers.mysql, arguments: {pasword: x}}}",
        [
            (
                '1:56: databases.a.arguments.pasword: it has no argument "pasword"; '
                'did you mean "password"?'
            )
        ],
    ),
    "a reference in an argument": (
        "databases: {a: {use: testcontainers.mysql, arguments: {username: '${b.url}'}}}",
        ["1:66: databases.a.arguments.username: ${b.url} cannot stand here; only ${env:...} can"],
    ),
    "arguments of a technology": (
        "databases: {a: {use: postgres, arguments: {a: b}}}",
        [
            (
                "1:43: databases.a.arguments: is for modules of testcontainers "
                '("use: testcontainers.NAME"); leave this out'
            )
        ],
    ),
    "a technology among services": (
        "services: {a: {use: postgres}}",
        [
            (
                "1:21: services.a.use: a service can only be a module of testcontainers "
                "(testcontainers.NAME); technologies stand in databases or brokers"
            )
        ],
    ),
    "on this host": (
        "databases: {a: {use: testcontainers.mysql, engine: process}}",
        [
            (
                "1:52: databases.a.engine: cannot be process, because it is a module of "
                "testcontainers, and those are containers"
            )
        ],
    ),
    "slices": (
        "databases: {a: {use: testcontainers.mysql, isolation: test}}",
        [
            (
                "1:55: databases.a.isolation: testcontainers.mysql cannot be sliced; leave this "
                "out, and let each test clean up or use names of its own"
            )
        ],
    ),
    "a user": (
        "databases: {a: {use: testcontainers.mysql, user: me}}",
        [
            (
                "1:50: databases.a.user: is for testcontainers.mysql itself to say; "
                'what it leaves open stands in "arguments"'
            )
        ],
    ),
    "two images": (
        'databases: {a: {use: "testcontainers.mysql:8", image: "mysql:9"}}',
        [
            (
                '1:55: databases.a.image: says the version already; leave it out of "use", '
                "or leave this out"
            )
        ],
    ),
    "an image twice": (
        'databases: {a: {use: "testcontainers.mysql:8", arguments: {image: "mysql:9"}}}',
        ['1:67: databases.a.arguments.image: stands in "image" or "use" already; leave one out'],
    ),
    "a seed that nobody loads": (
        "databases: {a: {use: testcontainers.mysql, seed: [schema.sql]}}",
        [
            (
                '1:51: databases.a.seed[0]: cannot seed with "schema.sql"; '
                "testcontainers.mysql takes .sh, file.py:function and task:NAME"
            )
        ],
    ),
    "a field that it does not have": (
        (
            "databases: {a: {use: testcontainers.qdrant}}\n"
            "services: {b: {image: x, env: {A: '${a.password}'}}}"
        ),
        [
            (
                '2:35: services.b.env.A: a has no field "password"; '
                "it has url, host, port and grpc_host_address"
            )
        ],
    ),
    "it runs already": (
        'databases: {a: {use: testcontainers.mysql, at: "mysql://h/x"}}',
        [
            (
                "1:48: databases.a.at: testcontainers.mysql is started here, and nothing that "
                "runs already and is adopted; leave out one of the two"
            )
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG.keys())
def test_every_mistake_has_its_place_and_says_what_to_do(text: str, expected: list[str]) -> None:
    assert mistakes(text) == expected


UNSEEN = """
databases:
  vectors: {use: "testcontainers.qdrant:v1", arguments: {a: 1}, seed: ["load.py:fill"]}
services:
  api: {image: x, env: {A: "${vectors.grpc_host_address}", B: "${vectors.6334.port}"}}
"""


def test_where_none_may_be_run_the_rest_is_judged_and_a_warning_says_so() -> None:
    made = World().load(UNSEEN)
    assert made.resources["vectors"].module == Module("qdrant", {"a": 1}, None, "v1", folder=FOLDER)
    [warning] = made.warnings
    assert str(warning) == (
        "environment.yaml:2:18: databases.vectors.use: is not looked at, because that would run "
        "it; greenroom plan and greenroom up do"
    )
    steps = plan_text(plan_up(made, Facts()))
    assert "start vectors: by testcontainers.qdrant, within 60 s" in steps
    assert World().mistakes("services: {a: {use: testcontainers.x, command: y}}") == [
        (
            "1:48: services.a.command: is for testcontainers.x itself to say; "
            'what it leaves open stands in "arguments"'
        )
    ]

"""Each key of a service, and what becomes of it in an entry."""

from __future__ import annotations

import pytest
from compose_world import mistakes, notes, plain, service, translate

from orchestrator.manifest.model.program import BuildPart

PORTS = {
    "ports: [80]": ["80"],
    "ports: ['8080:80']": [{"port": "80", "host": "8080"}],
    "ports: ['127.0.0.1:8080:80/tcp']": [{"port": "80", "host": "8080"}],
    "ports: ['127.0.0.1::80']": ["80"],
    "ports: ['[::1]:8080:80']": [{"port": "80", "host": "8080"}],
    "ports: ['3000-3002']": ["3000", "3001", "3002"],
    "ports: ['9000-9001:3000-3001']": [
        {"port": "3000", "host": "9000"},
        {"port": "3001", "host": "9001"},
    ],
    "ports: ['9000-9005:80']": ["80"],
    "ports: ['53:53/udp', '53:53']": [{"port": "53", "host": "53"}],
    "ports: [{target: 80, published: '8080', mode: host, name: web}]": [
        {"port": "80", "host": "8080"}
    ],
    "ports: [{target: 80}]": ["80"],
    "ports: [80, '8080:80']": [{"port": "80", "host": "8080"}],
    "expose: ['3000', 4000/tcp]\nports: ['80:80', 3000]": [
        {"port": "80", "host": "80"},
        "3000",
        "4000",
    ],
}


@pytest.mark.parametrize("written", PORTS)
def test_ports(written: str) -> None:
    assert service(f"image: x\n{written}")["ports"] == PORTS[written]


WRONG_PORTS = {
    "'1:2:3:4:5'": '"1:2:3:4:5" is no port; write it like 8080:80',
    "http": '"http" is no port number',
    "'x:80'": '"x" is no port number',
}


@pytest.mark.parametrize("written", WRONG_PORTS)
def test_what_is_no_port_says_so(written: str) -> None:
    text = f"services:\n  web:\n    image: x\n    ports: [{written}]\n"
    told = f"compose.yaml:4:13: services.web.ports[0]: {WRONG_PORTS[written]}"
    assert mistakes(text) == [told]


def test_a_port_of_a_variable_stays_one_in_an_import() -> None:
    text = "services:\n  web:\n    image: x\n    ports: ['${PORT:-8080}:${IN-80}']\n"
    found = plain(translate(text, imported=True).root)
    port = {"port": "${env:IN:-80}", "host": "${env:PORT:-8080}"}
    assert found["services"]["web"]["ports"] == [port]  # type: ignore[index,call-overload]


COMMANDS = {
    "command: run it": ["run", "it"],
    "command: sh -c 'a && b > c'": ["sh", "-c", "a && b > c"],
    'command: say "two words" \\"x': ["say", "two words", '"x'],
    "command: [run, it now]": ["run", "it now"],
    "command: echo $$HOME": ["echo", "$HOME"],
    "command: echo $${HOME}": ["echo", "$${HOME}"],
    "command: |\n  run\n  --fast": ["run", "--fast"],
}


@pytest.mark.parametrize("written", COMMANDS)
def test_commands_are_split_and_no_shell_is_implied(written: str) -> None:
    assert service(f"image: x\n{written}")["command"] == COMMANDS[written]


def test_an_empty_entry_point_takes_the_images_away() -> None:
    made = service("image: x\nentrypoint: []\ncommand: ''")
    assert made == {"image": "x", "docker": {"Entrypoint": [""]}, "may_exit": "true"}


def test_a_variable_in_a_command_is_one_word_or_a_part_of_one() -> None:
    text = 'services:\n  web:\n    image: x\n    command: run --a ${A:-b c} "$B"\n'
    found = plain(translate(text, imported=True, environ={"A": "z", "B": "y"}).root)
    command = ["run", "--a", "${env:A:-b c}", "${env:B:-}"]
    assert found["services"]["web"]["command"] == command  # type: ignore[index,call-overload]


def test_a_required_variable_in_a_command_stays_although_it_is_not_set() -> None:
    text = "services:\n  web:\n    image: x\n    command: serve --token ${TOKEN:?set me}\n"
    found = plain(translate(text, imported=True).root)
    command = ["serve", "--token", "${env:TOKEN:?set me}"]
    assert found["services"]["web"]["command"] == command  # type: ignore[index,call-overload]


@pytest.mark.parametrize(("written", "words"), [("${TOKEN}", []), ("${A:-b c}", ["b", "c"])])
def test_a_variable_that_is_not_one_word_is_told(written: str, words: list[str]) -> None:
    text = f"services:\n  web:\n    image: x\n    command: serve {written}\n"
    made = translate(text, imported=True)
    found = plain(made.root)
    assert found["services"]["web"]["command"] == ["serve", *words]  # type: ignore[index,call-overload]
    assert notes(made, lost=True) == [
        (
            "compose.yaml:4:14: services.web.command: a variable in this is several words now, or "
            "none, so that no variable stands there"
        )
    ]


def test_a_quote_without_a_partner_is_told() -> None:
    told = mistakes("services:\n  web:\n    image: x\n    command: say \"it's\n".replace('"', ""))
    assert told == [
        "compose.yaml:4:14: services.web.command: a quote or a backslash in this has no partner"
    ]


HEALTH = {
    "test: [CMD, ask, it]": ({"exec": ["ask", "it"]}, "120s"),
    "test: [CMD-SHELL, 'ask | it']": ({"exec": ["/bin/sh", "-c", "ask | it"]}, "120s"),
    "test: ask || exit 1\n  interval: 2s\n  retries: 3\n  timeout: 5s": (
        {"exec": ["/bin/sh", "-c", "ask || exit 1"]},
        None,
    ),
    "test: ask\n  interval: 500ms\n  start_period: 1m30s\n  retries: 1": (
        {"exec": ["/bin/sh", "-c", "ask"]},
        "100s",
    ),
    "interval: 5s": (None, None),
}


@pytest.mark.parametrize("written", HEALTH)
def test_a_health_check_is_how_one_sees_that_it_is_ready(written: str) -> None:
    made = service(f"image: x\nports: [80]\nhealthcheck:\n  {written}")
    ready, timeout = HEALTH[written]
    assert (made.get("ready"), made.get("timeout")) == (ready, timeout)


@pytest.mark.parametrize("written", ["{test: [NONE]}", "{test: NONE, disable: true}"])
def test_a_health_check_that_is_switched_off_is_so_in_the_container(written: str) -> None:
    made = service(f"image: x\nports: [80]\nhealthcheck: {written}")
    assert made["docker"] == {"Healthcheck": {"Test": ["NONE"]}}
    assert "ready" not in made


def test_variables_come_from_files_the_service_and_the_caller() -> None:
    made = service(
        """
        image: x
        env_file: [a.env, {path: b.env, required: false}, {path: raw.env, format: raw}]
        environment: [TWO=own, GIVEN, NOT_GIVEN, EMPTY=]
        """,
        files={"a.env": "ONE=1\nTWO=2\n#no\nTHREE='$ONE' # three\n", "raw.env": 'RAW="$x" y\n'},
        environ={"GIVEN": "${it}"},
    )
    assert made["env"] == {
        "ONE": "1",
        "THREE": "$ONE",
        "RAW": '"$x" y',
        "TWO": "own",
        "GIVEN": "$${it}",
        "EMPTY": "",
    }


def test_a_file_of_variables_that_is_missing_is_told() -> None:
    text = "services:\n  web:\n    image: x\n    env_file: [no.env]\n"
    told = "services.web.env_file[0]: there is no file /home/shop/no.env"
    assert mistakes(text) == [f"compose.yaml:4:16: {told}"]


def test_a_line_that_is_no_variable_is_told_with_its_place() -> None:
    text = "services:\n  web:\n    image: x\n    env_file: [a.env]\n"
    files = {"a.env": "A=1\n\nno variable at all\nB=$\n"}
    assert mistakes(text, files=files) == [
        "a.env:3:1: is not understood; write NAME=value, and close every quote",
        'a.env:4:1: B: a "$" stands alone; write "$$" if it is meant literally',
    ]


DEPENDENCIES = """
services:
  a: {image: x, depends_on: [b, c_c], links: ["d:other"]}
  b: {image: x, ports: [80]}
  c_c: {image: x, container_name: the-c}
  d: {image: x, depends_on: {e: {condition: service_completed_successfully}}}
  e:
    image: x
    depends_on: {b: {condition: service_healthy}, f: {condition: service_started, required: false}}
  f: {image: x, profiles: [more]}
"""


def test_whom_a_service_waits_for() -> None:
    made = translate(DEPENDENCIES)
    found = plain(made.root)
    assert isinstance(found, dict)
    services, tasks = found["services"], found["tasks"]
    assert {name: one.get("needs") for name, one in (services | tasks).items()} == {
        "a": ["b", "c-c", "d"],
        "b": None,
        "c-c": None,
        "d": ["e"],
        "e": ["b"],
        "f": None,
    }
    assert services["c-c"]["aliases"] == ["c_c", "the-c"]
    assert services["d"]["aliases"] == ["other"]
    assert list(tasks) == ["e"]
    assert services["f"]["profiles"] == ["more"]
    assert [note.split(": ", 1)[1] for note in notes(made, lost=True)] == [
        "services.e.depends_on.f: f need not be there, and so it is not waited for"
    ]


def test_an_unknown_service_is_told_with_the_nearest_name() -> None:
    text = "services:\n  api: {image: x, depends_on: [databse]}\n  database: {image: y}\n"
    told = 'there is no service "databse"; did you mean "database"?'
    assert mistakes(text) == [f"compose.yaml:2:32: services.api.depends_on[0]: {told}"]


ENDS = {
    "image: x": True,
    'image: x\nrestart: "no"': True,
    "image: x\nrestart: on-failure": True,
    "image: x\nrestart: always": False,
    "image: x\nrestart: unless-stopped": False,
    "image: x\nports: [80]": False,
    "image: x\nexpose: ['80']": False,
    "image: x\nhealthcheck: {test: ask}": False,
}


@pytest.mark.parametrize("written", ENDS)
def test_what_may_come_to_its_end(written: str) -> None:
    assert ("may_exit" in service(written)) is ENDS[written]


FILES = {
    "app.conf": "x",
    "run.sh": "x",
    "conf.d/a.conf": "x",
    "conf.d/deep/b.sh": "x",
    "api/Dockerfile": "x",
    "api/main.py": "x",
    **{f"many/{number}": "" for number in range(101)},
}
MOUNTS = {
    "'./app.conf:/etc/app.conf:ro'": {"/etc/app.conf": "app.conf"},
    "'./run.sh:/run.sh'": {"/run.sh": {"source": "run.sh", "mode": "0755"}},
    "'./conf.d/:/etc/conf.d/'": {
        "/etc/conf.d/a.conf": "conf.d/a.conf",
        "/etc/conf.d/deep/b.sh": {"source": "conf.d/deep/b.sh", "mode": "0755"},
    },
    "{type: bind, source: ./app.conf, target: /a}": {"/a": "app.conf"},
}


@pytest.mark.parametrize("written", MOUNTS)
def test_a_file_and_a_small_folder_are_put_in(written: str) -> None:
    made = service(f"image: x\nvolumes: [{written}]", files=FILES)
    assert made["files"] == MOUNTS[written]


LOST_MOUNTS = {
    "data:/data": "nothing of it outlives the run, and it needs no volume for that",
    "/data": "nothing of it outlives the run, and it needs no volume for that",
    ".:/app": "a folder of sources is not mounted: what runs is what the image was built from",
    "./api:/app": "a folder of sources is not mounted: what runs is what the image was built from",
    "./many:/m": "the folder has more than 100 files, which are not put in one by one; "
    "build them into an image",
    "./none:/n": "there is nothing at ./none to put in",
    "~/.aws:/root/.aws": "a folder of the user's own home is not put in; "
    "name a file of the project",
    "/var/run/docker.sock:/var/run/docker.sock": "no container gets the engine's socket",
}


@pytest.mark.parametrize("written", LOST_MOUNTS)
def test_what_is_not_put_in_says_why(written: str) -> None:
    text = f"services:\n  web:\n    build: api\n    volumes: ['{written}']\n"
    made = translate(text, FILES)
    assert "files" not in plain(made.root)["services"]["web"]  # type: ignore[index,call-overload]
    assert notes(made) == [f"compose.yaml:4:15: services.web.volumes[0]: {LOST_MOUNTS[written]}"]


def test_a_volume_that_is_shared_is_missed() -> None:
    made = translate(
        "services:\n  a: {image: x, volumes: [v:/v]}\n  b: {image: x, volumes: [v:/w]}\n"
        "volumes: {v: }\n"
    )
    assert [note.split(":", 3)[3][:46] for note in notes(made, lost=True)] == [
        " services.a.volumes[0]: the volume v is shared",
        " services.b.volumes[0]: the volume v is shared",
    ]


OPTIONS = {
    "cap_add: [NET_ADMIN]": {"HostConfig": {"CapAdd": ["NET_ADMIN"]}},
    "privileged: true": {"HostConfig": {"Privileged": "true"}},
    "init: 'true'": {"HostConfig": {"Init": "true"}},
    "shm_size: 1gb": {"HostConfig": {"ShmSize": "1073741824"}},
    "sysctls: {a.b: 1}": {"HostConfig": {"Sysctls": {"a.b": "1"}}},
    "sysctls: [a.b=1]": {"HostConfig": {"Sysctls": {"a.b": "1"}}},
    "ulimits: {nofile: {soft: 1, hard: 2}}": {
        "HostConfig": {"Ulimits": [{"Name": "nofile", "Soft": "1", "Hard": "2"}]}
    },
    "extra_hosts: [a=1.2.3.4, 'b:::1']": {"HostConfig": {"ExtraHosts": ["a:1.2.3.4", "b:::1"]}},
    "extra_hosts: {a: 1.2.3.4}": {"HostConfig": {"ExtraHosts": ["a:1.2.3.4"]}},
    "dns: 1.1.1.1": {"HostConfig": {"Dns": ["1.1.1.1"]}},
    "labels: [a=b, c]": {"Labels": {"a": "b", "c": ""}},
    "stop_signal: SIGINT": {"StopSignal": "SIGINT"},
    "devices: ['/dev/fuse', '/dev/a:/dev/b:r']": {
        "HostConfig": {
            "Devices": [
                {
                    "PathOnHost": "/dev/fuse",
                    "PathInContainer": "/dev/fuse",
                    "CgroupPermissions": "rwm",
                },
                {"PathOnHost": "/dev/a", "PathInContainer": "/dev/b", "CgroupPermissions": "r"},
            ]
        }
    },
    "cpu_period: 50ms": {"HostConfig": {"CpuPeriod": "50000"}},
    "network_mode: none": {"NetworkDisabled": "true"},
    "deploy: {resources: {limits: {pids: 7}}}": {"HostConfig": {"PidsLimit": "7"}},
}


@pytest.mark.parametrize("written", OPTIONS)
def test_what_the_engines_create_call_can_say(written: str) -> None:
    assert service(f"image: x\n{written}")["docker"] == OPTIONS[written]


LIMITS = {
    "mem_limit: 512m\ncpus: 1.5": {"memory": "512m", "cpus": "1.5"},
    "mem_limit: 1073741824": {"memory": "1g"},
    "mem_limit: 100000000b": {"memory": "97657k"},
    "mem_limit: 1g\ndeploy: {resources: {limits: {memory: 64M, cpus: '0.25'}}}": {
        "memory": "64m",
        "cpus": "0.25",
    },
}


@pytest.mark.parametrize("written", LIMITS)
def test_limits(written: str) -> None:
    assert service(f"image: x\n{written}")["limits"] == LIMITS[written]


def test_builds() -> None:
    made = service(
        """
        build:
          context: ./api
          dockerfile: Dev.Dockerfile
          target: dev
          args: [A=1, B, C]
        image: named
        """,
        environ={"B": "two"},
    )
    assert made["build"] == {
        "context": "api",
        "dockerfile": "Dev.Dockerfile",
        "target": "dev",
        "args": {"A": "1", "B": "two"},
    }
    assert "image" not in made


@pytest.mark.skipif("secrets" not in BuildPart.model_fields, reason="no secrets in builds")
def test_what_only_builds_may_read() -> None:
    text = """
        services:
          web:
            build:
              context: api
              network: host
              secrets: [npm, {source: token, target: other}, vault]
        secrets: {npm: {file: ./npm}, token: {environment: TOKEN}, vault: {external: true}}
    """
    made = translate(text)
    build = plain(made.root)["services"]["web"]["build"]  # type: ignore[index,call-overload]
    assert build == {
        "context": "api",
        "network": "host",
        "secrets": {"npm": {"file": "npm"}, "other": {"env": "TOKEN"}},
    }
    assert len(notes(made, lost=True)) == 1


NOT_BUILT = ["https://x/y.git", "git@github.com:a/b.git", "github.com/a/b"]


@pytest.mark.parametrize("where", NOT_BUILT)
def test_only_folders_of_this_host_are_built(where: str) -> None:
    text = f"services:\n  web:\n    build: {where}\n"
    told = "only a folder of this host can be built; clone it first"
    assert mistakes(text) == [f"compose.yaml:3:12: services.web.build: {told}"]


def test_names_that_a_manifest_cannot_have() -> None:
    text = "services:\n" + "".join(f"  {name}: {{image: x}}\n" for name in NAMES)
    found = plain(translate(text).root)
    services = found["services"]  # type: ignore[index,call-overload]
    called = {one.get("aliases", [name])[0]: name for name, one in services.items()}
    assert called == NAMES


NAMES = {
    "plain": "plain",
    "my_db": "my-db",
    "My.DB": "my-db-2",
    "1st": "s-1st",
    "env": "env-service",
    "my-db-": "my-db-3",
}

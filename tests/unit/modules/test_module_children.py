"""The child that describes modules, with the testcontainers that is installed and no engine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.manifest.modules import ModuleRefused
from orchestrator.model.module import Described, Module
from orchestrator.modules.conversation import CHILD, Child, Ended
from orchestrator.modules.describing import Describer
from orchestrator.waiting import Deadline, Stop, Stopped, TimedOut

pytest.importorskip("testcontainers")


@pytest.fixture
def modules(tmp_path: Path) -> Iterator[Describer]:
    """Nothing answers at this engine: whoever asked it would notice."""
    environ = {**os.environ, "DOCKER_HOST": "tcp://127.0.0.1:1"}
    with Describer(str(tmp_path), environ) as found:
        yield found


def described(modules: Describer, use: str, **more: object) -> Described:
    return modules.describe(Module(use, more, python=sys.executable))


def refusal(modules: Describer, use: str, **more: object) -> ModuleRefused:
    with pytest.raises(ModuleRefused) as caught:
        described(modules, use, **more)
    return caught.value


def test_what_is_constructed_says_its_image_ports_and_access(modules: Describer) -> None:
    found = described(modules, "mysql", username="app", password="p@ss", port=3307)
    assert (found.image, found.ports) == ("mysql:latest", ((3307, None),))
    assert (found.user, found.password, found.database) == ("app", "p@ss", "test")
    assert found.url == "mysql://app:p%40ss@${self.host}:${self.port}/test"
    assert found.overrides
    assert found.module.package


def test_every_address_that_it_says_becomes_a_field(modules: Describer) -> None:
    found = described(modules, "kafka.RedpandaContainer")
    assert found.fields == {
        "bootstrap_server": "${self.host}:${self.port}",
        "schema_registry_address": "http://${self.host}:${self.8081.port}",
    }


def test_what_has_a_field_s_name_already_is_no_other_field(modules: Describer) -> None:
    # Valkey's has `get_host` and `get_exposed_port`.
    found = described(modules, "valkey")
    assert (found.url, found.fields) == ("valkey://${self.host}:${self.port}", {})


def test_a_version_goes_behind_the_module_s_own_image(modules: Describer) -> None:
    found = modules.describe(Module("nginx", version="1.27", python=sys.executable))
    assert found.image == "nginx:1.27"
    found = modules.describe(Module("nginx", image="our/nginx:1", python=sys.executable))
    assert found.image == "our/nginx:1"


def test_a_prefix_of_testcontainers_own_is_not_put_before_images(tmp_path: Path) -> None:
    environ = {**os.environ, "TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX": "mirror/"}
    with Describer(str(tmp_path), environ) as modules:
        assert described(modules, "nginx").image == "nginx:latest"


def test_an_unknown_module_is_told_with_those_that_there_are(modules: Describer) -> None:
    refused = refusal(modules, "ngin")
    assert refused.message == 'testcontainers has no module "ngin"'
    assert (refused.key, refused.word) == ("use", "ngin")
    assert {"nginx", "qdrant", "kafka"} <= set(refused.names)
    assert not {"core", "compose", "community"} & set(refused.names)


def test_an_unknown_container_is_told_with_those_of_the_module(modules: Describer) -> None:
    refused = refusal(modules, "kafka.Redpanda")
    assert refused.names == ["KafkaContainer", "RedpandaContainer"]


def test_a_wrong_argument_is_told_with_what_there_is(modules: Describer) -> None:
    refused = refusal(modules, "redis", pasword="x")
    assert refused.message == 'RedisContainer has no argument "pasword"'
    assert (refused.key, refused.word) == ("arguments", "pasword")
    assert "password" in refused.names


def test_the_constructor_s_own_words_are_told(modules: Describer) -> None:
    refused = refusal(modules, "redis", port_to_expose=1)
    assert refused.key == "arguments"
    assert refused.message.startswith("Use `port` instead of `port_to_expose`; its arguments are ")


def test_what_only_shows_after_the_constructor_is_told_without_a_traceback(
    modules: Describer,
) -> None:
    refused = refusal(modules, "redis", port="abc")
    assert refused.key == "arguments"
    assert refused.message == "invalid literal for int() with base 10: 'abc'"
    assert described(modules, "redis").ports == ((6379, None),)


def test_a_missing_driver_is_named_with_how_it_is_installed(tmp_path: Path) -> None:
    hidden = tmp_path / "pika"
    hidden.mkdir()
    (hidden / "__init__.py").write_text("raise ModuleNotFoundError(name='pika')")
    with Describer(str(tmp_path), {**os.environ, "PYTHONPATH": str(tmp_path)}) as modules:
        assert refusal(modules, "rabbitmq").message == (
            f'testcontainers.rabbitmq needs the Python package "pika", which {sys.executable} does '
            f'not have; install it: {sys.executable} -m pip install "testcontainers[rabbitmq]"'
        )


def test_without_testcontainers_it_is_told_how_to_install_it(tmp_path: Path) -> None:
    hidden = tmp_path / "testcontainers"
    hidden.mkdir()
    (hidden / "__init__.py").write_text("raise ImportError")
    with Describer(str(tmp_path), {**os.environ, "PYTHONPATH": str(tmp_path)}) as modules:
        assert refusal(modules, "redis").message == (
            f"testcontainers is not installed for {sys.executable}; "
            f"install it: {sys.executable} -m pip install testcontainers"
        )


def test_an_interpreter_that_is_not_there_is_told(tmp_path: Path) -> None:
    with Describer(str(tmp_path), dict(os.environ)) as modules:
        asked = Module("redis", python=f"{tmp_path}/python")
        with pytest.raises(ModuleRefused, match=r"cannot be described: cannot run .*No such file"):
            modules.describe(asked)


def test_after_one_that_ends_its_process_the_next_is_described(modules: Describer) -> None:
    first = described(modules, "nginx")
    [child] = modules._children.values()
    os.killpg(child._process.pid, signal.SIGKILL)
    child._process.wait()
    refused = refusal(modules, "nginx")
    assert refused.message.startswith(
        "cannot be described: the process that runs it has ended with code -9"
    )
    assert described(modules, "nginx") == first


def test_what_a_module_prints_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('hello')\nprint(3)")
    with Describer(str(tmp_path), {**os.environ, "PYTHONPATH": str(tmp_path)}) as modules:
        assert described(modules, "nginx").image == "nginx:latest"


def test_the_waiting_ends_by_its_deadline_and_at_the_order_to_stop(tmp_path: Path) -> None:
    with Child(sys.executable, str(tmp_path), dict(os.environ)) as child:
        with pytest.raises(TimedOut):
            child.hear(Deadline.after(0.05))
        stop = Stop()
        stop.order()
        with pytest.raises(Stopped):
            child.hear(Deadline.after(5, stop))


def test_a_child_whose_input_ends_is_gone_with_its_folder(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    done = subprocess.run(
        [sys.executable, CHILD, own], input=b"", capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert not own.exists()


def test_a_line_that_is_no_answer_is_passed_over(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!{sys.executable}\nprint('noise')\nprint('{json.dumps({'a': 1})}')\n")
    program.chmod(0o755)
    with Child(str(program), str(tmp_path), dict(os.environ)) as child:
        assert child.hear(Deadline.after(20)) == {"a": 1}
        with pytest.raises(Ended, match="has ended with code 0"):
            child.hear(Deadline.after(20))


def test_a_child_that_closes_its_output_and_lives_on_holds_nobody_up(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexec >&-\nexec sleep 60\n")
    program.chmod(0o755)
    with Child(str(program), str(tmp_path), dict(os.environ)) as child, pytest.raises(TimedOut):
        child.hear(Deadline.after(0.5))


def test_our_own_process_has_nothing_of_testcontainers() -> None:
    code = "\n".join(
        [
            "import sys",
            "from pathlib import Path",
            "from orchestrator import Environment",
            "from orchestrator.engines.fake import FakeEngine",
            "text = {'databases': {'cache': {'use': 'testcontainers.redis'}}}",
            "made = Environment.of(text, engines={'docker': FakeEngine()})",
            "assert not [name for name in sys.modules if name.startswith('testcontainers')]",
        ]
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

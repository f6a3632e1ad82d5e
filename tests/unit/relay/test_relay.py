from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestrator.host.relay import Route
from orchestrator.host.relaying import relay_command

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere a host has but one loopback address"
)

ROOT = Path(__file__).parents[3]
SECONDS = 20


def reachable(host: str, port: int) -> bool:
    """Whether a connection to this address opens."""
    try:
        socket.create_connection((host, port), SECONDS).close()
    except OSError:
        return False
    return True


@contextmanager
def server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that serves each connection in a thread, on the port that is yielded."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stopping = threading.Event()

        def accept() -> None:
            while True:
                connection, _ = listener.accept()
                if stopping.is_set():
                    connection.close()
                    return
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        def one(connection: socket.socket) -> None:
            with connection:
                connection.settimeout(SECONDS)
                serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stopping.set()
            socket.create_connection(listener.getsockname(), SECONDS).close()
            thread.join()


def free_port(host: str = "127.0.0.2") -> int:
    with socket.socket() as attempt:
        attempt.bind((host, 0))
        port: int = attempt.getsockname()[1]
        return port


@contextmanager
def relay(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A relay that listens."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "relay listening\n"
            yield process
        finally:
            process.kill()


@contextmanager
def through_relay(serve: Callable[[socket.socket], None]) -> Iterator[socket.socket]:
    """A connection to a server, through a relay."""
    with server(serve) as target:
        listen = free_port()
        route = f"127.0.0.2:{listen}=127.0.0.1:{target}"
        with (
            relay(sys.executable, "-m", "orchestrator.host.relay", route),
            socket.create_connection(("127.0.0.2", listen), SECONDS) as connection,
        ):
            yield connection


def read_all(connection: socket.socket) -> bytes:
    data = b""
    while piece := connection.recv(1 << 16):
        data += piece
    return data


def test_it_leads_both_directions() -> None:
    def greet(connection: socket.socket) -> None:
        connection.sendall(b"hello " + connection.recv(100))

    with through_relay(greet) as connection:
        connection.sendall(b"world")
        assert read_all(connection) == b"hello world"


def test_a_side_that_has_said_all_still_hears_the_other() -> None:
    def count(connection: socket.socket) -> None:
        connection.sendall(str(len(read_all(connection))).encode())

    with through_relay(count) as connection:
        connection.sendall(b"x" * 5_000_000)
        connection.shutdown(socket.SHUT_WR)
        assert read_all(connection) == b"5000000"


def test_a_server_that_says_all_at_once_still_hears_the_client() -> None:
    heard = threading.Event()

    def speak_first(connection: socket.socket) -> None:
        connection.sendall(b"x" * 5_000_000)
        connection.shutdown(socket.SHUT_WR)
        if read_all(connection) == b"thanks":
            heard.set()

    with through_relay(speak_first) as connection:
        assert len(read_all(connection)) == 5_000_000
        connection.sendall(b"thanks")
        connection.shutdown(socket.SHUT_WR)
        assert heard.wait(SECONDS)


def test_a_connection_that_breaks_off_breaks_off_for_the_other_side_too() -> None:
    broken = threading.Event()

    def wait_for_the_break(connection: socket.socket) -> None:
        try:
            read_all(connection)
        finally:
            broken.set()

    with through_relay(wait_for_the_break) as connection:
        connection.sendall(b"x")
        linger = b"\1\0\0\0\0\0\0\0"
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.close()
        assert broken.wait(SECONDS)


def test_without_a_server_the_connection_is_closed_at_once() -> None:
    listen, nobody = free_port(), free_port("127.0.0.1")
    route = f"127.0.0.2:{listen}=127.0.0.1:{nobody}"
    with (
        relay(sys.executable, "-m", "orchestrator.host.relay", route) as process,
        socket.create_connection(("127.0.0.2", listen), SECONDS) as connection,
    ):
        assert connection.recv(1) == b""
        assert process.poll() is None, "the relay goes on without it"


def test_many_connections_at_once() -> None:
    def echo(connection: socket.socket) -> None:
        connection.sendall(read_all(connection))

    with server(echo) as target:
        listen = free_port()
        with relay(*relay_command(sys.executable, "127.0.0.2", {listen: target})):
            many = [socket.create_connection(("127.0.0.2", listen), SECONDS) for _ in range(100)]
            for number, connection in enumerate(many):
                connection.sendall(b"%d" % number)
                connection.shutdown(socket.SHUT_WR)
            answers = [read_all(connection) for connection in many]
            for connection in many:
                connection.close()
    assert answers == [b"%d" % number for number in range(100)]


def test_the_command_leads_from_the_gateway_to_the_loopback() -> None:
    def greet(connection: socket.socket) -> None:
        connection.sendall(b"hello")

    with server(greet) as target:
        port = free_port()
        command = relay_command(sys.executable, "127.0.0.2", {port: target})
        assert not reachable("127.0.0.2", port)
        with relay(*command):
            assert reachable("127.0.0.2", port)
            with socket.create_connection(("127.0.0.2", port), SECONDS) as connection:
                assert read_all(connection) == b"hello"


def test_it_starts_where_a_folder_hides_the_standard_library(tmp_path: Path) -> None:
    (tmp_path / "asyncio.py").write_text("raise SystemExit('not this one')")
    (tmp_path / "orchestrator").mkdir()
    command = relay_command(sys.executable, "127.0.0.2", {free_port(): 1})
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "relay listening\n"
        process.kill()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param([], 64, "'' is not of the form LISTEN_HOST:PORT=TARGET_HOST:PORT", id="none"),
        pytest.param(["a:1"], 64, "'a:1' is not of the form LISTEN_HOST", id="no target"),
        pytest.param(["a=b:1"], 64, "'a' is not of the form HOST:PORT", id="no port"),
        pytest.param(["a:1=b:x"], 64, "'b:x' is not of the form HOST:PORT", id="no number"),
        pytest.param(["a:1=b:99999"], 64, "'b:99999' is not of the form", id="no such port"),
        pytest.param(
            ["192.0.2.1:9=a:1"], 1, "cannot listen on 192.0.2.1:9: ", id="no such address"
        ),
    ],
)
def test_what_cannot_be_relayed_is_told(arguments: list[str], code: int, words: str) -> None:
    command = [sys.executable, "-m", "orchestrator.host.relay", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == code
    assert done.stderr.startswith(f"relay: {words}")
    assert done.stdout == ""


def test_it_listens_everywhere_or_nowhere() -> None:
    with socket.create_server(("127.0.0.2", 0)) as taken:
        port, free = taken.getsockname()[1], free_port()
        routes = [f"127.0.0.2:{free}=127.0.0.1:1", f"127.0.0.2:{port}=127.0.0.1:1"]
        command = [sys.executable, "-m", "orchestrator.host.relay", *routes]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.2:{port}: " in done.stderr
    assert "in use" in done.stderr


def test_addresses_of_version_six_stand_in_brackets() -> None:
    assert Route.parse("[fe80::1]:80=[::1]:8080") == Route(("fe80::1", 80), ("::1", 8080))
    assert relay_command("python", "fe80::1", {80: 90})[-1] == "[fe80::1]:80=127.0.0.1:90"


def test_it_imports_nothing_but_the_standard_library() -> None:
    script = (
        "import sys, orchestrator.host.relay\n"
        "print(*{name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names)"
    )
    command = [sys.executable, "-S", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert set(done.stdout.split()) <= {"orchestrator", "__main__", "__mp_main__"}

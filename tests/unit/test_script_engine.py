"""`scripts/engine` starts a daemon whatever the last one left: tried with stand-ins for docker and
dockerd, in a mount namespace of its own, so that no file of this machine is touched."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "engine"
DOCKER = """#!/bin/sh
test -e /run/answers
"""
# Answers until it is ended, unless something that its forerunner left is in the way.
DOCKERD = """#!/bin/bash
echo "$*" >>/run/starts
number=$(cat /run/docker.pid 2>/dev/null)
if [[ -n $number && -e /proc/$number ]]; then
    echo "failed to start daemon: pid file found, ensure docker is not running"
    exit 1
fi
if [[ $1 != --data-root && -e /var/lib/docker/unreadable ]]; then
    echo "failed to start daemon: layer does not exist"
    exit 1
fi
if [[ -e /var/lib/docker/network/files/local-kv.db ]]; then
    echo "panic: runtime error: index out of range [0] with length 0"
    echo "github.com/docker/libnetwork.(*controller).reservePools(0x556a39fd6e70?)"
    exit 2
fi
if [[ -e /var/lib/nothing-starts ]]; then
    echo "failed to start daemon: no space left on device"
    exit 1
fi
echo $$ >/run/docker.pid
touch /run/answers
exec sleep 600
"""
NOTHING = "#!/bin/sh\n"
PROGRAMS = {"docker": DOCKER, "dockerd": DOCKERD, "iptables": NOTHING, "apt-get": NOTHING}
APART = ["unshare", "--map-root-user", "--mount", "--mount-proc", "--pid", "--fork", "--kill-child"]
HIDDEN = """
set -e
for folder in /run /var/lib /var/log; do mount -t tmpfs none $folder; done
# It leads to /run/lock, or is a folder of its own.
mkdir -p /run/lock
mount -t tmpfs none /var/lock
"""
AROUND = """
mkdir -p /var/lib/docker/network/files
{before}
code=0
"$1" || code=$?
echo "starts:"; cat /run/starts
echo "networks:"; ls /var/lib/docker/network/files
exit $code
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with the stand-ins, to come first on the PATH, and the script."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, text in {**PROGRAMS, SCRIPT.name: SCRIPT.read_text()}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


def can_be_set_apart(script: Path) -> bool:
    """Whether this user may hide these folders, and sees the script and its tools all the same."""
    if shutil.which("unshare") is None:
        return False
    words = [*APART, "bash", "-c", HIDDEN + 'test -x "$1"; setsid true', "bash", str(script)]
    return not subprocess.run(words, capture_output=True).returncode


def started(programs: Path, before: str = "") -> subprocess.CompletedProcess[str]:
    """What became of the script, after these lines of a shell had prepared the machine."""
    script = programs / SCRIPT.name
    if not can_be_set_apart(script):
        pytest.skip("no folder of this machine can be hidden from a process here")
    environment = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C"}
    return subprocess.run(
        [*APART, "bash", "-c", HIDDEN + AROUND.format(before=before), "bash", str(script)],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_daemon_is_started(programs: Path) -> None:
    end = started(programs)
    assert end.returncode == 0, end.stderr
    assert "engine: dockerd runs as pid" in end.stderr
    assert end.stdout.splitlines()[0:2] == ["starts:", ""]


ANOTHER = "echo $$ >/run/docker.pid"
# Where docker and containerd are started one after the other, their numbers are soon mixed up.
CONTAINERD = """
printf '#!/bin/sh\nread it\n' >/run/containerd
chmod +x /run/containerd
mkfifo /run/silence
/run/containerd <>/run/silence &
until [ "$(cat /proc/$!/comm)" = containerd ]; do sleep 0.01; done
echo $! >/run/docker.pid
"""


@pytest.mark.parametrize("before", [ANOTHER, CONTAINERD], ids=["a shell", "containerd"])
def test_a_number_that_is_another_process_by_now_stops_nothing(before: str, programs: Path) -> None:
    end = started(programs, before)
    assert end.returncode == 0, end.stderr
    assert end.stdout.splitlines()[0:3] == ["starts:", "", "networks:"], "at the first attempt"


@pytest.mark.parametrize("code", [0, 69], ids=["an engine answers", "none does"])
def test_an_engine_is_found_where_nothing_keeps_the_time(code: int, programs: Path) -> None:
    """As on macOS, which has no `timeout`."""
    (programs / "docker").write_text(f"#!/bin/sh\nexit {code}\n")
    (programs / "apt-get").unlink()
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    words = [bash, str(programs / SCRIPT.name)]
    end = subprocess.run(words, env={"PATH": str(programs)}, capture_output=True, text=True)
    assert end.returncode == code, end.stderr
    assert ("no container engine answers" in end.stderr) == bool(code)


def test_networks_that_were_half_removed_are_set_aside(programs: Path) -> None:
    end = started(programs, "echo half >/var/lib/docker/network/files/local-kv.db")
    assert end.returncode == 0, end.stderr
    assert "dockerd cannot read its networks" in end.stderr
    assert "panic" not in end.stderr, "what is mended is told in a line, not with a stack"
    (aside,) = end.stdout.partition("networks:\n")[2].split()
    assert aside.startswith("local-kv.db.")


def test_networks_stay_when_it_is_something_else(programs: Path) -> None:
    end = started(
        programs,
        "touch /var/lib/docker/unreadable; echo mine >/var/lib/docker/network/files/other.db",
    )
    assert end.returncode == 0, end.stderr
    assert "layer does not exist" in end.stderr
    assert "trying with data of its own, in /var/lib/greenroom-docker" in end.stderr
    assert end.stdout.splitlines() == [
        "starts:",
        "",
        "--data-root /var/lib/greenroom-docker",
        "networks:",
        "other.db",
    ]


def test_what_stops_every_daemon_is_told(programs: Path) -> None:
    end = started(programs, "touch /var/lib/nothing-starts")
    assert end.returncode == 69
    assert "no space left on device" in end.stderr
    assert end.stderr.rstrip().endswith("all of it is in /var/log/greenroom-dockerd.log.")

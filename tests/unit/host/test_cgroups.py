"""What cgroups leave to a process, as the files of both versions say it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from orchestrator.host.cgroups import GROUPS, MOUNTS, Left, folders, left
from orchestrator.host.machine import this_machine

MIB = 1024**2

UNIFIED = "30 23 0:26 / /sys/fs/cgroup ro,nosuid shared:4 - cgroup2 cgroup rw,nsdelegate\n"

V1 = (
    "32 31 0:29 {root} /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 {root} /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
)

OWN = "4:memory:/docker/4f1\n2:cpu,cpuacct:/docker/4f1\n1:name=systemd:/docker/4f1\n0::/\n"


def found(files: Mapping[str, str]) -> Left:
    def read(path: str) -> str:
        try:
            return files[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    return left(read)


def unified(folder: str = "", **files: str) -> dict[str, str]:
    """The files of a cgroup of version 2, with points for the first underscores of their names."""
    return {
        f"/sys/fs/cgroup{folder}/{name.replace('_', '.', 1)}": text for name, text in files.items()
    }


V1_FILES = {
    "cpu,cpuacct{}/cpu.cfs_quota_us": "50000\n",
    "cpu,cpuacct{}/cpu.cfs_period_us": "100000\n",
    "memory{}/memory.limit_in_bytes": f"{512 * MIB}\n",
    "memory{}/memory.usage_in_bytes": f"{200 * MIB}\n",
    "memory{}/memory.stat": f"cache 1\ninactive_file 7\ntotal_inactive_file {50 * MIB}\n",
}


def v1(below: str, **root: str) -> dict[str, str]:
    files = {f"/sys/fs/cgroup/{name.format(below)}": text for name, text in V1_FILES.items()}
    return {GROUPS: OWN, MOUNTS: V1.format(root="/docker/4f1"), **files, **root}


def test_a_container_of_version_2() -> None:
    files = unified(
        cpu_max="150000 100000\n",
        memory_max=f"{1024 * MIB}\n",
        memory_current=f"{300 * MIB}\n",
        memory_stat=f"anon 1\nfile 2\ninactive_file {100 * MIB}\n",
    )
    assert found({GROUPS: "0::/\n", MOUNTS: UNIFIED, **files}) == Left(1.5, 824 * MIB)


def test_the_least_of_all_cgroups_above_counts_and_none_is_needed() -> None:
    own = "/user.slice/job.service"
    files = {
        **unified(own, cpu_max="max 100000\n", memory_max="max\n"),
        **unified("/user.slice", cpu_max="50000 100000\n"),
        **unified(
            "/user.slice",
            memory_max=f"{100 * MIB}",
            memory_current=f"{200 * MIB}",
            memory_stat="",
        ),
    }
    assert found({GROUPS: f"0::{own}\n", MOUNTS: UNIFIED, **files}) == Left(0.5, 0)


@pytest.mark.parametrize("root", ["/docker/4f1", "/elsewhere"])
def test_a_container_of_version_1_sees_its_own_as_the_whole(root: str) -> None:
    mounts = {MOUNTS: V1.format(root=root)}
    assert found({**v1(""), **mounts}) == Left(0.5, 362 * MIB)


def test_version_1_as_seen_from_the_host() -> None:
    files = {**v1("/docker/4f1"), MOUNTS: V1.format(root="/")}
    assert found(files) == Left(0.5, 362 * MIB)


def test_version_1_without_limits() -> None:
    files = {
        **v1(""),
        "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    }
    limits = found(files)
    assert limits.processors == math.inf
    assert limits.memory > 2**60


NOTHING: list[dict[str, str]] = [
    {},
    {GROUPS: "0::/\n"},
    {GROUPS: "0::/\n", MOUNTS: UNIFIED},
    {GROUPS: "nonsense\n\n0::\n", MOUNTS: "nonsense\n1 2 - \n - cgroup2\n"},
    {GROUPS: "0::/\n", MOUNTS: UNIFIED, **unified(cpu_max="", memory_max="much")},
    {GROUPS: "0::/\n", MOUNTS: UNIFIED, **unified(memory_max="5", memory_stat="x")},
    {GROUPS: "0::/\n", MOUNTS: UNIFIED, **unified(cpu_max="1 0")},
]  # fmt: skip


@pytest.mark.parametrize("files", NOTHING)
def test_what_is_not_there_or_makes_no_sense_limits_nothing(files: dict[str, str]) -> None:
    assert found(files) == Left()


def test_what_is_above_the_part_that_a_namespace_shows() -> None:
    assert list(folders("0::/../..\n", UNIFIED, "cpu")) == [("/sys/fs/cgroup", True)]
    assert list(folders("0::/a/b\n", UNIFIED, "cpu")) == [
        ("/sys/fs/cgroup/a/b", True),
        ("/sys/fs/cgroup/a", True),
        ("/sys/fs/cgroup", True),
    ]


def test_this_machine_has_something() -> None:
    found = this_machine()
    assert found.processors.number > 0
    assert found.memory.number > 0

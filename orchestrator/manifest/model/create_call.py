"""The keys of the engine's create call (ContainerCreate): engines say nothing of others.

They are those of version 1.52 of the Docker API and of all before it that still mean something:
https://docs.docker.com/reference/api/engine/version/v1.52/#tag/Container/operation/ContainerCreate
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.manifest.model.leaf import wrong
from orchestrator.manifest.words import nearest, quoted

HOST = "HostConfig"
NETWORKING = "NetworkingConfig"

_TOP = """
    ArgsEscaped AttachStderr AttachStdin AttachStdout Cmd Domainname Entrypoint Env ExposedPorts
    Healthcheck HostConfig Hostname Image Labels MacAddress NetworkDisabled NetworkingConfig OnBuild
    OpenStdin Shell StdinOnce StopSignal StopTimeout Tty User Volumes WorkingDir
"""
TOP = frozenset(_TOP.split())

_OF_HOST = """
    Annotations AutoRemove Binds BlkioDeviceReadBps BlkioDeviceReadIOps BlkioDeviceWriteBps
    BlkioDeviceWriteIOps BlkioWeight BlkioWeightDevice CapAdd CapDrop Capabilities Cgroup
    CgroupParent CgroupnsMode ConsoleSize ContainerIDFile CpuCount CpuPercent CpuPeriod CpuQuota
    CpuRealtimePeriod CpuRealtimeRuntime CpuShares CpusetCpus CpusetMems DeviceCgroupRules
    DeviceRequests Devices DiskQuota Dns DnsOptions DnsSearch ExtraHosts GroupAdd IOMaximumBandwidth
    IOMaximumIOps Init IpcMode Isolation KernelMemory KernelMemoryTCP Links LogConfig MaskedPaths
    Memory MemoryReservation MemorySwap MemorySwappiness Mounts NanoCpus NetworkMode OomKillDisable
    OomScoreAdj PidMode PidsLimit PortBindings Privileged PublishAllPorts ReadonlyPaths
    ReadonlyRootfs RestartPolicy Runtime SecurityOpt ShmSize StorageOpt Sysctls Tmpfs UTSMode
    Ulimits UsernsMode VolumeDriver VolumesFrom
"""
OF_HOST = frozenset(_OF_HOST.split())

OF_NETWORKING = frozenset({"EndpointsConfig"})


def check_keys(settings: Mapping[str, Any]) -> None:
    """Raise the mistake that a key is which no engine knows, or knows elsewhere."""
    for key in settings:
        if key not in TOP:
            raise wrong(_unknown(key, TOP), key)
    for part, known in ((HOST, OF_HOST), (NETWORKING, OF_NETWORKING)):
        inner = settings.get(part, {})
        if not isinstance(inner, Mapping):
            raise wrong("must be a mapping of settings", part)
        for key in inner:
            if key not in known:
                raise wrong(_unknown(key, known), part, key)


def _unknown(key: str, known: frozenset[str]) -> str:
    for place, names in (("", TOP), (f' below "{HOST}"', OF_HOST)):
        exact = next((name for name in names if name.lower() == key.lower()), None)
        if exact and (names is not known or exact != key):
            where = place or (" at the top of it" if names is not known else "")
            return f"the engine's create call has no such key here; write {quoted(exact)}{where}"
    by_lower = {name.lower(): name for name in sorted(known)}
    near = nearest(key, by_lower)
    hint = f"did you mean {quoted(by_lower[near])}?" if near else "see the Docker API's reference"
    return f"the engine's create call has no key {quoted(key)}; {hint}"

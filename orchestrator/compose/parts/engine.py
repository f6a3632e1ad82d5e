"""What only the engine's create call can say: `docker:` in a manifest.

Its words: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from orchestrator.compose.nodes import Block, Listing, Node, Said, pairs, words
from orchestrator.compose.out import Branch, Item, Row, Text, number, text, word
from orchestrator.compose.reading.words import seconds, size, whole
from orchestrator.compose.site import Site

Shape = Callable[[Node, Site], Item | None]
READABLE = ("json-file", "local", "journald")
"""Drivers whose logs can be read back."""


def _flag(node: Node, _site: Site) -> Item | None:
    return number(isinstance(node, Said) and node.true, node.spot)


def _list(node: Node, _site: Site) -> Item | None:
    return Row(node.spot, [text(one) for one in words(node)])


def _text(node: Node, _site: Site) -> Item | None:
    return Text(node.written, node.spot) if isinstance(node, Said) else None


def _whole(node: Node, site: Site) -> Item | None:
    found = whole(node.text) if isinstance(node, Said) else None
    if found is None:
        site.common.notes.wrong(node, "must be a whole number")
        return None
    return number(found, node.spot)


def _bytes(node: Node, site: Site) -> Item | None:
    if isinstance(node, Said) and node.text == "-1":
        return number(-1, node.spot)
    found = size(node.text) if isinstance(node, Said) else None
    if found is None:
        site.common.notes.wrong(node, "is no amount of memory; write it like 64m")
        return None
    return number(found, node.spot)


def _microseconds(node: Node, site: Site) -> Item | None:
    found = seconds(node.text) if isinstance(node, Said) else None
    return _whole(node, site) if found is None else number(round(found * 1e6), node.spot)


def _map(node: Node, _site: Site) -> Item | None:
    entries = {
        key: Text(one.written, one.spot) for key, one in pairs(node) if isinstance(one, Said)
    }
    return Branch(node.spot, dict(entries))


def _hosts(node: Node, _site: Site) -> Item | None:
    if isinstance(node, Listing):
        items = (Text(_with_colon(one.written), one.spot) for one in words(node))
        return Row(node.spot, list(items))
    found: list[Item] = []
    for name, value in pairs(node):
        found += [Text(f"{name}:{one.written}", one.spot) for one in words(value)]
    return Row(node.spot, found)


def _with_colon(written: str) -> str:
    name, equals, address = written.partition("=")
    return f"{name}:{address}" if equals else written


def _ulimits(node: Node, site: Site) -> Item | None:
    found: list[Item] = []
    for name, value in pairs(node):
        soft, hard = map(whole, _both(value))
        if soft is None or hard is None:
            site.common.notes.wrong(value, "must be a whole number")
        else:
            limits: dict[str, Item] = {
                "Name": word(name, value.spot),
                "Soft": number(soft, value.spot),
                "Hard": number(hard, value.spot),
            }
            found.append(Branch(value.spot, limits))
    return Row(node.spot, found)


def _both(value: Node) -> tuple[str, str]:
    if isinstance(value, Block):
        return value.text("soft"), value.text("hard")
    return (value.text, value.text) if isinstance(value, Said) else ("", "")


def _devices(node: Node, _site: Site) -> Item | None:
    found: list[Item] = []
    for one in words(node):
        host, _, rest = one.text.partition(":")
        inside, _, rights = rest.partition(":")
        device: dict[str, Item] = {
            "PathOnHost": word(host, one.spot),
            "PathInContainer": word(inside or host, one.spot),
            "CgroupPermissions": word(rights or "rwm", one.spot),
        }
        found.append(Branch(one.spot, device))
    return Row(node.spot, found)


def _logging(node: Node, site: Site) -> Item | None:
    if not isinstance(node, Block):
        return None
    driver = node.text("driver") or "json-file"
    if driver not in READABLE:
        site.lost(node, f"logs are read back here, which {driver} does not allow")
        return None
    options = node.block("options")
    entries: dict[str, Item] = {"Type": word(driver, node.spot)}
    if options is not None:
        entries["Config"] = _map(options, site) or Branch(node.spot)
    return Branch(node.spot, entries)


SETTINGS: Mapping[str, tuple[str, Shape]] = {
    "cap_add": ("HostConfig.CapAdd", _list),
    "cap_drop": ("HostConfig.CapDrop", _list),
    "cgroup": ("HostConfig.CgroupnsMode", _text),
    "cgroup_parent": ("HostConfig.CgroupParent", _text),
    "cpu_count": ("HostConfig.CpuCount", _whole),
    "cpu_period": ("HostConfig.CpuPeriod", _microseconds),
    "cpu_percent": ("HostConfig.CpuPercent", _whole),
    "cpu_quota": ("HostConfig.CpuQuota", _microseconds),
    "cpu_rt_period": ("HostConfig.CpuRealtimePeriod", _microseconds),
    "cpu_rt_runtime": ("HostConfig.CpuRealtimeRuntime", _microseconds),
    "cpu_shares": ("HostConfig.CpuShares", _whole),
    "cpuset": ("HostConfig.CpusetCpus", _text),
    "device_cgroup_rules": ("HostConfig.DeviceCgroupRules", _list),
    "devices": ("HostConfig.Devices", _devices),
    "dns": ("HostConfig.Dns", _list),
    "dns_opt": ("HostConfig.DnsOptions", _list),
    "dns_search": ("HostConfig.DnsSearch", _list),
    "domainname": ("Domainname", _text),
    "extra_hosts": ("HostConfig.ExtraHosts", _hosts),
    "group_add": ("HostConfig.GroupAdd", _list),
    "init": ("HostConfig.Init", _flag),
    "ipc": ("HostConfig.IpcMode", _text),
    "isolation": ("HostConfig.Isolation", _text),
    "labels": ("Labels", _map),
    "logging": ("HostConfig.LogConfig", _logging),
    "mem_reservation": ("HostConfig.MemoryReservation", _bytes),
    "mem_swappiness": ("HostConfig.MemorySwappiness", _whole),
    "memswap_limit": ("HostConfig.MemorySwap", _bytes),
    "oom_kill_disable": ("HostConfig.OomKillDisable", _flag),
    "oom_score_adj": ("HostConfig.OomScoreAdj", _whole),
    "pid": ("HostConfig.PidMode", _text),
    "pids_limit": ("HostConfig.PidsLimit", _whole),
    "privileged": ("HostConfig.Privileged", _flag),
    "read_only": ("HostConfig.ReadonlyRootfs", _flag),
    "runtime": ("HostConfig.Runtime", _text),
    "security_opt": ("HostConfig.SecurityOpt", _list),
    "shm_size": ("HostConfig.ShmSize", _bytes),
    "stdin_open": ("OpenStdin", _flag),
    "stop_signal": ("StopSignal", _text),
    "storage_opt": ("HostConfig.StorageOpt", _map),
    "sysctls": ("HostConfig.Sysctls", _map),
    "ulimits": ("HostConfig.Ulimits", _ulimits),
    "userns_mode": ("HostConfig.UsernsMode", _text),
    "uts": ("HostConfig.UTSMode", _text),
}
"""Keys of a service, each with its place in the create call and what it becomes there."""

MEASURES = (_flag, _whole, _bytes, _microseconds)
"""What is not carried over as it is written."""

OF_OTHERS = ("service:", "container:")
"""How a mode names another container, which has another name here."""


def engine(site: Site) -> None:
    """Carry over what is left to the engine."""
    for key, (place, shape) in SETTINGS.items():
        node = site.get(key)
        if node is None:
            continue
        if isinstance(node, Said) and node.text.startswith(OF_OTHERS):
            site.lost(node, "containers share nothing but their network here")
        elif key == "read_only" and "files" in site.entry:
            site.lost(node, "files cannot be put into a container that is read-only")
        elif (value := shape(node, site)) is not None:
            if shape in MEASURES:
                site.settle(node)
            site.option(site.spot(key), *place.split("."), value=value)

"""What an instance is, in the words of the engine's create call (ContainerCreate of its API)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.errors import EngineError
from orchestrator.model.launch import Launch, RunLabels

BILLION = 1_000_000_000
LOGS = {"Type": "json-file", "Config": {"max-size": "20m", "max-file": "2"}}
"""An instance that prints without end must not fill the disk."""


def network_name(run: str) -> str:
    """The name of a run's network."""
    return f"greenroom-{run}"


def container_name(launch: Launch) -> str:
    """The name of an instance's container."""
    return f"greenroom-{launch.labels.run}-{launch.instance.alias}"


def aliases(launch: Launch) -> list[str]:
    """The names of an instance in its run's network; the last is no other run's anywhere.

    Whoever is in the networks of several runs, as Greenroom may be, needs that one.
    """
    alias = launch.instance.alias
    return [alias, *launch.aliases, f"{alias}.{launch.labels.run}"]


def network_body(labels: RunLabels) -> dict[str, Any]:
    """The body of the call that makes a run's private network (NetworkCreate)."""
    return {
        "Name": network_name(labels.run),
        "Driver": "bridge",
        "Labels": labels.labels(),
        # Older engines would make a second network of the same name.
        "CheckDuplicate": True,
    }


def create_body(launch: Launch, interface: str) -> dict[str, Any]:
    """The create call's body; `interface` is the engine's address on which ports are published.

    The launch's options are laid over it: maps merge, lists grow, anything else replaces; settings
    for logs are taken as a whole, because those of one driver mean nothing to another. The labels
    stay ours, because removal depends on them. Raises EngineError for what cannot be laid over it.
    """
    body = merged(_own(launch, interface), launch.options)
    chosen = launch.options.get("HostConfig", {}).get("LogConfig")
    body["HostConfig"]["LogConfig"] = chosen or LOGS
    body["Labels"] |= launch.tags
    if body["HostConfig"]["NetworkMode"] != network_name(launch.labels.run):
        # The options chose another network, where the run's aliases have no place.
        del body["NetworkingConfig"]["EndpointsConfig"][network_name(launch.labels.run)]
    return body


def _own(launch: Launch, interface: str) -> dict[str, Any]:
    network = network_name(launch.labels.run)
    body: dict[str, Any] = {
        "Image": launch.image,
        "Env": [f"{name}={value}" for name, value in launch.env.items()],
        "Labels": {},
        "ExposedPorts": {f"{port.number}/tcp": {} for port in launch.ports},
        "HostConfig": _host_config(launch, interface),
        "NetworkingConfig": {"EndpointsConfig": {network: {"Aliases": aliases(launch)}}},
    }
    optional = {
        "Cmd": None if launch.command is None else list(launch.command),
        "Entrypoint": None if launch.entrypoint is None else list(launch.entrypoint),
        "Hostname": launch.hostname,
        "WorkingDir": launch.workdir,
        "User": launch.user,
    }
    return body | {name: value for name, value in optional.items() if value is not None}


def _host_config(launch: Launch, interface: str) -> dict[str, Any]:
    config: dict[str, Any] = {
        "NetworkMode": network_name(launch.labels.run),
        "PortBindings": {
            f"{port.number}/tcp": [{"HostIp": interface, "HostPort": str(port.host)}]
            for port in launch.ports
        },
        "ExtraHosts": [f"{name}:{address}" for name, address in launch.hosts.items()],
        "Tmpfs": dict(_folder_and_options(entry) for entry in launch.tmpfs),
        # The last one that speaks of it counts, so that the options can lift it.
        "SecurityOpt": ["no-new-privileges"],
    }
    if launch.limits.memory is not None:
        # Without the second, as much swap again would be allowed.
        config |= {"Memory": launch.limits.memory, "MemorySwap": launch.limits.memory}
    if launch.limits.cpus is not None:
        config["NanoCpus"] = round(launch.limits.cpus * BILLION)
    return config


def _folder_and_options(tmpfs: str) -> tuple[str, str]:
    """Take `/fast:size=64m` apart as Docker's own `--tmpfs` does."""
    folder, _, options = tmpfs.partition(":")
    return folder, options


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one over the other: maps merge, lists grow, anything else replaces."""
    result = dict(base)
    for key, value in over.items():
        own = result.get(key)
        if isinstance(own, Mapping):
            if not isinstance(value, Mapping):
                raise EngineError(f'"{key}" in the settings for the engine has to be a map')
            result[key] = merged(own, value)
        elif isinstance(own, list) and isinstance(value, list):
            result[key] = [*own, *value]
        else:
            result[key] = value
    return result

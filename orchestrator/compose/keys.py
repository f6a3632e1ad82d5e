"""What becomes of every key that Compose knows: what docs/compose.md lists, and notes say."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.compose.parts.engine import SETTINGS

CARRIED: Mapping[str, str] = {
    "build": "`build`, as far as that has the same keys",
    "command": "`command`, split into words as Compose does",
    "configs": "`files`, in `/` or where `target` says",
    "container_name": "one more name in `aliases`",
    "cpus": "`limits.cpus`",
    "depends_on": "`needs`; of `service_completed_successfully`, the other becomes a task",
    "deploy": "`limits`, from `resources.limits`; `replicas: 0` leaves the service out",
    "entrypoint": "`entrypoint`",
    "env_file": "`env`, behind `environment`",
    "environment": "`env`; a name alone takes the caller's value",
    "expose": "`ports`, after those of `ports`",
    "extends": "answered, also from other files",
    "healthcheck": "`ready: {exec: ...}`, and `timeout`, after which Compose would give up",
    "hostname": "`hostname`",
    "image": "`image`; beside `build` it is left out",
    "links": "`needs`, and `aliases` of the other service",
    "mem_limit": "`limits.memory`",
    "network_mode": "`none` is carried over, `host` and others are lost",
    "networks": "their `aliases` become `aliases`: all services are in one network",
    "platform": "`platform`",
    "ports": "`ports`, with `host` where a port of this host is named; published on 127.0.0.1",
    "profiles": "`profiles`",
    "pull_policy": "`pull`",
    "restart": "without `always` and `unless-stopped`, a service without ports `may_exit`",
    "scale": "0 leaves the service out; more than one is lost",
    "secrets": "`files`, in `/run/secrets/` or where `target` says",
    "stdin_open": "`docker: {OpenStdin: true}`",
    "tmpfs": "`tmpfs`",
    "tty": "`docker: {OpenStdin: true}`, so that a shell waits; there is no terminal",
    "user": "`user`",
    "volumes": "`files`, where a file or a small folder is bound; see below",
    "working_dir": "`workdir`",
}
"""Keys that a manifest says in words of its own."""

NEEDLESS: Mapping[str, str] = {
    "annotations": "are for other programs",
    "attach": "says what a terminal shows",
    "develop": "is for editing while it runs",
    "label_file": "holds labels, which are for other programs",
    "pull_refresh_after": "is about when an image is old",
    "stop_grace_period": "nothing has to stop in order: at the end, everything is removed",
}
"""Keys that nothing is missed of, each with the reason."""

LOST: Mapping[str, str] = {
    "blkio_config": "limits of block devices are not set",
    "credential_spec": "is for Windows only",
    "external_links": "what was started elsewhere is not in the run's network",
    "gpus": "devices such as GPUs are not handed on",
    "mac_address": "addresses are given by the engine",
    "models": "models are not run",
    "post_start": 'hooks are not run; a script under "seed" runs beside a service that is ready',
    "pre_start": "hooks are not run; a task that is needed runs before",
    "pre_stop": "hooks are not run; everything is removed at the end",
    "provider": "is run by nobody here",
    "umask": "the engine's create call cannot say it",
    "use_api_socket": "no container gets the engine's socket",
    "volumes_from": "containers share no folder",
}
"""Keys that may be missed, each with the reason."""

TOP: Mapping[str, str] = {
    "configs": "see `configs` of a service",
    "include": "answered",
    "jobs": "lost: nothing is run by schedule",
    "models": "lost: models are not run",
    "name": "`name`",
    "networks": "one network for all; an external one is lost",
    "secrets": "see `secrets` of a service",
    "services": "`services` and `tasks`",
    "version": "nothing: it is obsolete",
    "volumes": "nothing outlives a run; an external one is lost",
}
"""The keys of the file itself."""


def fates() -> dict[str, str]:
    """Return what becomes of each key of a service, in words."""
    engine = {key: f"`docker: {{{place}: ...}}`" for key, (place, _) in SETTINGS.items()}
    needless = {key: f"nothing ({why})" for key, why in NEEDLESS.items()}
    lost = {key: f"lost: {why}" for key, why in LOST.items()}
    return dict(sorted({**engine, **CARRIED, **needless, **lost}.items()))

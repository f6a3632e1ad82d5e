"""The signs that a process carries in its environment, by which another Greenroom finds it.

`GREENROOM_PROCESS` is `<run>/<instance>/<nonce>`, with `/helper` behind it for a command that runs
beside the instance; `GREENROOM_PROCESS_LABELS` is a record of the instance, as JSON.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from orchestrator.errors import EngineError

MARK = "GREENROOM_PROCESS"
RECORD = "GREENROOM_PROCESS_LABELS"

# A mark is read from processes that anyone may have started, and names files that are removed: what
# could lead out of the run's folder is no mark.
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_INSTANCE = re.compile(r"[a-z0-9][a-z0-9-]*(@[A-Za-z0-9._-]+)?")
_NONCE = re.compile(r"[0-9a-f]{16}")


def is_run(name: str) -> bool:
    """Whether this can be the name of a run."""
    return _RUN.fullmatch(name) is not None


@dataclass(frozen=True)
class Mark:
    """Which start of which instance of which run a process belongs to; each start has its nonce."""

    run: str
    instance: str
    nonce: str
    helper: bool = False

    @classmethod
    def new(cls, run: str, instance: str) -> Mark:
        """A mark that no other start has. Raises EngineError for names that cannot be in one."""
        mark = cls.of(run, instance, secrets.token_hex(8))
        if mark is None:
            raise EngineError(f"a process cannot be marked as {instance!r} of run {run!r}")
        return mark

    @classmethod
    def parse(cls, text: str) -> Mark | None:
        """The mark that this text is; None when it is none."""
        match text.split("/"):
            case [run, instance, nonce]:
                return cls.of(run, instance, nonce)
            case [run, instance, nonce, "helper"]:
                return cls.of(run, instance, nonce, helper=True)
        return None

    @classmethod
    def of(cls, run: str, instance: str, nonce: str, *, helper: bool = False) -> Mark | None:
        """The mark with these parts; None when a part cannot be one."""
        right = is_run(run) and _INSTANCE.fullmatch(instance) and _NONCE.fullmatch(nonce)
        return cls(run, instance, nonce, helper) if right else None

    def __str__(self) -> str:
        return f"{self.run}/{self.instance}/{self.nonce}" + ("/helper" if self.helper else "")


@dataclass(frozen=True)
class Record:
    """What must be known of an instance besides its mark.

    `ports` leads from the resource's ports to the host's; `workdir` is where it started. `pid` and
    `started` identify its root process; in the environment, which is older than that, both are 0.
    `returned` is what it ended with, as `Popen.returncode` says it, when somebody was told. `user`
    is the number of the user it runs as, None: ours. `stop` is the name of the signal that ends it
    at once; without one it is asked to end, and has its time.
    """

    labels: Mapping[str, str]
    ports: Mapping[int, int] = field(default_factory=dict)
    workdir: str = ""
    pid: int = 0
    started: int = 0
    returned: int | None = None
    user: int | None = None
    stop: str = ""

    def __str__(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> Record | None:
        """The record that this text is; None when it is none."""
        try:
            parts = json.loads(text)
            return cls(
                labels={str(key): str(value) for key, value in parts["labels"].items()},
                ports={int(number): int(host) for number, host in parts["ports"].items()},
                workdir=str(parts["workdir"]),
                pid=int(parts["pid"]),
                started=int(parts["started"]),
                returned=None if parts["returned"] is None else int(parts["returned"]),
                user=None if parts.get("user") is None else int(parts["user"]),
                stop=str(parts.get("stop", "")),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


def without_marks(env: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the signs of the run that we may ourselves be part of."""
    return {name: value for name, value in env.items() if not name.startswith(MARK)}

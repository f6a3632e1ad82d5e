"""BuildKit, by the `docker` command: its plugin buildx, or what older ones have built in.

Only a client that stays connected can build with secrets and mounts, and hand over a context bit by
bit; that is what the command is for. It goes to the same engine as all else.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.engines.docker.build_log import BuildKitLog, hint
from orchestrator.engines.docker.endpoint import Endpoint, context_name
from orchestrator.engines.docker.needing import HEREDOC
from orchestrator.engines.engine import Progress
from orchestrator.engines.process.commands import run
from orchestrator.errors import BuildFailed
from orchestrator.model.resource import Build, BuildSecret
from orchestrator.model.secret import is_secret
from orchestrator.waiting import Deadline

INSTALL = (
    "install buildx: the package docker-buildx of Debian and Ubuntu, docker-buildx-plugin of "
    'Docker\'s own repositories; "greenroom doctor" then shows it'
)
VERSION = re.compile(r"Docker version (\d+)\.")
BUILT_IN = range(19, 23)
"""The major versions of the command that bring a client for BuildKit of their own."""
PROBE_SECONDS = 10.0

OLD_FRONTEND = (
    "this engine's BuildKit knows no heredocs: begin the Dockerfile with "
    '"# syntax=docker/dockerfile:1", or use Docker 23 or later'
)
NO_SESSION = (
    "what answers there takes no sessions of BuildKit, as a proxy before an engine may not; "
    "DOCKER_BUILDKIT=0 builds by its API"
)
NO_FRONTEND = (
    'the "# syntax=" line of the Dockerfile is an image, which has to be pulled: leave the line '
    "out, or see that the engine reaches its registry"
)


@dataclass(frozen=True)
class Tool:
    """A command that builds with BuildKit; `environ` is what it has to be run with."""

    name: str
    argv: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Missing:
    """Why there is no BuildKit, and the next step."""

    reason: str
    hint: str
    podman: bool = False


def find(environ: Mapping[str, str], endpoint: Endpoint) -> Tool | Missing:
    """Look for buildx, then for a command that has a client built in.

    `DOCKER_BUILDKIT=0` turns it off, as it does for the command.
    """
    if environ.get("DOCKER_BUILDKIT") == "0":
        return Missing("DOCKER_BUILDKIT=0 turns it off", "unset DOCKER_BUILDKIT")
    program = shutil.which("docker", path=environ.get("PATH", ""))
    version = VERSION.match(_said([program, "--version"], environ)) if program else None
    if program is None or version is None:
        return Missing("there is no docker command to ask for it", INSTALL)
    around = _around(environ, endpoint)
    plugin = _said([program, "buildx", "version"], environ).split()
    if plugin:
        # An image that another builder has made has to be handed over; this one's is there already.
        name = " ".join(["buildx", *plugin[1:2]])
        return Tool(name, (program, "buildx", "build", "--load"), around)
    if int(version[1]) in BUILT_IN:
        return Tool(f"built into docker {version[1]}", (program, "build"), around)
    return Missing("the docker command here lacks its plugin buildx", INSTALL)


def build(
    tool: Tool,
    image: str,
    wanted: Build,
    labels: Mapping[str, str],
    progress: Progress,
    deadline: Deadline,
) -> None:
    """Make an image. Raises BuildFailed with the last lines of the step that has failed."""
    log = BuildKitLog(progress)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    result = run(
        list(command(tool, image, wanted, labels)),
        {**tool.environ, **variables(wanted)},
        wanted.context,
        deadline,
        stdin=None if wanted.inline is None else [wanted.inline.encode()],
        output=lambda _stream, data: log.tell(decoder.decode(data)),
    )
    log.finish()
    if result.exit_code:
        words = log.words or f"docker ended with {result.exit_code}"
        step = _hint(words, wanted) or hint(log.end)
        line = log.line(dockerfile(wanted))
        raise BuildFailed(f"cannot build {image}: {words}", log=log.end, hint=step, line=line)


def command(tool: Tool, image: str, wanted: Build, labels: Mapping[str, str]) -> Iterator[str]:
    """Yield the words of the command. Nothing in it is secret: everybody can read arguments."""
    yield from (*tool.argv, "--progress", "plain", "--tag", image)
    inline = wanted.inline is not None
    yield from ("--file", "-" if inline else str(Path(wanted.context, wanted.dockerfile)))
    for name, value in labels.items():
        yield from ("--label", f"{name}={value}")
    for name, value in wanted.args.items():
        yield from ("--build-arg", name if is_secret(name, value) else f"{name}={value}")
    for number, (name, secret) in enumerate(wanted.secrets.items()):
        yield from ("--secret", _fields(f"id={name}", _source(secret, number)))
    given = {
        "--target": wanted.target,
        "--network": wanted.network,
        "--platform": wanted.platform,
    }
    yield from (part for flag, value in given.items() if value for part in (flag, value))
    yield wanted.context


def variables(wanted: Build) -> dict[str, str]:
    """Return the variables by which the command gets what is secret."""
    arguments = {name: value for name, value in wanted.args.items() if is_secret(name, value)}
    values = (secret.value for secret in wanted.secrets.values())
    return arguments | {
        _variable(number): value for number, value in enumerate(values) if value is not None
    }


def _variable(number: int) -> str:
    return f"GREENROOM_BUILD_SECRET_{number}"


def _source(secret: BuildSecret, number: int) -> str:
    return f"src={secret.path}" if secret.path else f"env={_variable(number)}"


def _fields(*fields: str) -> str:
    """Return the fields as docker reads them: as a line of CSV, because a path may have commas."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()


def _around(environ: Mapping[str, str], endpoint: Endpoint) -> dict[str, str]:
    """Return the environment in which the command builds on the engine that runs everything.

    Whoever has chosen another builder by BUILDX_BUILDER gets its images handed over.
    """
    found = {"DOCKER_HOST": endpoint.url} if endpoint.found else {}
    around = {**environ, **found, "DOCKER_BUILDKIT": "1"}
    # Statements of origin would make several images of one, which older engines cannot take.
    around.setdefault("BUILDX_NO_DEFAULT_ATTESTATIONS", "1")
    around.setdefault("BUILDX_BUILDER", context_name(around))
    return around


def _said(argv: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return what a command prints, nothing when it fails or hangs."""
    try:
        done = subprocess.run(
            argv,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _hint(words: str, wanted: Build) -> str:
    if "unknown instruction" in words and HEREDOC.search(dockerfile(wanted)):
        return OLD_FRONTEND
    if "h2c" in words or "dial gRPC" in words:
        return NO_SESSION
    return NO_FRONTEND if "/docker/dockerfile/" in words else ""


def dockerfile(wanted: Build) -> str:
    """Return the text of the Dockerfile. Raises OSError when it cannot be read."""
    if wanted.inline is not None:
        return wanted.inline
    return Path(wanted.context, wanted.dockerfile).read_text(encoding="utf-8", errors="replace")

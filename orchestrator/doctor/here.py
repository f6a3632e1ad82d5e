"""This very process: its interpreter, and what its surroundings do to tests."""

from __future__ import annotations

import platform
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from orchestrator.doctor.finding import Around, Finding, ok, warning
from orchestrator.lifecycle.placing import in_ci
from orchestrator.waiting import Deadline

LOOPBACK = "127.0.0.1"
CI_SYSTEMS = {
    "GITHUB_ACTIONS": "GitHub Actions",
    "GITLAB_CI": "GitLab CI",
    "JENKINS_URL": "Jenkins",
    "CIRCLECI": "CircleCI",
    "BUILDKITE": "Buildkite",
    "TF_BUILD": "Azure Pipelines",
}
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
FEW_FILES = 1024
"""With fewer open files a larger environment fails: each log, probe and relay takes some."""


def program(_around: Around, _deadline: Deadline) -> Iterator[Finding]:
    """Say which Greenroom this is, and what it runs on."""
    from orchestrator import __version__

    where = f"{platform.system()} {platform.machine()}"
    yield ok("greenroom", f"{__version__}, Python {platform.python_version()}, {where}")


def surroundings(around: Around, _deadline: Deadline) -> Iterator[Finding]:
    """Say what of the surroundings has bitten others."""
    yield from _ci(around)
    yield from _proxies(around)
    yield from _localhost()
    yield from _open_files()


def _ci(around: Around) -> Iterator[Finding]:
    if not in_ci(around.environ):
        return
    named = [name for variable, name in CI_SYSTEMS.items() if around.environ.get(variable)]
    which = f" ({named[0]})" if named else ""
    yield ok("ci", f"CI is set{which}: progress is plain lines, and without an engine it fails")


def _proxies(around: Around) -> Iterator[Finding]:
    environ = around.environ
    given = [name for name in PROXIES if environ.get(name) or environ.get(name.lower())]
    spared = (environ.get("NO_PROXY") or environ.get("no_proxy") or "").split(",")
    names = {name.strip() for name in spared}
    lacking = [name for name in (LOOPBACK, "localhost") if name not in names]
    if not given:
        return
    if lacking and "*" not in names:
        yield warning(
            "proxy",
            f"{' and '.join(given)} without {' and '.join(lacking)} in NO_PROXY: what tests ask of "
            "services here would go to the proxy",
            f"export NO_PROXY={','.join(filter(None, [*sorted(names), *lacking]))}",
        )
    else:
        yield ok("proxy", f"{' and '.join(given)}, but not for this host")


def _localhost() -> Iterator[Finding]:
    addresses = set[str]()
    with suppress(OSError):
        addresses = {str(one[4][0]) for one in socket.getaddrinfo("localhost", None)}
    if LOOPBACK not in addresses:
        what = ", ".join(sorted(addresses)) or "nothing"
        yield warning(
            "localhost",
            f"the name localhost leads to {what}, and ports are published on {LOOPBACK}",
            f'have "{LOOPBACK} localhost" in {Path("/etc/hosts")}',
        )


def _open_files() -> Iterator[Finding]:
    try:
        import resource
    except ImportError:  # Windows has no such limits.
        return
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < FEW_FILES:
        yield warning("limits", f"only {soft} files can be open at once", "ulimit -n 4096")

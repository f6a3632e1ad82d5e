"""`greenroom ci` told by everybody what is secret: nothing of it is in its output or artifacts.

A seed, a service and the tests write all secrets that they know, in many spellings, in pieces, in
tracebacks and in the names of tests. Then all of them are looked for wherever the job has written.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from orchestrator import Environment

KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq/1hkiG9w0B\nAQEFAASC+2BKcwggSj==\n-----END KEY-----"

GIVEN = {
    "API_TOKEN": "bad-tok/en+9==",
    "LEDGER_PASSWORD": "p@ss/wo rd\"'<&%+$9p",
    "SIGNING_KEY": KEY,
}
"""One begins as it ends, and one has several lines: both are easily cut in the wrong place."""

OURS = {"DEPLOY_TOKEN": "ghp-0815+4711", "DB_PASSWORD": "valkey"}
"""What only our own variables have; the second is also the name of something, and stays."""

MANIFEST = """\
name: shop
engine: process
versions: loose
databases:
  ledger:
    use: valkey
    password: ${env:LEDGER_PASSWORD}
    seed: ["load.py:fill"]
  cache: {use: valkey}
services:
  api:
    command: python api.py
    ports: [8000]
    env:
      LEDGER_URL: ${ledger.url}
      CACHE_URL: ${cache.url}
      API_TOKEN: ${env:API_TOKEN}
      SIGNING_KEY: ${env:SIGNING_KEY}
    ready: {http: /health}
tests:
  env: {SIGNING_KEY: "${env:SIGNING_KEY}"}
"""

TELLING = """\
import json, os, sys, time, traceback
from urllib.parse import quote, quote_plus

NAMES = ("API_TOKEN", "DEPLOY_TOKEN", "LEDGER_PASSWORD", "SIGNING_KEY", "LEDGER_URL", "CACHE_URL")
KNOWN = {name: os.environ[name] for name in NAMES if name in os.environ}

def tell(known=KNOWN, pause=0.15):
    print(known, json.dumps(known), json.dumps(json.dumps(known)), sep="\\n")
    for secret in known.values():
        print(secret, repr(secret), quote(secret, safe=""), quote_plus(secret), sep="\\n")
        print(quote(quote(secret, safe=""), safe=""))
        sys.stdout.flush()
        for out in (sys.stdout, sys.stderr):
            out.write(f"in pieces: {secret[:-3]}")
            out.flush()
            time.sleep(pause)
            out.write(secret[-3:])
            out.flush()
            time.sleep(pause)
            out.write("\\n")
        try:
            raise ValueError(f"it is {secret}")
        except ValueError:
            traceback.print_exc()
        sys.stderr.flush()
"""

LOAD = """\
import os
import telling

def fill(resource):
    telling.tell({"url": str(resource.url), **telling.KNOWN}, 0)
    if os.environ.get("BROKEN"):
        raise RuntimeError(f"cannot log in at {resource.url} with {telling.KNOWN}")
"""

API = """\
import http.server, os, telling

class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/tell":
            telling.tell()
        self.send_response(200)
        self.end_headers()
        if self.path == "/die":
            telling.tell(pause=0)
            os._exit(3)

    def log_message(self, *words):
        pass

print(dict(os.environ), flush=True)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Api).serve_forever()
"""

TESTS = """\
import os, urllib.request
import pytest, telling

@pytest.mark.parametrize("secret", list(telling.KNOWN.values()))
def test_compared(secret):
    assert secret == f"x{secret}y"

def test_all_of_them(capfd):
    urllib.request.urlopen(os.environ["API_URL"] + "/tell").read()
    with capfd.disabled():
        telling.tell()
    telling.tell(pause=0)
    assert telling.KNOWN == {}

def test_raised():
    raise RuntimeError("\\n".join(telling.KNOWN.values()))
"""

DIES = """\
import os, urllib.request, time
urllib.request.urlopen(os.environ["API_URL"] + "/die").read()
time.sleep(1)
"""

PYTEST = (
    "pytest",
    "-rA",
    "--showlocals",
    "-p",
    "no:randomly",
    "-p",
    "no:cacheprovider",
    "--junitxml=own.xml",
)


@dataclass(frozen=True)
class Case:
    """A job: under which system's variables, what runs, and how it ends."""

    variables: dict[str, str]
    command: tuple[str, ...]
    code: int
    told: str
    broken: bool = False


GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_OUTPUT": "{root}/output",
    "GITHUB_STEP_SUMMARY": "{root}/summary",
}

CASES = {
    "failing tests": Case(GITHUB, PYTEST, 1, "test_all_of_them"),
    "a broken seed": Case({"TF_BUILD": "True"}, ("true",), 75, "cannot log in at", broken=True),
    "a death": Case({"GITLAB_CI": "true"}, ("python", "dies.py"), 75, "exited with code 3"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_no_secret_of_a_job_is_in_anything_that_it_writes(case: Case, tmp_path: Path) -> None:
    root = project(tmp_path)
    environ = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"],
        **GIVEN,
        **OURS,
        **{name: value.format(root=root) for name, value in case.variables.items()},
        **({"BROKEN": "1"} if case.broken else {}),
    }
    done = subprocess.run(
        ["greenroom", "ci", "--", *case.command],
        cwd=root,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=(root / "stdout").open("wb"),
        stderr=(root / "stderr").open("wb"),
        timeout=60,
        check=False,
    )
    told = dict(written(root))
    assert done.returncode == case.code, told["stdout"]
    assert any(case.told in text for text in told.values())
    assert sum("***" in text for text in told.values()) > 4
    secrets = Environment(root / "environment.yaml", environ=environ).secrets
    assert {*GIVEN.values(), *OURS.values()} < set(secrets)
    assert [*found([one for one in secrets if one != "valkey"], told)] == []
    assert "valkey" in told["greenroom-artifacts/manifest.yaml"]


def project(folder: Path) -> Path:
    root = folder / "checkout"
    root.mkdir()
    files = {"environment.yaml": MANIFEST, "telling.py": TELLING, "load.py": LOAD, "api.py": API}
    for name, text in {**files, "test_spilled.py": TESTS, "dies.py": DIES}.items():
        (root / name).write_text(textwrap.dedent(text))
    return root


def written(root: Path) -> Iterator[tuple[str, str]]:
    """Yield all that the job has written: where, and what people get to see of it."""
    outside = [root / name for name in ("stdout", "stderr", "output", "summary")]
    inside = (root / "greenroom-artifacts").rglob("*")
    for path in [*outside, *inside]:
        if path.is_file():
            text = path.read_text(errors="surrogateescape")
            yield str(path.relative_to(root)), f"{path.name}\n{as_shown(text)}"


def as_shown(text: str) -> str:
    """Return a log without the lines by which a system is told of secrets: it shows none of them.

    GitHub's runner: `ActionCommandManager.cs`; Azure's agent: `TaskCommandExtension.cs`.
    """
    lines = text.split("\n")
    return "\n".join(
        one for one in lines if not re.match(r"::add-mask::|##vso\[task.setsecret]", one)
    )


SPELLINGS: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    lambda text: repr(text)[1:-1],
    lambda text: quote(text, safe=""),
    lambda text: quote(quote(text, safe=""), safe=""),
    quote,
    quote_plus,
    html.escape,
    lambda text: text.replace("%", "%25"),
    lambda text: json.dumps(text)[1:-1].replace("<", "\\u003c").replace("&", "\\u0026"),
)


def found(secrets: Iterable[str], told: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield where a secret, or a line of one, stands, and what is around it."""
    for secret in secrets:
        lines = [line for line in secret.split("\n") if len(line) > 3]
        spelled = {spelling(part) for part in {secret, *lines} for spelling in SPELLINGS}
        for name, text in told.items():
            for one in spelled:
                if (at := text.find(one)) >= 0:
                    yield name, one, text[max(0, at - 80) : at + len(one) + 20]

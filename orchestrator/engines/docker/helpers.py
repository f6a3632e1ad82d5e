"""Credential helpers: the programs `docker-credential-NAME`, which keep logins for Docker.

A helper reads a registry's name from its input and answers in JSON; see
https://github.com/docker/docker-credential-helpers (`credentials.go`, `error.go`). It may ask its
user for something and never come back, so every call has a time limit.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress

from orchestrator.engines.docker.exchange import without_tags
from orchestrator.waiting import Deadline, TimedOut

SECONDS = 30.0
"""Within this time a helper has to answer; it may have to ask its user to unlock something."""
LOOKS_EVERY = 0.1
"""Seconds between two looks at the order to stop."""
NOT_FOUND = "credentials not found in native keychain"
TOKENS = "<token>"
"""The user's name when the secret is an identity token."""


class HelperFailed(Exception):
    """A helper gave no answer that makes sense; in words, without anything secret."""


def login(
    name: str, server: str, environ: Mapping[str, str], deadline: Deadline
) -> dict[str, str] | None:
    """Return what a helper knows of a server, as engines take it; None when it knows nothing.

    Raises HelperFailed.
    """
    answer = _ask(name, "get", server, environ, deadline)
    if answer is None:
        return None
    user, secret = (answer.get(key) for key in ("Username", "Secret"))
    if not isinstance(user, str) or not isinstance(secret, str):
        raise HelperFailed(f"{program(name)} answered without a user or a secret")
    if not user and not secret:
        return None  # So `pass` says that it knows nothing.
    if user == TOKENS:
        return {"identitytoken": secret, "serveraddress": server}
    return {"username": user, "password": secret, "serveraddress": server}


def servers(name: str, environ: Mapping[str, str], deadline: Deadline) -> list[str]:
    """Return all servers that a helper knows. Raises HelperFailed."""
    return list(_ask(name, "list", "", environ, deadline) or ())


def program(name: str) -> str:
    """Return what the helper's program is called."""
    return f"docker-credential-{name}"


def _ask(
    name: str, action: str, text: str, environ: Mapping[str, str], deadline: Deadline
) -> dict[str, object] | None:
    """Return a helper's answer; None where it knows nothing of what it was asked."""
    path = shutil.which(program(name), path=environ.get("PATH"))
    if path is None:
        raise HelperFailed(f"{program(name)} is not on the PATH")
    status, output, errors = _run(name, [path, action], text, environ, deadline)
    said = output.decode("utf-8", "replace").strip()
    if status == 0:
        return _parsed(name, said)
    if NOT_FOUND in said:
        return None
    # Helpers tell errors on stdout; what looks like an answer may hold a secret.
    told = "" if said.startswith("{") else said
    words = without_tags(told or errors.decode("utf-8", "replace")) or "no word"
    raise HelperFailed(f"{program(name)} failed with exit code {status}: {words}")


def _parsed(name: str, said: str) -> dict[str, object]:
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        # What it said instead is not shown: it may be a secret.
        raise HelperFailed(f"{program(name)} did not answer in JSON")
    return answer


def _run(
    name: str, argv: list[str], text: str, environ: Mapping[str, str], deadline: Deadline
) -> tuple[int, bytes, bytes]:
    """Return a helper's exit code and what it wrote to stdout and stderr."""
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, env=dict(environ))
    except OSError as error:
        raise HelperFailed(f"{program(name)} cannot be started: {error.strerror}") from error
    try:
        return _communicate(process, text.encode(), deadline.sooner(SECONDS))
    except TimedOut:
        deadline.check()
        raise HelperFailed(f"{program(name)} did not answer within {SECONDS:g} s") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        # Something that it has started may still hold the other ends.
        for each in (process.stdin, process.stdout, process.stderr):
            with suppress(OSError):
                if each:
                    each.close()


def _communicate(
    process: subprocess.Popen[bytes], data: bytes, deadline: Deadline
) -> tuple[int, bytes, bytes]:
    given: bytes | None = data
    while True:
        deadline.check()
        try:
            output, errors = process.communicate(given, deadline.remaining(LOOKS_EVERY))
        except subprocess.TimeoutExpired:
            given = None  # What is left of the input is still on its way.
        else:
            return process.returncode, output, errors

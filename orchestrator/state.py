"""What Greenroom keeps on this machine for its user."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from orchestrator.errors import NotKept


def state_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder for what Greenroom keeps on this machine (XDG base directories)."""
    named = environ.get("XDG_STATE_HOME", "")
    # A relative path is to be ignored, says the specification: it would change with every folder.
    if Path(named).is_absolute():
        return Path(named) / "greenroom"
    return Path(environ.get("HOME") or Path.home(), ".local/state/greenroom")


def machine_secret(environ: Mapping[str, str]) -> bytes:
    """Return the secret from which this user's passwords derive; made at its first use.

    Raises NotKept where it cannot be read or kept.
    """
    path = state_folder(environ) / "secret"
    try:
        make_private(path.parent, 0o700)
        make_private(path, 0o600)
        return path.read_bytes()
    except FileNotFoundError:
        return make_secret(path)
    except OSError as error:
        raise NotKept(
            f"cannot read {path}: {error.strerror}",
            hint="name a folder of your own with XDG_STATE_HOME",
        ) from error


def make_private(path: Path, mode: int) -> None:
    """Take a file or folder that others may look into from them, with all that is below.

    Raises FileNotFoundError, and PermissionError where it, or the link that leads to it, belongs to
    another user, who could put something else into its place.
    """
    owners = {path.lstat().st_uid, path.stat().st_uid}
    if hasattr(os, "getuid") and os.getuid() and owners != {os.getuid()}:
        raise PermissionError(errno.EPERM, f"{path} belongs to another user")
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(mode)


def make_secret(path: Path) -> bytes:
    """Make a new secret, whole or not at all. Raises NotKept where it cannot be kept."""
    try:
        # The mode is for the last folder only; what is above it is the user's own affair.
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_private(path.parent, 0o700)
        return written_secret(path)
    except OSError as error:
        raise NotKept(
            f"cannot keep anything in {path.parent}: {error.strerror}",
            hint="name another folder with XDG_STATE_HOME",
        ) from error


def written_secret(path: Path) -> bytes:
    """Write a new secret beside its place and put it there, unless somebody was quicker."""
    own = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(32))
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()
    return path.read_bytes()

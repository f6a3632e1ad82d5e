"""What is said to Redis first: commands, encoded, and how one logs in.

Protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

from __future__ import annotations

from orchestrator.model.conversation import Credentials

DEFAULT_USER = "default"


def encoded(*words: str) -> bytes:
    """Return a command as it is sent."""
    parts = [word.encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(one), one) for one in parts)


def login(access: Credentials) -> tuple[str, ...]:
    """Return the command that logs in; none where there is no password, which would be refused."""
    if not access.password:
        return ()
    named = access.user not in ("", DEFAULT_USER)
    return ("AUTH", access.user, access.password) if named else ("AUTH", access.password)

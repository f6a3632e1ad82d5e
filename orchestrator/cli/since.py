"""A moment as people name it: a while ago, or by the clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from orchestrator.errors import UsageError

AGO = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment(text: str, now: datetime | None = None) -> str:
    """Return a moment as RFC 3339 in UTC; a time without a zone is the machine's own.

    Raises UsageError for what is neither a duration nor a time.
    """
    ago = AGO.fullmatch(text)
    if ago:
        past = timedelta(**{UNITS[ago[2]]: float(ago[1])})
        return rfc3339((now or datetime.now(UTC)) - past)
    try:
        return rfc3339(datetime.fromisoformat(text))
    except ValueError as error:
        raise UsageError(
            f"{text} is no moment", hint="write 90s, 5m or 2h, or a time like 2026-11-23T10:15:00Z"
        ) from error


def rfc3339(time: datetime) -> str:
    """Return a time in the form that engines take."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")

"""Moments as engines note them, so that they can be compared.

RFC 3339 times have up to nine decimals, some come without those that are zero, and some engines
give them in a zone of their own. As whole nanoseconds since the Unix epoch they are compared as
they are: a float of today's seconds knows a quarter of a microsecond at best.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

SECOND = 1_000_000_000

TIME = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?")


def nanoseconds(time: str) -> int:
    """Return an RFC 3339 time as nanoseconds since the Unix epoch; 0 for what is none.

    One without a zone is in UTC; of more than nine decimals the first nine count.
    """
    parts = TIME.fullmatch(time)
    if parts is None:
        return 0
    return _second(parts[1], parts[3] or "Z") + int(f"{parts[2] or '0':0<9.9}")


@lru_cache(maxsize=1024)
def _second(text: str, zone: str) -> int:
    """Return a whole second; lines of one second are many, and reading a time takes long."""
    try:
        moment = datetime.fromisoformat(text + zone)
    except ValueError:
        return 0
    return int(moment.timestamp()) * SECOND


def rfc3339(seconds: float) -> str:
    """Return a moment as engines take and give it: in UTC, with microseconds."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

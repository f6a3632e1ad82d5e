"""Where a field's chance comes from."""

from __future__ import annotations

import hashlib
from random import Random


def source(seed: int, table: str, field: str) -> Random:
    """Return a source that is the field's own, and the same on every machine and every day.

    So another field, or another count of rows, changes nothing of this one's values.
    """
    text = "\0".join((str(seed), table, field))
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).digest()
    return Random(int.from_bytes(digest[:16], "big"))  # noqa: S311 - to be repeated, not secret

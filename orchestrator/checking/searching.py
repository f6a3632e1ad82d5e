"""Where something begins, found with few looks, because each look is an environment."""

from __future__ import annotations

from collections.abc import Callable


def first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the first number from `low` on for which it holds; it is known to hold for `high`.

    What holds for a number is taken to hold for those behind it.
    """
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return high

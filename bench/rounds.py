"""Rounds of measurements: A B C, A B C, so that a drifting machine touches all alike."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.contenders import Contender

BREATH = 0.3
"""Seconds between two contenders, in which the engine ends what it does behind our back."""

Times = dict[str, dict[str, list[float]]]
"""Seconds by phase and contender, one entry for each round."""


@dataclass
class Measured:
    """What came of the rounds: the times, and what each contender's containers looked like."""

    times: Times = field(default_factory=dict)
    looks: dict[str, Counter[str]] = field(default_factory=dict)


def measure(contenders: Sequence[Contender], rounds: int, tell: Callable[[str], None]) -> Measured:
    """Let everybody do everything so many times; nothing of it is left, however that ends."""
    measured = Measured()
    try:
        for number in range(1, rounds + 1):
            for contender in contenders:
                once(contender, measured)
            tell(f"round {number} of {rounds}")
    finally:
        clean(contenders)
    return measured


def once(contender: Contender, measured: Measured) -> None:
    """Let one contender go through its phases."""
    for phase, run in contender.phases.items():
        seconds = run()
        measured.times.setdefault(phase, {}).setdefault(contender.name, []).append(seconds)
        if contender.label and contender.name not in measured.looks:
            measured.looks[contender.name] = contender.looks(contender.label)
    if len(contender.phases) > 1:
        time.sleep(BREATH)


def clean(contenders: Sequence[Contender]) -> None:
    """Clean up after everybody, also when that fails for one of them."""
    if contenders:
        try:
            contenders[0].clean()
        finally:
            clean(contenders[1:])

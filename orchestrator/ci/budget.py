"""How long each part of a run may take."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.artifacts.record import PHASES
from orchestrator.errors import StepFailed, UsageError
from orchestrator.lifecycle.evidence import LONGER, OVER
from orchestrator.model.step_key import verb

UP, TESTS, DOWN, ALL = "up", "tests", "down", "all"

PARTS = {**{phase: PHASES[phase] for phase in (UP, TESTS, DOWN)}, ALL: "all of it"}
"""The parts that can have a budget, in words."""

BUDGET = "budget"
"""The verb of what fails when a part as a whole has taken too long."""

RUN = "run"
"""The verb of the tests' command, which fails as a step only when its time is over."""

EXAMPLE = "write --budget up=60s, for example"


@dataclass(frozen=True)
class Budgets:
    """The seconds that parts have; what has none may take its time."""

    seconds: Mapping[str, float] = field(default_factory=dict)

    def of(self, phase: str) -> float | None:
        """Return the budget of a part."""
        return self.seconds.get(phase)

    def left(self, phase: str, so_far: float) -> float:
        """Return how long a part may take that begins when the whole has taken `so_far` seconds."""
        whole = self.seconds.get(ALL, math.inf) - so_far
        return max(0.0, min(self.seconds.get(phase, math.inf), whole))

    def passed(self, phase: str, taken: float) -> StepFailed | None:
        """Return the failure of a part that has taken longer than it may."""
        budget = self.seconds.get(phase)
        return over(phase, taken, budget) if budget is not None and taken > budget else None

    def was_over(self, phase: str) -> str:
        """Return in words that a budget was over: behind "when"."""
        return f"the budget of {self.seconds[phase]:.3g} s was over (--budget {phase})"


def is_late(step: str) -> bool:
    """Whether this is no step of the plan, but a part of the run whose time was over."""
    return verb(step) in (BUDGET, RUN)


def over(phase: str, taken: float, budget: float) -> StepFailed:
    """Return the failure of a part that took longer than its budget."""
    return StepFailed(
        f"{BUDGET} {phase}",
        f"{PARTS[phase]} took {taken:.3g} s, and its budget is {budget:.3g} s",
        hint="the timeline of the report shows where the time went; "
        f"or give it more: --budget {phase}={math.ceil(taken * 1.5)}s",
    )


def budgets(texts: Sequence[str], duration: Callable[[str, str], float]) -> Budgets:
    """Return the budgets of texts like `up=60s`; `duration` reads a time, for the option it names.

    Raises UsageError for a part that there is none of, and for one that is named twice.
    """
    found: dict[str, float] = {}
    for text in texts:
        phase, _, time = text.partition("=")
        if phase not in PARTS:
            raise UsageError(
                f"--budget {text}: there is no part {phase!r}",
                hint=f"there are {', '.join(PARTS)}; {EXAMPLE}",
            )
        if phase in found:
            raise UsageError(f"--budget names {phase} twice", hint="leave one of the two out")
        found[phase] = duration(time, f"--budget {phase}=")
    return Budgets(found)


def blame(error: BaseException, budgets: Budgets, taken: Mapping[str, float]) -> None:
    """Say of all failed steps that the time for them was over by which budget it was.

    `taken` has by the parts how many seconds they took. More of it is the next step, unless a step
    has a cause that more time does not change.
    """
    if not isinstance(error, StepFailed):
        return
    passed = ((part, budgets.passed(part, seconds)) for part, seconds in taken.items())
    part, late = next(((part, late) for part, late in passed if late), ("", None))
    if late is None:
        return
    for one in (error, *error.others):
        if OVER in one.message and (is_late(one.step) or one.hint == LONGER):
            one.hint = late.hint
        one.message = one.message.replace(OVER, budgets.was_over(part))

"""How a run ended: as a verdict and as an exit code."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.artifacts.record import Verdict
from orchestrator.ci.budget import is_late
from orchestrator.errors import EngineUnavailable, Interrupted, NotRemoved, ServiceDied, StepFailed
from orchestrator.render import failing


def verdict(code: int | None, errors: Sequence[BaseException], *, died: bool) -> Verdict:
    """Return how a run ended whose tests had this exit code, None: they have not come to their end.

    What has died while tests ran may be why they failed, and so it is the environment that did; an
    engine that does not answer any more has died with all that it runs.
    """
    first = errors[0] if errors else None
    if any(isinstance(error, Interrupted) for error in errors):
        return Verdict.INTERRUPTED
    if died or (code and any(isinstance(error, EngineUnavailable) for error in errors)):
        return Verdict.ENVIRONMENT_FAILED
    if code:
        return Verdict.TESTS_FAILED
    if isinstance(first, StepFailed):
        return Verdict.OVER_BUDGET if is_late(first.step) else Verdict.ENVIRONMENT_FAILED
    if isinstance(first, NotRemoved):
        return Verdict.NOT_REMOVED
    return Verdict.NOT_STARTED if first else Verdict.PASSED


def exit_code(code: int | None, errors: Sequence[BaseException], *, died: bool) -> int:
    """Return what the shell is told: the tests' own code, else that of what went wrong first."""
    if code:
        return code
    codes = [*map(failing.exit_code, errors), *([ServiceDied.exit_code] if died else [])]
    return next(filter(None, codes), 0)

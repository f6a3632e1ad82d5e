"""A plan as text: the dry run that people read and tests compare."""

from __future__ import annotations

from orchestrator.model.resource import PROCESS
from orchestrator.model.step import (
    AddDatabase,
    ApplySeed,
    MakeOwn,
    Plan,
    Pull,
    Ready,
    Start,
    StartRelay,
    Step,
)
from orchestrator.plan.words import readiness_words


def plan_text(plan: Plan) -> str:
    """Return each step with its cause and what it waits for, in an order in which it could run."""
    head = f"{plan.title}: {changes_text(plan) or steps_text(plan)}"
    return "\n".join([head, *(step_text(step) for step in plan.steps)]) + "\n"


def steps_text(plan: Plan) -> str:
    """Return how many steps there are."""
    count = len(plan.steps)
    return f"{count} step{'' if count == 1 else 's'}"


def changes_text(plan: Plan) -> str:
    """Return what becomes of the instances that stand, in numbers; empty where none stands."""
    return ", ".join(f"{count} {kind}" for kind, count in plan.counts.items())


def step_text(step: Step) -> str:
    """Return one step: its key and detail, then why, then after what."""
    detail = step_detail(step)
    lines = [f"{step.key}: {detail}" if detail else step.key, f"    because {step.cause}"]
    if step.after:
        lines.append(f"    after {', '.join(step.after)}")
    return "\n".join(lines)


def step_detail(step: Step) -> str:
    """Return what the key does not say."""
    match step:
        case MakeOwn(what=what, timeout=timeout):
            return f"{what}, within {timeout:g} s"
        case AddDatabase(database=database, server=server):
            when = "came with its snapshot" if step.restored else f"within {step.timeout:g} s"
            return f"the database {database} on {server}, {when}"
        case Start():
            return start_detail(step)
        case StartRelay(targets=targets):
            return f"the relay to {', '.join(map(str, targets))}"
        case Ready(readiness=readiness, timeout=timeout):
            return f"{readiness_words(readiness.probe)}, within {timeout:g} s"
        case Pull(platform=str(platform)):
            return platform
        case ApplySeed(timeout=timeout):
            return f"within {timeout:g} s"
        case _:
            return ""


def start_detail(step: Start) -> str:
    """Return what is started, and where."""
    if step.server:
        return f"{step.server}, which runs already"
    if step.program:
        return f"{step.program}, a process on this host"
    if step.module:
        return f"{step.image or ''}, by {step.module}, within {step.timeout:g} s".lstrip(", ")
    return step.image if step.image and step.engine != PROCESS else "a process on this host"

"""A plan as text: the dry run that people read and tests compare."""

from __future__ import annotations

from orchestrator.model.facts import Program
from orchestrator.model.resource import PROCESS
from orchestrator.model.step import ApplySeed, MakeOwn, Plan, Pull, Ready, Start, StartRelay, Step
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
    """Return what is started, and what that is."""
    match step:
        case Start(server=str(server)) if server:
            return f"{server}, which runs already"
        case Start(program=Program() as program):
            return f"{program}, a process on this host"
        case Start(image=image, module=str(module), timeout=float(timeout)) if module:
            what = f"{image}, by {module}" if image else f"by {module}"
            return f"{what}, within {timeout:g} s"
        case Start(engine=engine, image=str(image)) if engine != PROCESS:
            return image
        case _:
            return "a process on this host"

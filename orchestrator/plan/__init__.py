"""Planning: what is wanted and what is known become steps with causes. All of it is pure."""

from orchestrator.plan.down import plan_down
from orchestrator.plan.text import plan_text
from orchestrator.plan.up import plan_up

__all__ = ["plan_down", "plan_text", "plan_up"]

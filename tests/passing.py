"""A deadline that passes when a test says so, however fast the machine is."""

from __future__ import annotations

from orchestrator.waiting import Deadline


class Passing(Deadline):
    """One that is far away, until it is told to pass."""

    def __init__(self) -> None:
        super().__init__(Deadline.after(60).until)

    def pass_by(self) -> None:
        """Be over from now on."""
        object.__setattr__(self, "until", 0.0)

"""Texts of others, such as lines of logs, so that a terminal shows them and does nothing else."""

from __future__ import annotations

from orchestrator.model.printable import ESCAPES, printable

__all__ = ["ESCAPES", "printable"]

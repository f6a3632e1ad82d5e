"""Puts a manifest's seeds into throw-away environments, and tells what cannot be repeated."""

from orchestrator.checking.findings import Finding, Kind
from orchestrator.checking.seeds import check_seeds

__all__ = ["Finding", "Kind", "check_seeds"]

"""Drafts a manifest from what is found in a folder: `greenroom init`."""

from orchestrator.drafting.drafting import draft, draft_of, parts
from orchestrator.drafting.project import Project
from orchestrator.drafting.writing import written

__all__ = ["Project", "draft", "draft_of", "parts", "written"]

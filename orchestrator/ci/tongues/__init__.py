"""How each CI system wants to be spoken to, chosen by the variables that it sets."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.ci.tongues.plain import Plain
from orchestrator.ci.tongues.tongue import Append, Call, Deed, Say, Tongue

__all__ = ["Append", "Call", "Deed", "Say", "Tongue", "tongue_of"]


def tongue_of(environ: Mapping[str, str]) -> Tongue:  # noqa: ARG001 - the others come next
    """Return the tongue of the CI system whose variables these are, the plain one elsewhere."""
    return Plain()

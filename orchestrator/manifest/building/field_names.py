"""What ports and fields can be called, so that references and variables tell them apart."""

from __future__ import annotations

import re

from orchestrator.manifest.sections import NAME
from orchestrator.model.template import View

_ADDRESS = ("url", "host", "port")
_ACCESS = ("user", "password", "database")
_PORT = re.compile(NAME)
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def wrong_port(name: str) -> str:
    """Return what is wrong with a port's name, empty when nothing is."""
    if name in tuple(View):
        return "is a side of an address; give the port another name"
    if name in _ADDRESS:
        return "is a field of an address; give the port another name"
    return "" if _PORT.fullmatch(name) else "must be lower-case letters, digits and hyphens"


def wrong_field(name: str) -> str:
    """Return what is wrong with the name of a technology's own field, empty when nothing is."""
    if name in tuple(View):
        return "is a side of an address; give the field another name"
    if name in (*_ADDRESS, *_ACCESS):
        return "is there anyway; give the field another name"
    return "" if _FIELD.fullmatch(name) else "must be letters, digits and underscores"

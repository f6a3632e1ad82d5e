"""NATS that runs already, with JetStream or without."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.model.adoption import Adoption
from orchestrator.model.conversation import Credentials
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.template import SELF, Reference, Template


def login(access: Credentials) -> dict[str, str]:
    """Return what a client says of itself; a user without a password is a token."""
    if access.password:
        return {"user": access.user, "pass": access.password}
    return {"auth_token": access.user} if access.user else {}


def readiness(access: Credentials, _query: Mapping[str, str]) -> Readiness:
    """Ready when a client that logs in has its PING answered."""
    fields = {"user": "user", "pass": "password", "auth_token": "user"}
    pairs = (
        part
        for name in login(access)
        for part in (f',"{name}":"', Reference(SELF, fields[name]), '"')
    )
    words = ('CONNECT {"verbose":false', *pairs, "}\r\nPING\r\n")
    return Readiness(Dialogue(Template(words), expect=rb"(?s)^INFO .*\r\nPONG", escape=True))


ADOPTION = Adoption(schemes=("nats",), secure=("tls",), readiness=readiness)

"""How PostgreSQL is seen to be ready.

Messages: https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

from __future__ import annotations

import struct

from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.template import Template

PROTOCOL_3_0 = 196608


def startup_message(user: str, database: str) -> bytes:
    """Return the first message of a client: who it is and which database it wants."""
    pairs = f"user\0{user}\0database\0{database}\0\0".encode()
    return struct.pack("!ii", 8 + len(pairs), PROTOCOL_3_0) + pairs


def readiness(user: str, database: str) -> Readiness:
    """Ready when the server asks for the password (or lets us in): both begin with `R`.

    Until then nobody answers on TCP: the image's short-lived server for the initialisation listens
    on its Unix socket only, and a server that is still starting up answers with an error (`E`).
    """
    message = startup_message(user, database).decode("latin-1")
    return Readiness(Dialogue(send=Template.literal(message), expect=rb"^R"))

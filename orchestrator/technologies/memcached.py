"""Memcached, as the official image runs it.

Protocol: https://github.com/memcached/memcached/blob/master/doc/protocol.txt
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.model.conversation import Conversation, Credentials, ReadLine, SeedRefused, Send
from orchestrator.model.loader import WireLoader
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.technology import Technology
from orchestrator.model.template import Template
from orchestrator.technologies.parts.documents import SUFFIXES, composed, line, octets, pairs
from orchestrator.technologies.parts.memcached_native import NATIVE

EXPECTED = "expected a mapping of keys to values"

KEY = re.compile(rb"[^\x00-\x20\x7f]{1,250}")


def talk(chunks: Iterator[bytes], _credentials: Credentials) -> Conversation:
    """Store each value under its key, for ever; what is nested as JSON."""
    for key, value in pairs(composed(b"".join(chunks), EXPECTED), EXPECTED):
        name, data = str(key.value).encode(), octets(value) or b""
        if not KEY.fullmatch(name):
            raise SeedRefused(line(key), "a key has 1 to 250 bytes, without spaces")
        yield Send(b"set %s 0 0 %d\r\n%s\r\n" % (name, len(data), data))
        reply = yield ReadLine()
        if reply != b"STORED":
            raise SeedRefused(line(key), reply.decode(errors="replace"))


MEMCACHED = Technology(
    name="memcached",
    about="Memcached, a cache",
    section="databases",
    image="memcached",
    version="1.6",
    port=11211,
    url="memcached://${self.host}:${self.port}",
    fields={"server": "${self.host}:${self.port}"},
    readiness=lambda _user, _database: Readiness(
        Dialogue(Template.literal("version\r\n"), expect=rb"^VERSION ")
    ),
    program="memcached",
    has_users=False,
    has_databases=False,
    client=("sh",),
    seeds=dict.fromkeys(SUFFIXES, WireLoader(talk)),
    native=NATIVE,
)

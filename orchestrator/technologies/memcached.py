"""Memcached, as the official image runs it.

Protocol: https://github.com/memcached/memcached/blob/master/doc/protocol.txt
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from orchestrator.model.conversation import Conversation, Credentials, ReadLine, SeedRefused, Send
from orchestrator.model.loader import WireLoader
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.technology import Technology
from orchestrator.model.template import Template
from orchestrator.technologies.parts.documents import (
    SUFFIXES,
    composed,
    each_pair,
    line,
    octets,
    refused,
)
from orchestrator.technologies.parts.memcached_native import NATIVE

EXPECTED = "expected a mapping of keys to values"

KEY = re.compile(rb"[^\x00-\x20\x7f]{1,250}")


def talk(chunks: Iterator[bytes], _credentials: Credentials) -> Conversation:
    """Store each value under its key, for ever; what is nested as JSON."""
    for at, name, data in read(chunks):
        yield Send(b"set %s 0 0 %d\r\n%s\r\n" % (name, len(data), data))
        reply = yield ReadLine()
        if reply != b"STORED":
            raise SeedRefused(at, reply.decode(errors="replace"))


def read(chunks: Iterator[bytes]) -> list[tuple[int, bytes, bytes]]:
    """Return the line of each entry, its key and its value. Raises SeedRefused, all at once."""
    return each_pair(composed(b"".join(chunks), EXPECTED), EXPECTED, entry)


def entry(key: yaml.ScalarNode, value: yaml.Node) -> tuple[int, bytes, bytes]:
    """Return one entry. Raises SeedRefused for what Memcached does not take."""
    name = str(key.value).encode()
    if not KEY.fullmatch(name):
        raise refused(key, "a key has 1 to 250 bytes, without spaces")
    return line(key), name, octets(value) or b""


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
    seeds=dict.fromkeys(SUFFIXES, WireLoader(talk, read)),
    native=NATIVE,
)

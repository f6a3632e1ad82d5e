"""Memcached: asked in its own words over a socket."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from technology_case import BadSeed, TechnologyCase


def asked(url: str, words: bytes, end: bytes) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), 5) as connection:
        connection.sendall(words)
        found = b""
        while not found.endswith(end):
            found += connection.recv(4096)
        return found


MEMCACHED = TechnologyCase(
    use="memcached:1.6",
    section="databases",
    hello=lambda url: asked(url, b"version\r\n", b"\r\n"),
    good={"keys.yaml": b"greeting: h\xc3\xa9llo\nuser:1: {name: Ada}\n"},
    function="""
import socket
with socket.create_connection((resource.host, resource.port)) as connection:
    connection.sendall(b"set function 0 0 2\\r\\nhi\\r\\n")
    connection.recv(100)
""",
    # Its image has no client: a script can only look at what it is told.
    script='test "memcached://$RESOURCE_HOST:$RESOURCE_PORT" = "$RESOURCE_URL"\n',
    seeded=lambda url: asked(url, b"get greeting user:1 function\r\n", b"END\r\n"),
    expected=lambda _: (
        b"VALUE greeting 0 6\r\nh\xc3\xa9llo\r\n"
        b'VALUE user:1 0 15\r\n{"name": "Ada"}\r\nVALUE function 0 2\r\nhi\r\nEND\r\n'
    ),
    bad=(
        BadSeed(
            "large.yaml",
            b"a: b\nlarge: " + b"x" * (2 << 20),
            r"large\.yaml:2: SERVER_ERROR object too large for cache",
        ),
    ),
    short=True,
)

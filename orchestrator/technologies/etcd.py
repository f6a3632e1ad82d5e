"""etcd, as its image runs it, one member alone.

Its protocol is gRPC; what is said here goes through its gateway in JSON, where keys and values are
in base64: https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import yaml

from orchestrator.model.conversation import Conversation, Credentials, SeedRefused
from orchestrator.model.loader import WireLoader
from orchestrator.model.technology import Technology
from orchestrator.technologies.parts.documents import (
    SUFFIXES,
    composed,
    each_pair,
    line,
    octets,
    refused,
)
from orchestrator.technologies.parts.etcd_native import ALONE, NATIVE, OUTSIDE
from orchestrator.technologies.parts.http_words import told
from orchestrator.technologies.parts.ready_by_http import answers

EXPECTED = "expected a mapping of keys to values"


def talk(chunks: Iterator[bytes], _credentials: Credentials) -> Conversation:
    """Put each value under its key; what is nested as JSON."""
    for at, key, value in read(chunks):
        texts = {"key": key, "value": value}
        body = {name: base64.b64encode(data).decode() for name, data in texts.items()}
        reply = yield from told("POST", "/v3/kv/put", json.dumps(body).encode())
        if reply.status != 200:
            raise SeedRefused(at, json.loads(reply.body)["message"])


def read(chunks: Iterator[bytes]) -> list[tuple[int, bytes, bytes]]:
    """Return the line of each entry, its key and its value. Raises SeedRefused, all at once."""
    return each_pair(composed(b"".join(chunks), EXPECTED), EXPECTED, entry)


def entry(key: yaml.ScalarNode, value: yaml.Node) -> tuple[int, bytes, bytes]:
    """Return one entry. Raises SeedRefused for what etcd does not take."""
    if not key.value:
        raise refused(key, "a key has at least one byte")
    return line(key), str(key.value).encode(), octets(value) or b""


ETCD = Technology(
    name="etcd",
    about="etcd, a store of keys for settings and locks",
    section="databases",
    image="quay.io/coreos/etcd",
    version="v3.6.4",
    port=2379,
    url="http://${self.host}:${self.port}",
    readiness=answers("/health"),
    program="etcd",
    command=(
        *(*ALONE, "--data-dir", "/var/lib/greenroom/data"),
        *("--listen-client-urls", "http://0.0.0.0:2379"),
        # Clients that ask for the members are sent here.
        *("--advertise-client-urls", f"{OUTSIDE},http://${{self.inside.host}}:2379"),
    ),
    has_users=False,
    has_databases=False,
    client=("sh",),
    seeds=dict.fromkeys(SUFFIXES, WireLoader(talk, read)),
    native=NATIVE,
)

"""etcd, as its image runs it, one member alone.

Its protocol is gRPC; what is said here goes through its gateway in JSON, where keys and values are
in base64: https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from orchestrator.model.conversation import Conversation, Credentials, SeedRefused
from orchestrator.model.loader import WireLoader
from orchestrator.model.technology import Technology
from orchestrator.technologies.parts.documents import SUFFIXES, composed, line, octets, pairs
from orchestrator.technologies.parts.etcd_native import ALONE, NATIVE, OUTSIDE
from orchestrator.technologies.parts.http_words import told
from orchestrator.technologies.parts.ready_by_http import answers

EXPECTED = "expected a mapping of keys to values"


def talk(chunks: Iterator[bytes], _credentials: Credentials) -> Conversation:
    """Put each value under its key; what is nested as JSON."""
    for key, value in pairs(composed(b"".join(chunks), EXPECTED), EXPECTED):
        texts = {"key": str(key.value).encode(), "value": octets(value) or b""}
        body = {name: base64.b64encode(data).decode() for name, data in texts.items()}
        reply = yield from told("POST", "/v3/kv/put", json.dumps(body).encode())
        if reply.status != 200:
            raise SeedRefused(line(key), json.loads(reply.body)["message"])


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
    seeds=dict.fromkeys(SUFFIXES, WireLoader(talk)),
    native=NATIVE,
)

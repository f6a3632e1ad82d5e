"""etcd: asked through its gateway in JSON."""

from __future__ import annotations

import base64
import json
import urllib.request
from typing import Any

from technology_case import BadSeed, TechnologyCase


def asked(url: str, path: str, **fields: str) -> Any:
    body = {name: base64.b64encode(text.encode()).decode() for name, text in fields.items()}
    with urllib.request.urlopen(url + path, json.dumps(body).encode(), timeout=20) as reply:
        return json.load(reply)


def everything(url: str) -> dict[str, str]:
    """All keys and values: those from the byte 0 on."""
    found = asked(url, "/v3/kv/range", key="\0", range_end="\0").get("kvs", [])
    return {
        base64.b64decode(one["key"]).decode(): base64.b64decode(one.get("value", "")).decode()
        for one in found
    }


ETCD = TechnologyCase(
    use="etcd",
    section="databases",
    hello=lambda url: asked(url, "/v3/kv/put", key="a", value="b"),
    good={"keys.yaml": b"/feature/dark: on\n/limits: {cpu: 1.50, names: [a, b]}\n/empty:\n"},
    function="""
import base64, json, urllib.request
words = {name: base64.b64encode(text).decode() for name, text in
         {"key": b"/function", "value": resource.name.encode()}.items()}
urllib.request.urlopen(resource.url + "/v3/kv/put", json.dumps(words).encode()).close()
""",
    # The real image has no shell, in which a script could run.
    script='test "http://$RESOURCE_HOST:$RESOURCE_PORT" = "$RESOURCE_URL"\n',
    seeded=everything,
    expected=lambda _: {
        "/empty": "",
        "/feature/dark": "on",
        "/function": "resource",
        "/limits": '{"cpu": 1.5, "names": ["a", "b"]}',
    },
    bad=(BadSeed("none.yaml", b"a: 1\n'': 2\n", r"none\.yaml:2:1: a key has at least one byte"),),
    short=True,
)

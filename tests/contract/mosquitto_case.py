"""Mosquitto: asked by Paho, which gets what the broker has kept."""

from __future__ import annotations

from urllib.parse import urlsplit

from paho.mqtt import subscribe
from technology_case import BadSeed, TechnologyCase


def kept(url: str, *topics: str) -> dict[str, str]:
    """The messages that the broker keeps of these topics."""
    parts = urlsplit(url)
    auth = {"username": parts.username or "", "password": parts.password or ""}
    found = subscribe.simple(
        list(topics),
        msg_count=len(topics),
        hostname=parts.hostname or "",
        port=parts.port or 0,
        auth=auth,
    )
    messages = found if isinstance(found, list) else [found]
    return {one.topic: one.payload.decode() for one in messages}


MOSQUITTO = TechnologyCase(
    use="mosquitto:2",
    section="brokers",
    hello=lambda url: kept(url, "$SYS/broker/version"),
    good={
        "messages.yaml": b"messages:\n"
        b"  - {topic: sensors/1, payload: {celsius: 21.5}}\n"
        b"  - {topic: lights/hall, payload: on}\n"
    },
    function="""
from paho.mqtt import publish
publish.single("function", resource.user, qos=1, retain=True, hostname=resource.host,
               port=resource.port,
               auth={"username": resource.user, "password": resource.password})
""",
    script="""
mosquitto_pub -h "$RESOURCE_HOST" -p "$RESOURCE_PORT" -u "$RESOURCE_USER" \\
  -P "$RESOURCE_PASSWORD" -q 1 -r -t script -m "$RESOURCE_HOST"
""",
    seeded=lambda url: kept(url, "sensors/1", "lights/hall", "function", "script"),
    expected=lambda inside: {
        "sensors/1": '{"celsius": 21.5}',
        "lights/hall": "on",
        "function": "greenroom",
        "script": inside.host,
    },
    bad=(
        BadSeed(
            "wild.yaml",
            b"messages:\n- {topic: a}\n- {topic: a/#}\n",
            r"wild\.yaml:3:11: a topic to publish to cannot have",
        ),
    ),
    short=True,
)

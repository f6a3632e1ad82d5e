"""Mailpit: sent to by Python's own client, and asked what has come in."""

from __future__ import annotations

import json
import smtplib
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from technology_case import BadSeed, TechnologyCase

WELCOME = (
    b"From: Shop <shop@example.com>\nTo: Ada <ada@example.com>, bob@example.com\n"
    b"Bcc: archive@example.com\nSubject: Welcome\n\nHello.\n.\n..dots\n"
)


def greeted(url: str) -> object:
    parts = urlsplit(url)
    with smtplib.SMTP(parts.hostname or "", parts.port or 0, timeout=20) as client:
        return client.noop()


def got(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=20) as reply:
        return json.load(reply)


def inbox(url: str) -> object:
    """The messages, the first first: who got it, what it is about, what it says."""
    found = [got(url.replace("messages", f"message/{one['ID']}")) for one in got(url)["messages"]]
    return [
        (
            [one["Address"] for name in ("To", "Bcc") for one in message[name]],
            message["Subject"],
            message["Text"].replace("\r\n", "\n"),
        )
        for message in reversed(found)
    ]


FUNCTION = """
import smtplib
from email.message import EmailMessage
message = EmailMessage()
message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "function"
message.set_content(resource.inbox.partition(':')[0])
with smtplib.SMTP(resource.host, resource.port) as client:
    client.send_message(message)
"""

MAILPIT = TechnologyCase(
    use="mailpit",
    section="brokers",
    settings={"env": {"MP_SMTP_ALLOWED_RECIPIENTS": r"@example\.com$"}},
    hello=greeted,
    good={"welcome.eml": WELCOME},
    function=FUNCTION,
    script='test "smtp://$RESOURCE_HOST:$RESOURCE_PORT" = "$RESOURCE_URL"\n',
    seen_at="inbox",
    seeded=inbox,
    expected=lambda _: [
        (
            ["ada@example.com", "bob@example.com", "archive@example.com"],
            "Welcome",
            "Hello.\n.\n..dots\n",
        ),
        (["b@example.com"], "function", "http\n"),
    ],
    bad=(
        BadSeed("text.eml", b"Hello.\n", r"text\.eml:1: no message: it begins with"),
        BadSeed(
            "other.eml",
            b"From: a@example.com\nTo: b@example.com, c@example.org\n\n",
            r"other\.eml: 550 5\.1\.0 Requested action not taken",
        ),
    ),
    short=True,
)

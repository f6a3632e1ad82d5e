"""One request and the head of its answer, over a connection of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import quote, urlencode

from orchestrator.engines.docker.wire import Wire
from orchestrator.model.printable import on_one_line

NOT_MODIFIED, NOT_FOUND, CONFLICT = 304, 404, 409
FAILURE = 500
"""From this status on, the engine failed at what it may have begun (RFC 9110, 15.6)."""
WORDS_AT_MOST = 65536
SHOWN_AT_MOST = 500
JSON_BODY = {"Content-Type": "application/json"}

Query = Mapping[str, str | int]


class Refusal(Exception):
    """An answer by which the engine refused a call: its status and its words.

    Words that are `foreign` do not come in the form that engines give theirs.
    """

    def __init__(self, status: int, words: str, *, foreign: bool = False) -> None:
        super().__init__(status, words)
        self.status, self.words, self.foreign = status, words, foreign


def target(path: str, query: Query) -> str:
    """What is asked for, as a request names it.

    Without a version in the path the engine answers as its own version does. So did the SDK's
    `version="auto"`, at the price of one more call.
    """
    parameters = f"?{urlencode(query)}" if query else ""
    return quote(path, safe="/:@") + parameters


def ask(
    wire: Wire, host: str, method: str, wanted: str, headers: Mapping[str, str], body: Any
) -> HTTPResponse:
    """Send a request and read the answer's head. Raises Refusal when the engine says no."""
    connection = HTTPConnection(host)
    connection.sock = wire  # All that http.client uses of a socket.
    # Who refuses a large body answers and hangs up before having read all of it.
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.request(method, wanted, body, dict(headers))
    answer = connection.getresponse()
    if answer.status >= 300 and answer.status != NOT_MODIFIED:
        raise _refusal(answer)
    return answer


def filters(**wanted: str) -> dict[str, str | int]:
    """The query by which lists are narrowed down."""
    return {"filters": json.dumps({name: [value] for name, value in wanted.items()})}


def _refusal(answer: HTTPResponse) -> Refusal:
    """The engine's words in a refusal, or what a proxy wrote instead."""
    body = b""
    with suppress(HTTPException, ConnectionError):
        body = answer.read(WORDS_AT_MOST)
    try:
        return Refusal(answer.status, str(json.loads(body)["message"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        text = without_tags(body.decode("utf-8", "replace"))
        words = text or f"it answered with status {answer.status} and no word"
        return Refusal(answer.status, words, foreign=True)


def without_tags(text: str) -> str:
    """A page of HTML as its text, on one line and not too long."""
    plain = on_one_line(re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", text, flags=re.S))
    return plain if len(plain) <= SHOWN_AT_MOST else plain[:SHOWN_AT_MOST] + "..."

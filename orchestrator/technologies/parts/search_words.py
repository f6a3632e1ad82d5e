"""What is said to Elasticsearch and OpenSearch: indices, and documents in bulk.

https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk,
https://docs.opensearch.org/latest/api-reference/document-apis/bulk/
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

import yaml

from orchestrator.model.conversation import Conversation, Credentials, Exchange, SeedRefused
from orchestrator.technologies.parts.documents import composed, each_pair, line, octets
from orchestrator.technologies.parts.http_words import Reply, told
from orchestrator.technologies.parts.lines import numbered_lines
from orchestrator.technologies.parts.refusals import Refusals

EXPECTED = "expected a mapping of indices to what `GET /INDEX` says of them: `mappings`, `settings`"

ACTIONS = ("index", "create", "update", "delete")

NO_ACTION = 'expected an action such as {"index": {"_index": "books", "_id": "1"}}'

LARGEST = 4 << 20
"""Bytes of documents that go in one request."""

NDJSON = "application/x-ndjson"


@dataclass(frozen=True)
class Action:
    """Something to be done with a document: its lines as they are sent, the last one's number."""

    line: int
    data: bytes


def make_indices(chunks: Iterator[bytes], _credentials: Credentials) -> Conversation:
    """Make each index, with its mappings and settings."""
    for at, name, body in read_indices(chunks):
        reply = yield from told("PUT", f"/{quote(name, safe='')}", body)
        if reply.status != 200:
            raise SeedRefused(at, refusal(reply))


def read_indices(chunks: Iterator[bytes]) -> list[tuple[int, str, bytes]]:
    """Return the line of each index, its name and what it is. Raises SeedRefused, all at once."""
    return each_pair(composed(b"".join(chunks), EXPECTED), EXPECTED, index)


def index(key: yaml.ScalarNode, value: yaml.Node) -> tuple[int, str, bytes]:
    """Return one index. Raises SeedRefused."""
    return line(key), str(key.value), octets(value) or b"{}"


def check_documents(chunks: Iterator[bytes]) -> None:
    """Read the actions of a file, and their documents. Raises SeedRefused with all mistakes."""
    refusals = Refusals()
    try:
        for action in actions(numbered_lines(chunks)):
            document = action.data.rstrip(b"\n").rpartition(b"\n")[2]
            refusals.read(partial(as_json, action.line, document), None)
    except SeedRefused as refused:
        # Behind what is no action, nobody knows what is one.
        refusals.note(refused)
    refusals.raise_if_any()


def as_json(number: int, text: bytes) -> Any:
    """Return what a line says. Raises SeedRefused where it is no JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SeedRefused(number, f"not JSON: {error.msg}", error.colno) from error
    except RecursionError as error:
        raise SeedRefused(number, "not JSON: nested too deeply") from error
    except ValueError as error:
        raise SeedRefused(number, f"not JSON: {error}") from error


def put_documents(chunks: Iterator[bytes], _credentials: Credentials) -> Conversation:
    """Do the actions of a file, several in a request; after each one searches see what it did."""
    batch: list[Action] = []
    size = 0
    for action in actions(numbered_lines(chunks)):
        if batch and size + len(action.data) > LARGEST:
            yield from do(batch)
            batch, size = [], 0
        batch.append(action)
        size += len(action.data)
    if batch:
        yield from do(batch)


def actions(lines: Iterator[tuple[int, bytes]]) -> Iterator[Action]:
    """Yield the actions of a file; all but a deletion have a document on the next line."""
    told = ((number, text) for number, text in lines if text.strip())
    for number, text in told:
        order = as_json(number, text)
        if not (isinstance(order, dict) and len(order) == 1 and set(order) <= set(ACTIONS)):
            raise SeedRefused(number, NO_ACTION)
        if "delete" in order:
            yield Action(number, text + b"\n")
            continue
        at, document = next(told, (number, b""))
        if not document:
            raise SeedRefused(number, "the file ends before this action's document")
        yield Action(at, text + b"\n" + document + b"\n")


def do(batch: list[Action]) -> Generator[Exchange, bytes, None]:
    """Do actions in one request. Raises SeedRefused for the first one that is refused."""
    body = b"".join(action.data for action in batch)
    reply = yield from told("POST", "/_bulk?refresh=true", body, NDJSON)
    if reply.status != 200:
        raise SeedRefused(batch[0].line, refusal(reply))
    for action, item in zip(batch, json.loads(reply.body)["items"], strict=True):
        (result,) = item.values()
        if "error" in result:
            raise SeedRefused(action.line, reason(result["error"]))


def refusal(reply: Reply) -> str:
    """Return the server's words, which are JSON unless something is in between."""
    try:
        return reason(json.loads(reply.body)["error"])
    except (ValueError, KeyError, TypeError):
        return f"the server answered {reply.status}"


def reason(error: Any) -> str:
    """Return what is wrong, and what has led to it where that says more."""
    if not isinstance(error, dict):
        return str(error)
    words = f"{error.get('type')}: {error.get('reason')}"
    cause = error.get("caused_by")
    return f"{words} ({cause['reason']})" if cause and cause.get("reason") else words

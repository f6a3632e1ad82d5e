"""What is said to a search engine, and where a bulk of documents is told to be wrong."""

from __future__ import annotations

import json

import pytest
from spoken import speak

from orchestrator.model.conversation import Conversation, Credentials, SeedRefused
from orchestrator.technologies.parts import search_words

CREDENTIALS = Credentials("", "", "")


def answer(content: object, status: int = 200) -> bytes:
    body = json.dumps(content).encode()
    return b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n%s" % (status, len(body), body)


def bulk(seed: bytes) -> Conversation:
    return search_words.put_documents(iter([seed]), CREDENTIALS)


def refusal(conversation: Conversation, answers: bytes = b"") -> tuple[int, str]:
    with pytest.raises(SeedRefused) as refused:
        speak(conversation, answers)
    return refused.value.line, refused.value.message


def items(*errors: object) -> bytes:
    return answer({"items": [{"index": {"error": one} if one else {}} for one in errors]})


def test_indices_are_made_with_what_is_said_of_them() -> None:
    seed = b"a/b: {settings: {x: 1}}\nc:\n"
    first, second = speak(
        search_words.make_indices(iter([seed]), CREDENTIALS), answer({}) * 2
    ).split(b"PUT ")[1:]
    assert first.startswith(b"/a%2Fb HTTP/1.1\r\n")
    assert first.endswith(b'\r\n\r\n{"settings": {"x": 1}}')
    assert second.endswith(b"\r\n\r\n{}")


def test_documents_go_in_as_they_are_with_the_last_line_s_end() -> None:
    lines = b'{"index": {}}\r\n{"a": 1}\n\n{"delete": {}}\n{"create": {}}\n{"b": 2}'
    said = speak(bulk(lines), items(None, None, None))
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /_bulk?refresh=true HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/x-ndjson\r\n" in head
    assert body == b'{"index": {}}\n{"a": 1}\n{"delete": {}}\n{"create": {}}\n{"b": 2}\n'


def test_many_go_in_several_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_words, "LARGEST", 50)
    said = speak(bulk(b'{"index": {}}\n{"a": 1}\n' * 5), items(None, None) * 2 + items(None))
    assert said.count(b"POST ") == 3
    assert speak(bulk(b"\n\n"), b"") == b"", "nothing to do is nothing to say"


@pytest.mark.parametrize(
    ("summary", "seed", "line", "words"),
    [
        ("no JSON", b'{"delete": {}}\n{index', 2, "not JSON: "),
        ("a document alone", b'{"a": 1, "b": 2}', 1, search_words.NO_ACTION),
        ("an unknown action", b'{"put": {}}', 1, search_words.NO_ACTION),
        ("a list", b"[]", 1, search_words.NO_ACTION),
        ("no document", b'\n{"index": {}}\n\n', 2, "the file ends before this action's document"),
    ],
)
def test_what_is_no_bulk(summary: str, seed: bytes, line: int, words: str) -> None:
    found = refusal(bulk(seed))
    assert found[0] == line, summary
    assert found[1].startswith(words), summary


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"type": "a", "reason": "b"}, "a: b"),
        ({"type": "a", "reason": "b", "caused_by": {"reason": "c"}}, "a: b (c)"),
        ("so", "so"),
    ],
)
def test_the_server_s_words_with_the_document_s_line(error: object, words: str) -> None:
    seed = b'{"index": {}}\n{"a": 1}\n\n{"index": {}}\n{"a": 2}\n'
    assert refusal(bulk(seed), items(None, error)) == (5, words)
    assert refusal(bulk(seed), answer({"error": error}, 400)) == (2, words)


def test_whatever_stands_in_between_is_told_by_its_number() -> None:
    seed = search_words.make_indices(iter([b"\na: {}"]), CREDENTIALS)
    assert refusal(seed, b"HTTP/1.1 502 No\r\n\r\n") == (2, "the server answered 502")

"""What is said to MongoDB, and what of a seed in JSON is refused where."""

from __future__ import annotations

import re

import bson
import pytest

from orchestrator.model.conversation import SeedRefused
from orchestrator.model.loader import SeedHead
from orchestrator.technologies.parts import mongodb_documents, mongodb_words


def test_the_greeting_is_a_message_with_one_document() -> None:
    message = mongodb_words.hello()
    assert int.from_bytes(message[:4], "little") == len(message)
    assert message[12:21] == b"\xdd\x07\0\0" + b"\0" * 5
    assert bson.decode(message[21:]) == {"hello": 1, "$db": "admin"}


def test_whoever_is_not_yet_primary_has_greeted_too() -> None:
    for answer in (True, False):
        assert re.search(mongodb_words.GREETED, bson.encode({"isWritablePrimary": answer, "ok": 1}))
    assert not re.search(mongodb_words.GREETED, bson.encode({"ok": 0, "errmsg": "shutting down"}))


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("ledger", True),
        ("a-b_c", True),
        ("admin", False),
        ("a.b", False),
        ("a b", False),
        ("$", False),
    ],
)
def test_what_a_database_may_be_called(name: str, taken: bool) -> None:
    assert bool(re.fullmatch(mongodb_words.DATABASE[0], name)) is taken


def test_the_collection_is_data_and_no_script() -> None:
    *_, script = mongodb_words.insert(SeedHead('a"; quit(); "'))
    assert script.startswith('const NAME = "a\\"; quit(); \\"";')


@pytest.mark.parametrize(
    ("summary", "text", "expected"),
    [
        ("a list", '[{"a": 1},\n\n {"b":\n 2}]\n', '1\t{"a": 1}\n3\t{"b":  2}\n'),
        ("lines", '\n{"a": "x\\ny"}\n{"b": 2}', '2\t{"a": "x\\ny"}\n3\t{"b": 2}\n'),
        ("a list of none", " [ ] ", ""),
        ("what the shell is to read", '{"a": {"$oid": "0"}}', '1\t{"a": {"$oid": "0"}}\n'),
    ],
)
def test_documents_have_their_lines(summary: str, text: str, expected: str) -> None:
    found = mongodb_documents.numbered(SeedHead("users"), iter([text.encode()]))
    assert b"".join(found).decode() == expected, summary


@pytest.mark.parametrize(
    ("summary", "text", "line", "words"),
    [
        ("nothing", "\n", 1, "the file has no documents"),
        ("no JSON", '[{"a": 1},\n{"a" 2}]', 2, "not JSON: Expecting ':' delimiter"),
        ("no end", '[{"a": 1},\n', 2, "the list has no end"),
        ("no comma", '[{"a": 1}\n{"a": 2}]', 2, "expected a comma"),
        ("more behind the end", '[{"a": 1}]\n{"a": 2}', 1, "expected a comma"),
        ("no object", "[{},\n3]", 2, "a document has to be an object"),
        ("too deep", "[" * 3 + '{"a":' * 100_000, 1, "a document|nested too deeply"),
    ],
)
def test_what_is_no_document(summary: str, text: str, line: int, words: str) -> None:
    with pytest.raises(SeedRefused, match=words) as refused:
        list(mongodb_documents.documents(text.encode()))
    assert refused.value.line == line, summary


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(SeedRefused, match="no text in UTF-8"):
        list(mongodb_documents.documents(b"\xff"))


@pytest.mark.parametrize(
    ("summary", "words", "line", "said"),
    [
        (
            "the shell names a place in the text",
            'SyntaxError: Unexpected token, expected "," (3:20)\n\n> 3 | db.a.find({x: 1;\n',
            3,
            'SyntaxError: Unexpected token, expected ","\n\n> 3 | db.a.find({x: 1;\n',
        ),
        ("what is never closed", "SyntaxError: Unexpected token (9:0)", 4, None),
        ("a statement has noted its line", "line 2:\nTypeError: no", 2, "TypeError: no"),
        ("nobody knows", "MongoNetworkError: no", 0, "MongoNetworkError: no"),
        (
            "our notes are nobody's business",
            "SyntaxError: no (2:1)\n> 2 | ;globalThis.greenroomLine=2;f(",
            2,
            "SyntaxError: no\n> 2 | f(",
        ),
    ],
)
def test_where_a_script_has_stopped(summary: str, words: str, line: int, said: str | None) -> None:
    expected = said or "SyntaxError: Unexpected token"
    text = "f();\n\ndb.a.find({x: 1;\nlast\n\n"
    assert mongodb_words.in_script(words, text, "") == (line, expected), summary

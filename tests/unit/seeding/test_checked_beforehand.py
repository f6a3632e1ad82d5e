"""Mistakes in seed files that are read by us: all at once, each at its place, without a server."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from orchestrator.errors import Problem
from orchestrator.model.resource import FileSeed
from orchestrator.seeding import checking
from orchestrator.technologies.installed import INSTALLED

KAFKA = """\
topics:
  - name: a
    partitons: 3
    confg: {}
  - {name: "b c", partitions: many, messages: [{value: 1}, {vale: 1}, 3]}
  - partitions: 2
"""

AWS = """\
buckets: [[a]]
objects:
  - {key: a}
  - {content: a, bucket: b}
calls:
  - sqs.CreateQueue: {QueueName: a}
    nosuch.CreateQueue: {}
  - sqs.Create-Queue: {}
"""

CASES = [
    ("kafka", "t.yaml", KAFKA, ["3:5 key", "4:5 key", "5:12 name", "5:31 number", "5:61", "5:71"]),
    ("kafka", "t.yaml", KAFKA, ["6:5 needs a `name`"]),
    ("kafka", "t.yaml", "topics: [\n", ["1 not YAML"]),
    ("kafka", "t.yaml", "", ["1 expected `topics:`"]),
    ("nats", "s.yaml", "streams:\n- {subjects: [a]}\n- {name: a b}\n", ["2:3 name", "3:3 spaces"]),
    (
        "mosquitto",
        "m.yml",
        "messages:\n- {topic: a/#}\n- {payload: 1}\n",
        ["2:11 `#`", "3:3 needs"],
    ),
    ("memcached", "c.yaml", "a b: 1\nc: 1\n'': 2\n", ["1:1 250", "3:1 250"]),
    ("etcd", "c.yaml", "a: 1\n'': 2\n[b]: 3\n", ["2:1 one byte", "3:1 one text"]),
    ("s3", "o.yaml", "objects:\n- {ky: a}\n- 3\n", ['2:4 "key"', "3:3 expected"]),
    (
        "aws",
        "a.yaml",
        AWS,
        ["1:11 text", "3:5 bucket", "4:5 key", "7:5 nosuch", "8:5 Create-Queue"],
    ),
    ("elasticsearch", "i.yaml", "- a\n", ["1:1 expected"]),
    ("opensearch", "d.ndjson", '{"index": {}}\n{x}\n\n{"inde": {}}\n', ["2:2 JSON", "4 an action"]),
    ("mailpit", "m.eml", "Subject: x\n\nhi\n", ["0 From", "0 To"]),
    ("mongodb", "u.json", '[{"a": 1},\n {"a": 2]\n', ["2:9 not JSON"]),
    ("rabbitmq", "d.json", '{"queues": [\n {"name": "a"},]}', ["2:16 not JSON"]),
    ("rabbitmq", "d.json", '{"queues": [{}], "vhosts": {}}', ["0 number 1 of `queues`", "0 list"]),
    ("rabbitmq", "d.json", "[]", ["1 expected definitions"]),
    ("mariadb", "u.csv", "a,b\n1,2\n3\n", ["3 fields in this row: 1"]),
    ("postgres", "u.csv", "", ["1 the file is empty"]),
    ("postgres", "u.json", '[{"a": 1}, 3,\n{"b": 2}, {}]', ["1 no mapping", "2 no columns"]),
    (
        "postgres",
        "u.yaml",
        "- {a: 1}\n- 3\n- {b: 1, b: 2}\n- {}\n",
        ["4 no columns", "2:3", "3:10 twice"],
    ),
    ("mysql", "u.yaml", "- {a: 1\n", ["2:1 not YAML"]),
    # What the libraries that read it have no words of their own for.
    ("nats", "s.yaml", "streams:\n- {name: !!timestamp soon}\n", ["2:10 !!timestamp"]),
    ("nats", "s.yaml", "streams:\n- {name: a, at: !!int ''}\n", ["2:17 !!int"]),
    ("nats", "s.yaml", "<<: {streams: [{name: a b}]}\n", ["1:16 spaces"]),
    ("etcd", "c.yaml", "a: [!!bool x]\nb: [!!float x]\n", ["1:5 !!bool", "2:5 !!float"]),
    ("mongodb", "u.json", f'[{{}},\n{{"a": {"1" * 5000}}}]', ["2 4300 digits"]),
    ("opensearch", "d.ndjson", f'{{"index": {{}}}}\n{"[" * 5000}\n', ["2 too deeply"]),
]


def found(technology: str, path: Path) -> list[Problem]:
    known = INSTALLED[technology]
    suffixes = sorted(known.seeds, key=len, reverse=True)
    suffix = next(one for one in suffixes if path.name.endswith(one))
    return checking.mistakes(FileSeed(str(path), suffix, path.name), known)


@pytest.mark.parametrize(("technology", "name", "text", "expected"), CASES)
def test_every_mistake_is_told_at_once_with_its_place(
    technology: str, name: str, text: str, expected: list[str], tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    problems = [
        f"{one.line}:{one.column} {one.message}" for one in found(technology, tmp_path / name)
    ]
    for one in expected:
        place, _, words = one.partition(" ")
        start = f"{place} " if ":" in place else f"{place}:0 "
        assert any(each.startswith(start) and words in each for each in problems), (one, problems)
    if text != KAFKA:
        assert len(problems) == len(expected)


def test_rows_that_are_described_are_not_made(tmp_path: Path) -> None:
    path = tmp_path / "a.generate.yaml"
    path.write_text("tables:\n  a:\n    count: 90_000_000\n    fields: {i: {sequenc: 1}}\n")
    assert [(one.line, one.file) for one in found("postgres", path)] == [
        (3, str(path)),
        (4, str(path)),
    ]
    path.write_text("tables:\n  a:\n    count: 90000000\n    fields: {i: {sequence: 1}}\n")
    assert not found("postgres", path)


@pytest.mark.parametrize(
    ("technology", "name", "content"),
    [
        ("postgres", "a.sql", b"selec 1"),
        ("postgres", "a.sql.gz", gzip.compress(b"selec 1", mtime=0)),
        ("clickhouse", "a.sql", b"selec 1"),
        ("mongodb", "a.js", b"db.("),
        ("redis", "a.redis", b"SETT a b"),
    ],
)
def test_what_only_the_server_can_judge_is_left_to_it(
    technology: str, name: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert not found(technology, tmp_path / name)


def test_a_large_file_is_read_only_once_when_it_is_put_in(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("topcs: " + "x" * checking.LARGEST)
    assert not found("kafka", path)


def test_what_cannot_be_read_is_told_when_it_is_put_in(tmp_path: Path) -> None:
    assert not found("kafka", tmp_path / "gone.yaml")


def test_a_file_of_another_kind_is_not_told_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("topics:\n" + "- {nme: a}\n" * 1000)
    assert len(found("kafka", path)) == 50

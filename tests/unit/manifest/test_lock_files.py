"""Lock files: what they say, how they are written, and every mistake with its line."""

from __future__ import annotations

import pytest

from orchestrator.errors import LockError
from orchestrator.manifest.locks import read_lock, written
from orchestrator.model.lock import Lock, locked_name

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"

GOOD = f"""\
# words
version: 1
images:
  postgres:16: {A}
  "[::1]:5000/x:1": {B}
ids:
  localhost/our/api:1: {B}
"""


def test_what_it_says() -> None:
    lock = read_lock(GOOD.encode(), "environment.lock")
    assert lock.digests == {"postgres:16": A, "[::1]:5000/x:1": B}
    assert lock.ids == {"localhost/our/api:1": B}
    assert lock.names == {"postgres:16", "[::1]:5000/x:1", "localhost/our/api:1"}


def test_what_is_written_is_read_as_it_was() -> None:
    lock = read_lock(GOOD.encode(), "environment.lock")
    text = written(lock, "environment.yaml")
    assert read_lock(text.encode(), "environment.lock") == lock
    assert text.startswith("# The images of environment.yaml, ")


def test_one_more_image_is_one_more_line() -> None:
    names = ["redis:7", "postgres:16", "a.example.com/b:1"]
    before = written(Lock("x", dict.fromkeys(names, A)), "x.yaml").splitlines()
    after = written(Lock("x", dict.fromkeys(["nats:2", *names], A)), "x.yaml").splitlines()
    assert [line for line in after if line not in before] == [f"  nats:2: {A}"]
    assert [line for line in after if line != f"  nats:2: {A}"] == before


def test_an_empty_section_may_be_left_out() -> None:
    assert read_lock(b"version: 1\n", "x") == Lock("x")
    assert read_lock(b"version: 1\nimages:\nids: {}\n", "x") == Lock("x")
    assert read_lock(written(Lock("x"), "x.yaml").encode(), "x") == Lock("x")


MISTAKES = {
    "nothing in it": ("", "x.lock: is empty"),
    "only words": ("# a\n\n", "x.lock: is empty"),
    "no mapping": ("- a\n", "x.lock:1:1: must be a mapping with version, images, ids, not a list"),
    "no YAML": ("version: 1\nimages: {\n", "x.lock:"),
    "a tab": ("version: 1\nimages:\n\tx: y\n", "x.lock:3:1"),
    "no version": ("images: {}\n", 'x.lock:1:1: "version" is missing'),
    "another version": ("version: one\n", 'x.lock:1:10: version: must be 1, not "one"'),
    "a newer version": (
        "version: 2\nimagery: 5\n",
        "x.lock:1:10: version: was written by a newer Greenroom: this one knows the form 1, and",
    ),
    "an unknown key": (
        "version: 1\nimage: {}\n",
        'x.lock:2:1: image: is unknown; did you mean "images"?',
    ),
    "a section that is none": (
        "version: 1\nids: [a]\n",
        "x.lock:2:6: ids: must be a mapping such as {postgres:16: sha256:...}, not a list",
    ),
    "a digest cut short": (
        "version: 1\nimages:\n  redis:7: sha256:abc\n",
        'x.lock:3:12: images["redis:7"]: must be sha256: and 64 digits of 0-9 and a-f, not "sha',
    ),
    "a digest that is a mapping": (
        "version: 1\nimages:\n  redis:7: {a: b}\n",
        'x.lock:3:12: images["redis:7"]: must be sha256: and 64 digits of 0-9 and a-f, not a ma',
    ),
    "no name": (
        f"version: 1\nimages:\n  Redis: {A}\n",
        "x.lock:3:3: images.Redis: is no name of an image",
    ),
    "another name of it": (
        f"version: 1\nimages:\n  docker.io/library/redis: {A}\n",
        'must be written "redis:latest"',
    ),
    "a name with a digest": (
        f"version: 1\nimages:\n  redis@{A}: {A}\n",
        "needs no lock: its digest says which image it is",
    ),
    "twice": (
        f"version: 1\nimages:\n  redis:7: {A}\n  redis:7: {B}\n",
        'x.lock:4:3: images["redis:7"]: is given twice; the first is in line 3',
    ),
    "in both": (
        f"version: 1\nimages:\n  redis:7: {A}\nids:\n  redis:7: {B}\n",
        'x.lock:5:3: ids["redis:7"]: stands among "images" as well',
    ),
    "a conflict": (
        f"version: 1\nimages:\n<<<<<<< HEAD\n  redis:7: {A}\n=======\n  redis:7: {B}\n>>>>>>> x\n",
        "x.lock:3:1: a conflict of two versions stands here",
    ),
    "no text": (b"version: \xff\n".decode("latin-1"), ""),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_the_next_step(name: str) -> None:
    text, expected = MISTAKES[name]
    with pytest.raises(LockError) as caught:
        read_lock(text.encode("latin-1"), "x.lock")
    assert expected in caught.value.message
    assert caught.value.hint.endswith("write it anew with: greenroom images --lock")
    assert caught.value.exit_code == 65


def test_all_mistakes_are_told_at_once() -> None:
    text = "version: 1\nimages: {redis:7: 5, nats:2: x}\nother: 1\n"
    with pytest.raises(LockError) as caught:
        read_lock(text.encode(), "x.lock")
    assert len(caught.value.message.splitlines()) == 3


def test_of_a_newer_one_nothing_else_is_judged() -> None:
    with pytest.raises(LockError) as caught:
        read_lock(b"version: 2\nimages: 7\n", "x.lock")
    assert len(caught.value.message.splitlines()) == 1
    assert caught.value.hint.startswith("install that one, or")


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("redis", "redis:latest"),
        ("library/redis:7", "redis:7"),
        ("docker.io/library/redis:7", "redis:7"),
        ("index.docker.io/bitnami/kafka", "bitnami/kafka:latest"),
        ("ghcr.io/our/api", "ghcr.io/our/api:latest"),
        ("localhost:5000/api:1", "localhost:5000/api:1"),
        (f"redis:7@{A}", ""),
    ],
)
def test_all_names_of_an_image_are_one(image: str, expected: str) -> None:
    assert locked_name(image) == expected

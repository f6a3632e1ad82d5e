"""What a Dockerfile begins with: stages, arguments, and all that only looks like them."""

from __future__ import annotations

import pytest

from orchestrator.images.dockerfile import bases

CASES = {
    "one": ("FROM python:3.11\nRUN true\n", ["python:3.11"]),
    "the case does not matter": ("from a\nFrom b as B\n", ["b"]),
    "scratch is none": ("FROM scratch\nCOPY . .\n", []),
    "nothing": ("# only words\n\n", []),
    "a stage is none": ("FROM go AS made\nFROM scratch\nCOPY --from=made /x /x\n", ["go"]),
    "a stage by its number": ("FROM go\nFROM tiny\nCOPY --from=0 /x /x\n", ["go", "tiny"]),
    "a stage on a stage": ("FROM python:3 AS base\nFROM base AS next\nFROM next\n", ["python:3"]),
    "a stage that nobody needs": ("FROM a AS one\nFROM b\n", ["b"]),
    "files of an image": ("FROM a\nCOPY --chown=1 --from=nginx:1 /x /x\n", ["a", "nginx:1"]),
    "a mount": (
        "FROM a AS one\nFROM b\nRUN --mount=type=bind,from=one,target=/x --mount=from=c x\n",
        ["a", "b", "c"],
    ),
    "twice": ("FROM a\nCOPY --from=a / /\n", ["a"]),
    "a platform": ("FROM --platform=$BUILDPLATFORM a AS b\n", ["a"]),
    "an argument": ("ARG BASE=python\nARG TAG=3.11\nFROM ${BASE}:$TAG\n", ["python:3.11"]),
    "one in another": ('ARG TAG=3.11\nARG BASE="python:${TAG}"\nFROM $BASE\n', ["python:3.11"]),
    "several in a line": ("ARG A=x B=y\nFROM $A/$B\n", ["x/y"]),
    "an argument without a value": ("ARG P\nFROM ${P}python\n", ["python"]),
    "a default in its place": ("ARG P\nFROM ${P:-x}${Q-y}\n", ["xy"]),
    "set, but to nothing": ("ARG P=\nFROM ${P:-x}${P-y}z\n", ["xz"]),
    "another if it is set": ("ARG P=1\nFROM a${P:+b}${Q+c}\n", ["ab"]),
    "an argument of a stage is no other's": ("ARG A=x\nFROM a\nARG A=b\nFROM $A\n", ["x"]),
    "one that goes on": ("FROM \\\n  # a word\n\n  a \\\n  AS b\n", ["a"]),
    "another escape": ("# syntax=docker/dockerfile:1\n# escape=`\nFROM `\n a\n", ["a"]),
    "a here-document": ("FROM a\nRUN <<EOF\nFROM b\nEOF\nCOPY <<-'X' /x\n\tFROM c\n\tX\n", ["a"]),
    "a here-document without an end": ("FROM a\nRUN <<EOF\nFROM b\n", ["a"]),
    "what comes first": ("\ufeff# FROM z\nFROM a\r\nRUN echo FROM b\r\n", ["a"]),
    "none behind it": ("FROM\n", []),
    "a quote without an end": ("ARG A='x\nFROM a\n", ["a"]),
}


@pytest.mark.parametrize("name", CASES)
def test_what_it_begins_with(name: str) -> None:
    text, expected = CASES[name]
    assert bases(text, {}) == tuple(expected)


def test_the_builds_own_arguments_come_first() -> None:
    text = "ARG BASE=python\nARG TAG=${BASE}-1\nFROM $BASE:$TAG\n"
    assert bases(text, {"BASE": "pypy", "UNASKED": "x"}) == ("pypy:pypy-1",)


def test_only_what_the_target_needs_is_fetched() -> None:
    text = "FROM a AS One\nFROM b AS two\nCOPY --from=one / /\nFROM c\n"
    assert bases(text, {}, "one") == ("a",)
    assert bases(text, {}, "TWO") == ("a", "b")
    assert bases(text, {}, "2") == ("c",)
    assert bases(text, {}, "none") == ()

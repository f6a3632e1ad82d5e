"""In which line of a Dockerfile a build failed, as the words of each builder tell it."""

from __future__ import annotations

import pytest

from orchestrator.engines.docker.build_log import BuildKitLog, EngineLog
from orchestrator.engines.docker.failing_line import line_not_parsed, line_of

DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG VERSION=1

FROM nginx AS one
COPY . .
run one \\
    # why
    && two

FROM --platform=linux/amd64 ghcr.io/acme/base:2
COPY . .
RUN echo "a  b"
"""


@pytest.mark.parametrize(
    ("step", "number", "line"),
    [
        ("[stage-1 3/3] RUN one     && two", 0, 6),
        ("RUN one     && two", 4, 6),
        ("[2/2] RUN echo a b", 0, 0),
        ('RUN echo "a  b"', 0, 12),
        ("COPY . .", 3, 5),
        ("COPY . .", 6, 11),
        ("[one 2/3] COPY . .", 0, 0),
        ("COPY . .", 5, 0),
        ("[internal] load metadata for docker.io/library/nginx:latest", 0, 4),
        ("[internal] load metadata for ghcr.io/acme/base:2", 0, 10),
        ("[internal] load metadata for docker.io/acme/other:2", 0, 0),
        ("[internal] load build context", 0, 0),
        ('LABEL "greenroom.environment"=1', 8, 0),
        ("", 0, 0),
    ],
)
def test_a_step_stands_in_a_line(step: str, number: int, line: int) -> None:
    assert line_of(DOCKERFILE, step, number) == line


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("dockerfile parse error line 4: unknown instruction: NONSENSE", 4),
        ("dockerfile parse error on line 12: unknown flag: mount", 12),
        ("no such host", 0),
    ],
)
def test_words_name_the_line_of_what_cannot_be_parsed(words: str, line: int) -> None:
    assert line_not_parsed(words) == line


def test_the_place_that_buildkit_prints_comes_first() -> None:
    log = BuildKitLog(lambda *_: None)
    log.tell("#5 [2/3] COPY . .\n#5 ERROR: no\n------\nDockerfile:11\n------\nERROR: no\n")
    assert log.line(DOCKERFILE) == 11


def test_podman_counts_in_each_stage_anew() -> None:
    log = EngineLog(lambda *_: None)
    log.tell('[1/2] STEP 2/3: COPY . .\n[2/2] STEP 3/3: RUN echo "a  b"\n')
    assert log.end == ('[2/2] STEP 3/3: RUN echo "a  b"',)
    assert log.line(DOCKERFILE, "no") == 12
    log.tell("[2/2] STEP 2/3: COPY . .\n")
    assert log.line(DOCKERFILE, "no") == 0

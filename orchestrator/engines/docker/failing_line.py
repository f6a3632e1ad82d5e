"""In which line of a Dockerfile the instruction stands that a build failed at. Pure.

Newer BuildKits print the place (https://github.com/moby/buildkit/blob/master/solver/errdefs). All
builders print the instruction itself, and that is looked for in the text where no place is told.
"""

from __future__ import annotations

import re

from orchestrator.engines.docker.needing import instructions

NOT_PARSED = re.compile(r"parse error (?:on )?line (\d+)")
"""What each builder says of a text that is no Dockerfile."""

LOOKED_FOR = re.compile(r"\[internal\] load metadata for (\S+)")
"""BuildKit's step for an image that the Dockerfile begins with."""

AT = re.compile(r"\[[^\]]*\] ")
"""What BuildKit, and Podman with several stages, put before a step: the stage, and its place."""


def line_not_parsed(words: str) -> int:
    """Return the line that the words of a failure name, 0 where they name none."""
    found = NOT_PARSED.search(words)
    return int(found[1]) if found else 0


def line_of(dockerfile: str, step: str, number: int = 0) -> int:
    """Return the line in which the instruction of a step begins, from 1; 0 where that is in doubt.

    `step` is the instruction as the builder prints it. Of several that read the same it is the one
    at this place of the whole file, if `number` says so; it counts from 1.
    """
    alike = [
        (at, line) for at, (line, text) in enumerate(written(dockerfile), 1) if is_meant(text, step)
    ]
    if len(alike) > 1:
        alike = [one for one in alike if one[0] == number]
    return alike[0][1] if len(alike) == 1 else 0


def written(dockerfile: str) -> list[tuple[int, str]]:
    """Return the instructions with their lines, as `instructions` does, but no empty ones."""
    return [(line, text) for line, text in instructions(dockerfile) if text.strip()]


def is_meant(instruction: str, step: str) -> bool:
    """Whether a builder means this instruction by a step."""
    if looked_for := LOOKED_FOR.match(step):
        word, *rest = instruction.split()
        images = [each for each in rest if not each.startswith("--")][:1]
        names = [name for image in images for name in (image, f"{image}:latest")]
        return word.upper() == "FROM" and any(
            looked_for[1] == name or looked_for[1].endswith(f"/{name}") for name in names
        )
    return squeezed(instruction) == squeezed(AT.sub("", step, count=1))


def squeezed(instruction: str) -> str:
    """Return an instruction without blanks, which builders print each in their own way."""
    word, _, rest = instruction.strip().partition(" ")
    return word.upper() + "".join(rest.split())

"""What is left out of a build context: `.dockerignore`."""

from __future__ import annotations

from pathlib import Path

from orchestrator.model.resource import Build

NAME = ".dockerignore"


def ignoring(build: Build) -> Path | None:
    """Return the file that says what is left out, None: nothing is.

    One that belongs to the Dockerfile (`Dockerfile.dockerignore`) takes the place of the folder's
    (https://docs.docker.com/build/concepts/context/#filename-and-location).
    """
    folder = Path(build.context)
    own = [folder / f"{build.dockerfile}{NAME}"] if build.inline is None else []
    return next((path for path in (*own, folder / NAME) if path.exists()), None)


def patterns(file: Path | None) -> list[str]:
    """Return the patterns in such a file, without its comments. Raises OSError."""
    lines = file.read_text(encoding="utf-8").splitlines() if file else []
    return [line for line in map(str.strip, lines) if line and not line.startswith("#")]

"""Finds the JUnit files that a command has written, by what it says itself and by custom."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from string import Template

from orchestrator.artifacts.folder import VARIABLE, Folder

TICK = 0.1
"""A file's time of change is that of a clock's tick: so many seconds early, at most."""

MOST = 2_000
"""Files that are taken; a large Maven project has one for each of its classes."""

OPTIONS = (
    "--junitxml",  # pytest
    "--junit-xml",  # pytest; Kotest, Bats
    "--junitfile",  # gotestsum
    "--log-junit",  # PHPUnit
    "--output-junit",  # CTest
    "--outputFile",  # Vitest
    "--outputFile.junit",  # Vitest with several reporters
    "--reporter-outfile",  # Bun
    "--test-reporter-destination",  # Node's own runner
)
"""Options whose value is the path of the file."""

VARIABLES = (
    "JEST_JUNIT_OUTPUT_FILE",  # jest-junit
    "PLAYWRIGHT_JUNIT_OUTPUT_FILE",  # Playwright since 1.41
    "PLAYWRIGHT_JUNIT_OUTPUT_NAME",
    "MOCHA_FILE",  # mocha-junit-reporter, Cypress
    "GOTESTSUM_JUNITFILE",
)
"""Variables that hold the same."""

ARGUMENTS = ("PYTEST_ADDOPTS",)
"""Variables with more words for the command line."""

IN_FOLDERS = (
    ("JEST_JUNIT_OUTPUT_DIR", "JEST_JUNIT_OUTPUT_NAME"),
    ("PLAYWRIGHT_JUNIT_OUTPUT_DIR", "PLAYWRIGHT_JUNIT_OUTPUT_NAME"),
)
"""Variables that name a folder, and the file in it; a file without a name is `junit.xml`."""

CUSTOM = (
    "junit.xml",
    "*junit*.xml",
    "report.xml",
    "results.xml",
    "test-results.xml",
    "test-results/*.xml",
    "test-results/*/*.xml",
    "test-reports/*.xml",
    "reports/*.xml",
    "reports/junit/*.xml",
    "target/surefire-reports/*.xml",  # Maven, and those of its modules
    "target/failsafe-reports/*.xml",
    "*/target/surefire-reports/*.xml",
    "*/target/failsafe-reports/*.xml",
    "build/test-results/*/*.xml",  # Gradle, and those of its projects
    "*/build/test-results/*/*.xml",
    "target/nextest/*/junit.xml",  # cargo-nextest
)
"""Where runners write that nobody has told where."""


def find(
    patterns: Sequence[str],
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    here: Path,
    folder: Folder,
    since: float,
    notice: Callable[[str], None],
    by_custom: bool = True,
) -> list[Path]:
    """Return the files that a command has written since a Unix time, each once.

    They are those of the `patterns` (`**` stands for folders), without any those that the command
    line `argv` or its `environ` names, else those in the folder of artifacts and, `by_custom`,
    where runners put them; all from `here`, where the command ran. Where others may write there at
    the same time, custom says nothing. A pattern that finds nothing is told to `notice`.
    """
    values = {**environ, VARIABLE: str(folder.path)}
    if patterns:
        found = chain.from_iterable(named(patterns, here, values, since, notice))
        return list(dict.fromkeys(found))[:MOST]
    said = [*of_words(argv), *of_variables(environ)]
    found = chain.from_iterable(matching(one, here, values, since) for one in said)
    if wanted := list(dict.fromkeys(found)):
        return wanted[:MOST]
    inside = (file for file in sorted(folder.path.glob("*.xml")) if is_new(file, since))
    usual = CUSTOM if by_custom else ()
    custom = chain.from_iterable(matching(one, here, values, since) for one in usual)
    return list(dict.fromkeys((*inside, *custom)))[:MOST]


def named(
    patterns: Sequence[str],
    here: Path,
    values: Mapping[str, str],
    since: float,
    notice: Callable[[str], None],
) -> Iterator[list[Path]]:
    """Yield what each pattern finds."""
    for pattern in patterns:
        found = list(matching(pattern, here, values, since))
        if not found:
            notice(f"--junit {pattern} finds no file that the command has written")
        yield found


def of_words(words: Iterable[str]) -> Iterator[str]:
    """Yield the paths that a command line names, also in the words of a shell."""
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if option in OPTIONS:
            value = value if equals else next(rest, "")
            if value:
                yield value
        elif " " in word and any(option in word for option in OPTIONS):
            yield from of_words(split(word))


def of_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the paths that variables name."""
    yield from (value for name in VARIABLES if (value := environ.get(name)))
    for folder, name in IN_FOLDERS:
        if place := environ.get(folder):
            yield os.path.join(place, environ.get(name) or "junit.xml")  # noqa: PTH118 - a pattern
    for name in ARGUMENTS:
        yield from of_words(split(environ.get(name, "")))


def split(text: str) -> list[str]:
    """Return the words of a text as a shell would see them."""
    words = shlex.shlex(text, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    words.commenters = ""
    try:
        return list(words)
    except ValueError:
        return text.split()


def matching(pattern: str, here: Path, values: Mapping[str, str], since: float) -> Iterator[Path]:
    """Yield the new files that a pattern, or a path with variables in it, stands for."""
    text = Template(pattern).safe_substitute(values)
    whole = here / text
    try:
        found = [whole] if whole.is_file() else globbed(whole)
    except (ValueError, OSError, NotImplementedError, IndexError):
        # What nobody could open, or what is no pattern, finds nothing.
        found = []
    return (file for file in found if is_new(file, since))


def globbed(pattern: Path) -> list[Path]:
    """Return the files that an absolute pattern stands for, in the order of their names."""
    root = Path(pattern.anchor)
    return sorted(root.glob(str(pattern.relative_to(root))))


def is_new(file: Path, since: float) -> bool:
    """Whether it is a file that was changed since."""
    try:
        return file.is_file() and file.stat().st_mtime >= since - TICK
    except OSError:
        return False

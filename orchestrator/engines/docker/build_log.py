"""What builders say while they build, as progress, and as what a failure is told with."""

from __future__ import annotations

import re
from collections import deque

from orchestrator.engines.docker.failing_line import line_not_parsed, line_of
from orchestrator.engines.engine import Progress

LOG_LINES = 40
"""How many of a step's last lines an error carries."""

STEP = re.compile(r"(\[\d+/\d+\] )?(?:Step|STEP) (\d+)/(\d+)\b ?:? ?(.*)")
"""In Docker's words, and in Podman's, which counts in each of several stages anew."""

OF_A_BASE = re.compile(
    r"\[internal\] load metadata for |\[.* \d+/\d+\] FROM |(?:Step|STEP) \d+/\d+ ?: FROM "
)
"""The steps that ask for what a Dockerfile begins with, in the words of each builder."""

NO_BASE = (
    "see that the builder gets what stands after FROM: by its right name, with a login where one "
    "is wanted, or from a mirror, named by a build argument (GREENROOM_IMAGE_PREFIX is not for it)"
)

OF_A_STEP = re.compile(r"#(\d+) (.*)")
NUMBERED = re.compile(r"\[(?:\S+ +)?(\d+)/(\d+)\] ")
TIMED = re.compile(r"\d+\.\d+ (.*)|\d+\.\d+$")
SILENT = re.compile(r"sha256:|DONE\b|\.\.\.$|CANCELED$")
"""What BuildKit says of a step that nobody wants to read."""
EXCERPT = re.compile(r"\s*\d+ \|( |$)|\S+:(?P<line>\d+)$")
"""Lines of the Dockerfile around the one that failed, and its place."""
ERROR = "ERROR: "
WRAPPINGS = re.compile(
    r"(ERROR: |failed to solve: |rpc error: code = \w+ desc = "
    r"|failed to solve with frontend \S+: |failed to create LLB definition: )+"
)
"""What BuildKit puts before the words that matter."""
ENDED = re.compile(
    r"(?:executor failed running \[.*\]|process \".*\" did not complete successfully)"
    r": exit code: (\d+)",
    re.DOTALL,
)
"""How it says that a command has failed, with all of the command."""


def hint(end: tuple[str, ...]) -> str:
    """Return what to do about a failure whose log ends like this, nothing if that says nothing."""
    return NO_BASE if any(map(OF_A_BASE.match, end)) else ""


class EngineLog:
    """The log of the engine's own builder: one step after the other."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._step = (0, 0)
        self._instruction, self._number = "", 0
        self._notes: list[str] = []
        self._last: deque[str] = deque(maxlen=LOG_LINES)

    @property
    def end(self) -> tuple[str, ...]:
        """What was noted beforehand, the step that was the last, and its last lines."""
        return (*self._notes, *self._last)

    def line(self, dockerfile: str, words: str) -> int:
        """Return the line of the Dockerfile at which it failed with these words, 0: unknown."""
        at = line_not_parsed(words)
        return at or line_of(dockerfile, self._instruction, self._number)

    def note(self, words: str) -> None:
        """Keep what may turn out to be the cause of a failure."""
        self._notes.append(words)

    def tell(self, piece: str) -> None:
        """Tell each line of a piece of the log."""
        for line in piece.splitlines():
            if not line.strip():
                continue
            if step := STEP.match(line):
                self._step = (int(step[2]), int(step[3]))
                self._instruction = step[4]
                self._number = 0 if step[1] else int(step[2])
                self._last.clear()
            self._last.append(line)
            self._progress(line, *self._step)


class BuildKitLog:
    """The log that `--progress=plain` writes, in which the lines of parallel steps are mixed.

    `#5 [api 2/4] RUN make` begins a step, `#5 0.12 text` is what it prints, `#5 ERROR: why` its
    failure. The words without a number at the end are about the whole
    (https://github.com/moby/buildkit/blob/master/util/progress/progressui/printer.go).
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._names: dict[str, str] = {}
        self._said: dict[str, deque[str]] = {}
        self._failed: list[str] = []
        self._after: list[str] = []
        self._rest = ""

    def tell(self, piece: str) -> None:
        """Take the next piece of the log, which may end within a line."""
        *lines, self._rest = f"{self._rest}{piece}".split("\n")
        for line in lines:
            self._line(line.rstrip("\r"))

    def finish(self) -> None:
        """Take the last line, if nothing ended it."""
        self.tell("\n")

    @property
    def words(self) -> str:
        """What went wrong, in BuildKit's words without the wrappings."""
        lines = [line for line in self._after if not EXCERPT.match(line)]
        errors = [line for line in lines if line.startswith(ERROR)] or lines[-1:]
        words = WRAPPINGS.sub("", errors[-1], count=1).strip() if errors else ""
        ended = ENDED.fullmatch(words)
        # The command is in the log, in which it does not hide the rest.
        return f"{self._step()} ended with exit code {ended[1]}" if ended else words

    @property
    def end(self) -> tuple[str, ...]:
        """The step that has failed, its lines in the file, and the last lines of what it said."""
        shown = [line for line in self._after if EXCERPT.match(line)]
        for step in self._failed[:1]:
            # Of what is too long, the end is shown, and there is most to learn from its own words.
            shown = [self._names.get(step, ""), *shown, *self._said.get(step, ())]
        return tuple(shown)

    def line(self, dockerfile: str) -> int:
        """Return the line of the Dockerfile at which it failed, 0 where nobody knows."""
        places = [at["line"] for at in map(EXCERPT.match, self._after) if at and at["line"]]
        told = int(places[0]) if places else line_not_parsed(self.words)
        return told or line_of(dockerfile, self._names.get(next(iter(self._failed), ""), ""))

    def _step(self) -> str:
        name = self._names.get(self._failed[0], "") if self._failed else ""
        at = NUMBERED.match(name)
        return f"step {at[0].strip()}" if at else "a step"

    def _line(self, line: str) -> None:
        numbered = OF_A_STEP.match(line)
        if numbered:
            self._of(numbered[1], numbered[2])
        elif line.strip() and not line.startswith(("---", " > [")):
            self._after.append(line)

    def _of(self, step: str, said: str) -> None:
        if SILENT.match(said):
            return
        if step not in self._names:
            self._names[step] = said
        elif said.startswith(ERROR):
            self._failed.append(step)
            return
        elif timed := TIMED.match(said):
            said = timed[1] or ""
            self._said.setdefault(step, deque(maxlen=LOG_LINES)).append(said)
        if said.strip():
            at = NUMBERED.match(self._names[step])
            self._progress(said, int(at[1]) if at else 0, int(at[2]) if at else 0)

"""Everything that Greenroom raises.

GreenroomError                 70  (a bug, if it is none of the following)
├── UsageError                 64  a command or call that makes no sense
├── ManifestError              65  what is wrong in a manifest: every problem at once
├── LockError                  65  a lock file cannot be read, or does not name every image
├── EngineError                75  an engine refused or failed a call
│   ├── EngineUnavailable      69  no engine answers
│   ├── PortTaken              75  a host port belongs to somebody else
│   ├── ImageUnavailable       75  an image is neither here nor can it be pulled
│   ├── BuildFailed            75  a build ended with an error; carries its log
│   ├── ModuleFailed           75  a module of testcontainers did not start; carries the log
│   └── Gone                   75  what was asked about is not there any more
├── NotKept                    75  what must be kept on this machine could not be written, or read
├── Busy                       75  another greenroom was not done in time with what we wait for
├── StepFailed                 75  a step of the plan failed; carries its evidence
├── ServiceDied                75  a service ended while the tests were running
├── NotRemoved                 74  something could not be removed
├── CommandNotFound           127  the tests' command is not on the PATH
└── Interrupted           130/143  Ctrl-C, or the signal of whoever ends us

The number is the exit code of the command line (`sysexits.h` where one fits). Each message says
what happened in the user's words; `hint` says what to do next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class GreenroomError(Exception):
    """The root of the tree: catch this to catch all that Greenroom raises."""

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def hints(self) -> tuple[str, ...]:
        """What to do next, about all that has failed."""
        return (self.hint,) if self.hint else ()


class UsageError(GreenroomError):
    """A command or call that makes no sense as it stands."""

    exit_code = 64


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a manifest, at its place; lines and columns count from 1, 0 means unknown."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        numbers = (str(one) for one in (self.line, self.line and self.column) if one)
        where = ":".join([self.file, *numbers])
        what = f"{self.path}: {self.message}" if self.path else self.message
        return f"{where}: {what}"


class ManifestError(GreenroomError):
    """A manifest has mistakes; `problems` holds every one of them, in the order of the text."""

    exit_code = 65

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class LockError(GreenroomError):
    """A lock file cannot be read, or does not name every image that the manifest needs.

    `problems` are the mistakes in it, each at its place, where it is about that.
    """

    exit_code = 65

    def __init__(self, message: str, *, hint: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


class EngineError(GreenroomError):
    """An engine refused or failed a call."""

    exit_code = 75


class EngineUnavailable(EngineError):
    """No engine answers where one was expected."""

    exit_code = 69


class PortTaken(EngineError):
    """A host port belongs to somebody else; `port` is its number, 0 when the engine did not say."""

    def __init__(self, message: str, *, port: int = 0, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.port = port


class ImageUnavailable(EngineError):
    """An image is not present and could not be pulled; `passing` when that may change soon."""

    def __init__(self, message: str, *, hint: str = "", passing: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.passing = passing


class BuildFailed(EngineError):
    """An image build ended with an error; `log` holds the build's last lines.

    `line` is where the instruction that failed begins in the Dockerfile, from 1; 0: nobody knows.
    """

    def __init__(
        self, message: str, *, log: tuple[str, ...] = (), hint: str = "", line: int = 0
    ) -> None:
        super().__init__(message, hint=hint)
        self.log = log
        self.line = line


class ModuleFailed(EngineError):
    """A module of testcontainers did not start; `log` and `state` are its container's."""

    def __init__(
        self, message: str, *, state: str = "", log: tuple[str, ...] = (), hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.state = state
        self.log = log


class Gone(EngineError):
    """What the engine was asked about does not exist any more."""


class NotKept(GreenroomError):
    """What Greenroom must keep on this machine could not be written, or not be read."""

    exit_code = 75


class Busy(GreenroomError):
    """Another greenroom was not done in time with what nobody else may do meanwhile."""

    exit_code = 75


@dataclass(frozen=True)
class Evidence:
    """What was known about a step when it failed.

    `seconds` is how long the step had run, `answer` the probe's last answer, `state` the resource's
    state in words, `log` the tail of its log. `file` is the path of the user's file that it is
    about, and `line` counts from 1 there; 0 means that nobody knows.
    """

    seconds: float = 0.0
    answer: str = ""
    state: str = ""
    log: tuple[str, ...] = ()
    file: str = ""
    line: int = 0

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What is known besides the log: labels and texts."""
        known = (("last answer", self.answer), ("state", self.state))
        return tuple((label, text) for label, text in known if text)


FEW_LINES = 5
"""Lines of a log that stand in the text of one of several failures."""


class StepFailed(GreenroomError):
    """A step of the plan failed; `step` is its name and `evidence` what was known then.

    `others` are those that had failed as well, each for a reason of its own, when the walk through
    the plan was over: the exception is the first of them, and its `others` are in the order of
    time. What was only broken off because of a failure is none.
    """

    exit_code = 75

    def __init__(
        self, step: str, message: str, *, evidence: Evidence | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.step = step
        self.evidence = evidence or Evidence()
        self.others: tuple[StepFailed, ...] = ()

    def __str__(self) -> str:
        """The message, what was known when the step failed, and the same of what failed as well."""
        if not self.others:
            return self._text(self.evidence.log)
        texts = (one._text(one.evidence.log[-FEW_LINES:]) for one in (self, *self.others))
        return "\nalso failed: ".join(texts)

    @property
    def hints(self) -> tuple[str, ...]:
        """What to do next about this and what failed as well, each thing once."""
        return tuple(dict.fromkeys(one.hint for one in (self, *self.others) if one.hint))

    def _text(self, log: tuple[str, ...]) -> str:
        lines = [f"  {label}: {text}" for label, text in self.evidence.facts]
        shown = ["  log:", *(f"    {line}" for line in log)] if log else []
        return "\n".join([self.message, *lines, *shown])


class ServiceDied(GreenroomError):
    """Services ended although they should have lived as long as the run."""

    exit_code = 75


NOT_REMOVED = "could not remove"
"""What the message of a removal that failed begins with, also where only that is kept of it."""


class NotRemoved(GreenroomError):
    """Something could not be removed; the message names each thing and the engine's reason."""

    exit_code = 74


class CommandNotFound(GreenroomError):
    """The command that should have run is not on the PATH."""

    exit_code = 127


class Interrupted(GreenroomError):
    """Whoever started us wants us to end; the exit code is 128 and the signal's number."""

    exit_code = 130

    def __init__(self, signal_number: int = 2) -> None:
        super().__init__("interrupted")
        self.signal_number = signal_number

    @property
    def code(self) -> int:
        """The exit code of this very interruption: 130 for SIGINT, 143 for SIGTERM."""
        return 128 + self.signal_number

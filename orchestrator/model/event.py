"""Whatever happens, as values: all that shows something reads these and nothing else.

`at` is seconds since the Unix epoch, `seconds` a duration.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.errors import Evidence


@dataclass(frozen=True, kw_only=True)
class RunStarted:
    """A run begins: its id, the manifest's name, and one sentence about each engine in use.

    `reason` says why everything runs elsewhere than it usually would; it is in the sentences too.
    `waits` leads from a resource to the resources and images that its start waits for; `tasks` are
    those of the resources that are done when they have ended.
    """

    at: float
    run: str
    name: str
    engines: tuple[str, ...]
    resources: tuple[str, ...]
    waits: tuple[tuple[str, tuple[str, ...]], ...] = ()
    tasks: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RunCompared:
    """What is up already was compared with what is wanted.

    `changes` say of each instance what becomes of it (`kept`, `made anew`, `started`, `removed`)
    and why.
    """

    at: float
    run: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class StepStarted:
    """A step begins, because of its `cause`; `after` are the steps that it has waited for."""

    at: float
    step: str
    subject: str
    cause: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StepProgress:
    """A step is under way; `done` and `total` are in `unit`s, and a `total` of 0 is unknown."""

    at: float
    step: str
    subject: str
    text: str = ""
    done: int = 0
    total: int = 0
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class ProbeAnswered:
    """A probe was answered, well or not; the same answer is told only once."""

    at: float
    step: str
    subject: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class StepDone:
    """A step is done."""

    at: float
    step: str
    subject: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class StepBroke:
    """A step failed, and the run with it."""

    at: float
    step: str
    subject: str
    seconds: float
    message: str
    hint: str = ""
    evidence: Evidence = Evidence()


@dataclass(frozen=True, kw_only=True)
class StepStopped:
    """A step was under way when somebody wanted the run to end; `evidence` is how far it was."""

    at: float
    step: str
    subject: str
    evidence: Evidence = Evidence()


@dataclass(frozen=True, kw_only=True)
class RunReady:
    """Everything is ready and seeded; `addresses` lead from resource to the URL the tests use."""

    at: float
    run: str
    seconds: float
    addresses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class CommandStarted:
    """The tests begin: what runs in the environment that is up."""

    at: float
    command: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CommandEnded:
    """The tests have ended with this exit code."""

    at: float
    command: tuple[str, ...]
    code: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What is known of each instance has been kept, before it goes."""

    at: float
    seconds: float
    instances: int


@dataclass(frozen=True, kw_only=True)
class InstanceDied:
    """Something has ended that should have lived as long as the run; `state` says how."""

    at: float
    subject: str
    state: str
    log: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What happened, in a sentence."""
        return f"{self.subject} {self.state}, while the tests were running"


@dataclass(frozen=True, kw_only=True)
class RunKept:
    """The run is left as it is, until the Unix time `expires` at the latest."""

    at: float
    run: str
    expires: float
    instances: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RunRemoved:
    """Nothing of the run is left."""

    at: float
    run: str
    seconds: float
    removed: int


@dataclass(frozen=True, kw_only=True)
class Noticed:
    """Something the user should know that is no failure."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True)
class ImagesWanted:
    """Images are going to be fetched or copied, for no run: the manifest's name, and theirs."""

    at: float
    name: str
    images: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImagesDone:
    """All of them were."""

    at: float
    seconds: float


Event = (
    RunStarted
    | RunCompared
    | StepStarted
    | StepProgress
    | ProbeAnswered
    | StepDone
    | StepBroke
    | StepStopped
    | RunReady
    | CommandStarted
    | CommandEnded
    | Collected
    | InstanceDied
    | RunKept
    | RunRemoved
    | Noticed
    | ImagesWanted
    | ImagesDone
)

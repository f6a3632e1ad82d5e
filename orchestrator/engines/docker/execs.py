"""Commands beside an instance: both streams, its input, and an exit code that is beyond doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from orchestrator.engines.docker.answers import item, number, text
from orchestrator.engines.docker.client import ANSWERS_WITHIN, Api
from orchestrator.engines.docker.feeder import Feeder
from orchestrator.engines.docker.refusals import cut
from orchestrator.engines.docker.stream import Stream
from orchestrator.errors import EngineError
from orchestrator.model.launch import ExecResult
from orchestrator.waiting import Deadline, TimedOut, poll

Output = Callable[[str, bytes], None]

UPGRADE = {"Content-Type": "application/json", "Connection": "Upgrade", "Upgrade": "tcp"}
"""Asks for the connection itself to carry the streams; "Hijacking" in the Docker Engine API."""

END_IS_NOTED_WITHIN = 5.0
"""Seconds that the engine may need, under load, to note that a command has ended.

One that runs for longer after its streams have ended was cut off from us.
"""


def run(
    api: Api,
    container: str,
    argv: Sequence[str],
    deadline: Deadline,
    env: Mapping[str, str],
    stdin: Iterable[bytes] | None,
    output: Output | None,
) -> ExecResult:
    """Run a command in a container and wait for its end.

    At the deadline or the order to stop the connection is closed, and the command left to itself:
    no call ends it, but the container's removal does. Raises Gone when the container does not run,
    EngineError when the answer was cut short.
    """
    execution = _Execution(api, deadline, f"run {argv[0]}")
    if stdin is not None and not api.endpoint.closes_input:
        raise EngineError(
            f"cannot {execution.doing}: its input could not be ended over this connection",
            hint="reach the engine over TCP or ssh",
        )
    gathered: dict[str, list[bytes]] = {"stdout": [], "stderr": []}

    def gather(name: str, data: bytes) -> None:
        gathered[name].append(data)

    id_ = execution.create(container, argv, env, with_input=stdin is not None)
    try:
        stream = execution.start(id_)
    except EngineError as error:
        return _not_started(error)
    with stream:
        _serve(stream, stdin, output or gather)
    return ExecResult(execution.exit_code(id_), *(_text(each) for each in gathered.values()))


class Piped:
    """A command in a container whose output is taken piece by piece, as it comes."""

    def __init__(self, api: Api, container: str, argv: Sequence[str], deadline: Deadline) -> None:
        self.exit_code: int | None = None
        self._execution = _Execution(api, deadline, f"run {argv[0]}")
        self._asked = container, argv

    def output(self) -> Iterator[tuple[str, bytes]]:
        """Yield ("stdout" or "stderr", data) until its end, after which it has an `exit_code`."""
        id_ = self._execution.create(*self._asked, {}, with_input=False)
        with self._execution.start(id_) as stream:
            yield from stream.frames()
        self.exit_code = self._execution.exit_code(id_)


@dataclass(frozen=True)
class _Execution:
    """The three calls that a command takes."""

    api: Api
    deadline: Deadline
    doing: str

    def create(
        self, container: str, argv: Sequence[str], env: Mapping[str, str], *, with_input: bool
    ) -> str:
        body = {
            "Cmd": list(argv),
            "Env": [f"{name}={value}" for name, value in env.items()],
            "AttachStdin": with_input,
            "AttachStdout": True,
            "AttachStderr": True,
        }
        with self.api.calls(self.deadline, self.doing) as client:
            path = f"/containers/{container}/exec"
            made = client.change("POST", path, body=body, at_once=True)
            return text(item(made), "Id")

    def start(self, id_: str) -> Stream:
        path, body = f"/exec/{id_}/start", '{"Detach": false, "Tty": false}'
        return self.api.stream(
            self.deadline,
            self.doing,
            "POST",
            path,
            headers=UPGRADE,
            body=body,
            begins_within=ANSWERS_WITHIN,
        )

    def exit_code(self, id_: str) -> int:
        """Ask until the command has ended. Raises EngineError when it runs on behind our back."""
        code: int | None = None

        def ended() -> bool:
            nonlocal code
            with self.api.calls(self.deadline, self.doing) as client:
                answer = item(client.get(f"/exec/{id_}/json"))
                code = number(answer, "ExitCode")
            return not answer.get("Running", True)

        try:
            poll(ended, self.deadline.sooner(END_IS_NOTED_WITHIN), first=0.005)
        except TimedOut:
            self.deadline.check()
            raise cut(self.doing) from None
        if code is None:
            raise cut(self.doing)
        return code


def _serve(stream: Stream, stdin: Iterable[bytes] | None, output: Output) -> None:
    """Feed the command, and pass on what it writes, until it closes both streams."""
    feeder = Feeder(stream, stdin) if stdin is not None else None
    try:
        with feeder or nullcontext():
            for name, data in stream.frames(reset_ends=feeder is not None):
                output(name, data)
    finally:
        # What the source raised is the cause of whatever the reading ended with.
        if feeder and feeder.failure:
            raise feeder.failure


def _not_started(error: EngineError) -> ExecResult:
    """The result of a command that does not exist, for engines that refuse instead of running it.

    Older ones write the same words to the command's output and give it code 126 or 127.
    """
    words = error.message
    if "exec failed" not in words and "executable file" not in words:
        raise error
    missing = "not found" in words or "no such file" in words
    return ExecResult(127 if missing else 126, "", words)


def _text(pieces: Iterable[bytes]) -> str:
    return b"".join(pieces).decode("utf-8", "replace")

"""A resource of a living environment, as tests see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from orchestrator.addressing.resolve import answer, client, client_env, fields
from orchestrator.addressing.route import Directory
from orchestrator.engines.engine import Engine
from orchestrator.lifecycle.evidence import tail_of
from orchestrator.model.launch import ExecResult, Found, LogLine, State
from orchestrator.model.resource import Instance
from orchestrator.model.template import SELF, Reference
from orchestrator.waiting import Deadline

EXEC_SECONDS = 600.0


class RunningResource:
    """One resource of a living environment: its address from the tests' side, its logs, commands.

    Every field that a manifest may refer to is an attribute: `url`, `host`, `port`, `user`,
    `password`, `database`, and what its technology adds (`jdbc`).
    """

    def __init__(
        self, instance: Instance, directory: Directory, found: Found, engine: Engine
    ) -> None:
        self.instance = instance
        self.found = found
        self._directory = directory
        self.engine = engine

    @property
    def name(self) -> str:
        """The name in the manifest."""
        return self.instance.resource

    @property
    def url(self) -> str:
        """The address in its technology's form, password included."""
        return self.field("url")

    @property
    def host(self) -> str:
        """The host on which its ports are reached."""
        return self.field("host")

    @property
    def port(self) -> int:
        """The port that leads to its first one."""
        return int(self.field("port"))

    def field(self, name: str, *, port: str | None = None) -> str:
        """Return a field as text; `port` names one of its ports, None is the first.

        Raises AttributeError when it has no such field.
        """
        if name not in fields(self._directory.of(self.instance)):
            raise AttributeError(f"{self.instance} has no field {name!r}")
        return answer(Reference(SELF, name, port=port), None, self._directory, of=self.instance)

    def __getattr__(self, name: str) -> str:
        return self.field(name)

    def __repr__(self) -> str:
        return f"<{self.instance} at {self.found.name or self.found.id}>"

    @property
    def state(self) -> State:
        """How it is doing now."""
        return self.engine.state(self.found, Deadline.after(15))

    def died(self, state: State) -> bool:
        """Whether this state is the end of something that should live."""
        done = self._directory.of(self.instance).may_exit and state.ended_well
        return not state.alive and not done

    def logs(
        self,
        *,
        follow: bool = False,
        since: str | None = None,
        tail: int | None = None,
        deadline: Deadline | None = None,
    ) -> Iterator[LogLine]:
        """Yield the lines of its log, oldest first; with `follow` until it ends.

        `since` is an RFC 3339 time, `tail` how many of the last lines.
        """
        until = deadline or (Deadline() if follow else Deadline.after(60))
        return self.engine.logs(self.found, until, follow=follow, since=since, tail=tail)

    def tail(self, lines: int = 20) -> tuple[str, ...]:
        """Return the last lines of its log; none when the engine cannot give them."""
        return tail_of(self.engine, self.found, lines)

    def exec(
        self,
        argv: Sequence[str],
        *,
        timeout: float = EXEC_SECONDS,
        stdin: Iterable[bytes] | None = None,
        output: Callable[[str, bytes], None] | None = None,
    ) -> ExecResult:
        """Run a command beside it, let in by its technology's own variables.

        Returns what it printed and its exit code; with `output`, each piece goes there as it comes
        (`stdout` or `stderr`, bytes) instead. Raises Gone when the resource is not running.
        """
        deadline = Deadline.after(timeout)
        return self.engine.exec(
            self.found, argv, deadline, env=self.client_env, stdin=stdin, output=output
        )

    def interactive(self, argv: Sequence[str]) -> list[str]:
        """Return the command line that runs `argv` beside it on the user's terminal.

        To be run in an environment that holds `client_env`.
        """
        return self.engine.interactive(self.found, argv, self.client_env)

    @property
    def client(self) -> list[str]:
        """The command that opens its technology's own client beside it, else a shell."""
        return client(self.instance, self._directory)

    @property
    def client_env(self) -> dict[str, str]:
        """The variables by which its technology's own clients, run beside it, get in."""
        return client_env(self.instance, self._directory)

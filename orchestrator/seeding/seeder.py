"""Puts one seed in, whatever kind it is.

Files stream, however large they are. What goes wrong is said with the seed's name, the statement or
line, and the server's own words.
"""

from __future__ import annotations

import dataclasses
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath

from orchestrator import wire
from orchestrator.addressing.resolve import address_of, client_env, credential, variables
from orchestrator.addressing.route import Directory
from orchestrator.engines.engine import Engine
from orchestrator.engines.process.mark import MARK, Mark
from orchestrator.errors import Evidence, ManifestError, StepFailed
from orchestrator.model.conversation import Conversation, Credentials, SeedRefused
from orchestrator.model.launch import ExecResult, Found
from orchestrator.model.loader import ExecLoader, RowsLoader, WireLoader
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import (
    DatabaseSeed,
    FileSeed,
    FunctionSeed,
    Instance,
    ScriptSeed,
    Seed,
    SetupSeed,
)
from orchestrator.model.step import AddDatabase, ApplySeed
from orchestrator.model.technology import Order
from orchestrator.project_python import interpreter
from orchestrator.seeding import functions, scripts
from orchestrator.seeding.files import SeedFile, gathered, read_again
from orchestrator.seeding.rows.reading import rows_of
from orchestrator.seeding.rows.stream import RowStream
from orchestrator.seeding.saying import at_line, placed, words_of
from orchestrator.waiting import Deadline

Progress = Callable[[str, int, int], None]

Written = ApplySeed | AddDatabase
"""The steps by which something is written to a server."""

SEED = Instance("greenroom", "seed")
"""What seeds start on this host runs under a name that no resource can have."""


@dataclass(frozen=True)
class Seeder:
    """All that seeding one instance takes: where it runs, where everything is, and until when."""

    manifest: Manifest
    directory: Directory
    instance: Instance
    engine: Engine
    found: Found
    deadline: Deadline
    progress: Progress

    def apply(self, step: ApplySeed) -> None:
        """Put the seed in. Raises StepFailed with the server's words, and the place in the file."""
        try:
            self._put_in(step)
        except StepFailed as failure:
            failure.evidence = placed_in_file(failure, step.seed)
            raise

    def _put_in(self, step: ApplySeed) -> None:
        match step.seed:
            case FileSeed() as seed:
                self.load_file(step, seed)
            case ScriptSeed() as seed:
                self.run_script(step, seed)
            case FunctionSeed() as seed:
                self.call_function(step, seed)
            case SetupSeed():
                self.set_up(step)
            case DatabaseSeed(database=database):
                self.add(step, database)

    def load_file(self, step: ApplySeed, seed: FileSeed) -> None:
        """Stream a file into the technology's own loader."""
        technology = self.directory.of(self.instance).technology
        assert technology is not None, "only technologies have loaders"
        match technology.seeds[seed.suffix]:
            case ExecLoader() as loader:
                with SeedFile(seed, loader.unpack, self.progress) as file, refusals(step):
                    argv = loader.argv(file.head() if loader.reads_head else file.name_only())
                    word = f"greenroom-{secrets.token_hex(8)}" if loader.proof else ""
                    end = loader.proof(word) if loader.proof else b""
                    result = self.exec(argv, pieces(loader, file, end))
                result = placed(result, loader, seed.label)
                if loader.locate and result.exit_code:
                    text = read_again(seed, loader.unpack)
                    said = loader.locate(words_of(result), text, end.decode())
                    result = at_line(result, seed.label, *said)
                check(step.key, result, seed.label)
                check_whole(step, seed.label, file.is_sent and word in result.stdout)
            case WireLoader() as loader:
                with SeedFile(seed, "", self.progress) as file:
                    self.converse(step, loader.talk(file.chunks(), self.credentials()))
            case RowsLoader() as loader:
                self.put_rows(step, seed, loader)

    def put_rows(self, step: ApplySeed, seed: FileSeed, loader: RowsLoader) -> None:
        """Read or generate rows, and say them to the technology's own client."""
        word = f"greenroom-{secrets.token_hex(8)}"
        with SeedFile(seed, "", self.progress) as file, refusals(step):
            stream = RowStream(rows_of(file), loader)
            result = self.exec(loader.argv, stream.chunks(loader.proof(word)))
        words = stream.placed(result.stderr, seed.label)
        check(step.key, ExecResult(result.exit_code, result.stdout, words), seed.label)
        check_whole(step, seed.label, stream.is_sent and word in result.stdout)

    def converse(self, step: Written, conversation: Conversation) -> None:
        """Speak the server's protocol from the tests' side."""
        address = address_of(self.instance, None, self.directory)
        with refusals(step):
            wire.converse(address.host, address.port, conversation, self.deadline)

    def run_script(self, step: ApplySeed, seed: ScriptSeed) -> None:
        """Run a shell script beside the server, with the addresses as it sees them."""
        with SeedFile(seed, "", self.progress) as file:
            interpreter = scripts.interpreter(file.head().first_line)
            hint = scripts.why_it_failed(file.first)
            env = self.client_env() | variables(self.instance, self.directory)
            result = self.exec(scripts.command(interpreter, file.size), file.chunks(), env)
        check(step.key, scripts.placed(result, seed.label), seed.label, hint=hint)

    def call_function(self, step: ApplySeed, seed: FunctionSeed) -> None:
        """Call a Python function in a child of the project's interpreter."""
        functions.call(
            step,
            seed,
            python=interpreter(self.manifest.python, self.manifest.folder),
            folder=seed.folder or self.manifest.folder,
            resource=functions.described(self.instance, self.directory),
            env=variables(None, self.directory) | self.sign(),
            deadline=self.deadline,
            progress=self.progress,
        )

    def sign(self) -> dict[str, str]:
        """Return the sign by which what a function leaves behind is found at the run's end."""
        return {MARK: f"{Mark.new(self.found.run, str(SEED))}/helper"}

    def set_up(self, step: ApplySeed) -> None:
        """Tell the server what every one of its kind is told first."""
        technology = self.directory.of(self.instance).technology
        assert technology is not None, "services are not set up"
        assert technology.setup is not None, "the manifest's checks have seen to it"
        self.tell(step, technology.setup.order)

    def add(self, step: Written, database: str) -> None:
        """Make one more database on the same server. Raises StepFailed with the server's words."""
        technology = self.directory.of(self.instance).technology
        assert technology is not None, "services have no databases"
        assert technology.create_database is not None, "the manifest's checks have seen to it"
        self.tell(step, technology.create_database(database))

    def tell(self, step: Written, order: Order) -> None:
        """Give the server an order, beside it or over its own protocol."""
        if isinstance(order, tuple):
            check(step.key, self.exec(order), label(step))
        else:
            self.converse(step, order(self.credentials()))

    def exec(
        self,
        argv: tuple[str, ...],
        stdin: Iterable[bytes] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> ExecResult:
        """Run a command beside the server."""
        return self.engine.exec(
            self.found, argv, self.deadline, env=env or self.client_env(), stdin=stdin
        )

    def client_env(self) -> dict[str, str]:
        """Return what lets the technology's own clients in."""
        return client_env(self.instance, self.directory)

    def credentials(self) -> Credentials:
        """Return how one gets in."""
        resource = self.directory.of(self.instance)
        user, password, database = (
            credential(resource, field) for field in ("user", "password", "database")
        )
        return Credentials(user, password, database)


def label(step: Written) -> str:
    """Return what is put in, as messages call it."""
    return str(step.seed) if isinstance(step, ApplySeed) else f"database {step.database}"


def placed_in_file(failure: StepFailed, seed: Seed) -> Evidence:
    """Return a failure's evidence with the seed's file, and the line that its words name."""
    if not isinstance(seed, FileSeed | ScriptSeed | FunctionSeed):
        return failure.evidence
    name = re.escape(PurePath(seed.path).name)
    found = re.search(rf"{name}(?:\", line |: line |:)(\d+)", failure.message)
    line = int(found[1]) if found else 0
    return dataclasses.replace(failure.evidence, file=seed.path, line=line)


def check(step: str, result: ExecResult, label: str, hint: str = "") -> None:
    """Raise StepFailed when the command failed, with its words and the seed's name."""
    if result.exit_code == 0:
        return
    words = words_of(result) or "it said nothing"
    if label not in words:
        words = f"{label}: {words}"
    raise StepFailed(step, f"{words} (exit code {result.exit_code})", hint=hint)


@contextmanager
def refusals(step: Written) -> Iterator[None]:
    """Let a refusal be a failed step, with the seed's name and the line."""
    try:
        yield
    except SeedRefused as refused:
        places = (
            (f"{label(step)}:{one.line}" if one.line else label(step)) for one in refused.each
        )
        texts = (one.message for one in refused.each)
        words = "\n".join(map(": ".join, zip(places, texts, strict=True)))
        raise StepFailed(step.key, words) from refused
    except ManifestError as error:
        # A file that describes rows has all of its mistakes told at once, as a manifest has.
        raise StepFailed(step.key, error.message) from error


def check_whole(step: ApplySeed, label: str, proven: bool) -> None:
    """Raise StepFailed when a command may have been content with a part of the file."""
    if not proven:
        raise StepFailed(
            step.key,
            f"{label}: the command said that all went well, but it has not read the file "
            "to its end",
            hint="see whether the engine was restarted meanwhile, and that nothing in the file "
            "ends the command (\\q, or a comment that is never closed)",
        )


def pieces(loader: ExecLoader, file: SeedFile, end: bytes) -> Iterator[bytes]:
    """Yield what the command is to read of a file, and the end behind it."""
    if loader.translate is None:
        yield from file.chunks(end)
    else:
        yield from gathered(loader.translate(file.name_only(), file.chunks()))
        yield end

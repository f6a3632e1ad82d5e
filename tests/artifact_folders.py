"""Folders of artifacts as runs leave them, made without a run: for whatever reads them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.artifacts.events import as_json
from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.record import (
    Failure,
    Phase,
    Record,
    ResourceRecord,
    Spot,
    TestCounts,
    Verdict,
)
from orchestrator.artifacts.tests import TestRecord
from orchestrator.errors import Evidence
from orchestrator.model.event import (
    Collected,
    CommandEnded,
    CommandStarted,
    Event,
    InstanceDied,
    ProbeAnswered,
    RunReady,
    RunRemoved,
    RunStarted,
    StepBroke,
    StepDone,
    StepStarted,
)

BEGAN = 1_790_000_000.0
"""When everything began, in seconds since the Unix epoch."""

RUN = "payments-x7k2"
COMMAND = ("pytest", "-q")


@dataclass
class Story:
    """A run that is told: steps, tests and lines of logs, at seconds since its beginning."""

    resources: Sequence[str]
    name: str = "payments"
    events: list[Event] = field(default_factory=list)
    tests: list[TestRecord] = field(default_factory=list)
    lines: dict[str, list[tuple[float, str]]] = field(default_factory=dict)

    def step(
        self,
        began: float,
        ended: float,
        step: str,
        *after: str,
        why: str = "",
        answers: Sequence[tuple[float, str]] = (),
        broke: str = "",
        evidence: Evidence | None = None,
        hint: str = "",
    ) -> None:
        """A step that ended, well or with the message `broke`."""
        subject = "" if step.split()[0] in ("open", "close") else step.split()[1]
        if step.startswith("remove"):
            subject = step.split()[2]
        at = BEGAN + began
        self.events.append(StepStarted(at=at, step=step, subject=subject, cause=why, after=after))
        for when, text in answers:
            self.events.append(
                ProbeAnswered(at=BEGAN + when, step=step, subject=subject, answer=text)
            )
        if broke:
            self.events.append(
                StepBroke(
                    at=BEGAN + ended,
                    step=step,
                    subject=subject,
                    seconds=ended - began,
                    message=broke,
                    hint=hint,
                    evidence=evidence or Evidence(),
                )
            )
        else:
            self.events.append(
                StepDone(at=BEGAN + ended, step=step, subject=subject, seconds=ended - began)
            )

    def test(
        self, name: str, began: float, ended: float, outcome: str = "passed", **more: str
    ) -> None:
        """A test."""
        self.tests.append(
            TestRecord(name=name, outcome=outcome, began=BEGAN + began, ended=BEGAN + ended, **more)
        )

    def log(self, name: str, *lines: tuple[float, str]) -> None:
        """Lines of a log."""
        self.lines.setdefault(name, []).extend(lines)

    def begin(self) -> None:
        """The beginning of the run."""
        self.events.append(
            RunStarted(
                at=BEGAN,
                run=RUN,
                name=self.name,
                engines=("docker 28.1",),
                resources=tuple(self.resources),
            )
        )

    def ready(self, at: float) -> None:
        self.events.append(RunReady(at=BEGAN + at, run=RUN, seconds=at, addresses=()))

    def command(self, began: float, ended: float, code: int) -> None:
        self.events += [
            CommandStarted(at=BEGAN + began, command=COMMAND),
            CommandEnded(at=BEGAN + ended, command=COMMAND, code=code, seconds=ended - began),
        ]

    def end(self, at: float, *subjects: str) -> None:
        """The collecting of logs, half a second, and the removal, a second."""
        self.events.append(
            Collected(at=BEGAN + at + 0.4, seconds=0.4, instances=len(self.resources))
        )
        for one in subjects:
            self.step(at + 0.4, at + 0.9, f"remove container {one} of {RUN}")
        self.step(at + 0.9, at + 1.2, f"close docker {RUN}")
        self.events.append(
            RunRemoved(at=BEGAN + at + 1.2, run=RUN, seconds=0.8, removed=len(subjects) + 1)
        )

    def write(self, path: Path, record: Record | None) -> Folder:
        """Write the folder."""
        folder = Folder(path)
        folder.prepare()
        told = sorted(self.events, key=lambda one: one.at)
        write_lines(folder.events, map(as_json, told))
        for worker in sorted({one.worker for one in self.tests}):
            mine = (one.to_json() for one in self.tests if one.worker == worker)
            write_lines(folder.test_records(worker or "tests"), mine)
        for name, lines in self.lines.items():
            target = folder.output if name == "$" else folder.log(name)
            write_lines(target, (f"{stamp(BEGAN + at)} {text}" for at, text in sorted(lines)))
        if record:
            folder.record.write_text(record.to_json(), encoding="utf-8")
        return folder


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def write_lines(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)


def resource(name: str, use: str = "", state: str = "running", **more: object) -> ResourceRecord:
    return ResourceRecord(
        name=name,
        resource=name,
        section="services" if not use else "databases",
        use=use,
        state=state,
        status=state.split()[0],
        log=f"logs/{name}.log",
        engine="docker",
        **more,  # type: ignore[arg-type]
    )


PAYMENTS = ("ledger", "events", "cache", "migrate", "ledger-api", "web")


def payments() -> Story:
    """The way up of an environment of six: 8.4 s, of which the ledger's seeds are the most."""
    story = Story(PAYMENTS)
    story.begin()
    story.step(0.02, 0.21, "open docker", why="docker has resources")
    story.step(0.05, 2.9, "build ledger-api", why="ledger-api is built from ./api")
    story.step(0.21, 0.62, "start ledger", "open docker", why="databases.ledger")
    story.step(0.21, 0.55, "start events", "open docker", why="brokers.events")
    story.step(0.21, 0.5, "start cache", "open docker", why="databases.cache")
    story.step(0.5, 0.58, "ready cache", "start cache", why="cache was started")
    story.step(0.55, 0.93, "ready events", "start events", why="events was started")
    story.step(
        0.62,
        2.31,
        "ready ledger",
        "start ledger",
        why="ledger was started",
        answers=[(0.65, "connection refused"), (1.4, "FATAL: the database system is starting up")],
    )
    story.step(
        2.9, 3.2, "start migrate", "build ledger-api", "ready ledger", why="a task of ledger"
    )
    story.step(3.2, 4.35, "ready migrate", "start migrate", why="migrate was started")
    story.step(
        4.35, 6.9, "seed ledger 2 accounts.csv", "ready migrate", why="databases.ledger.seed"
    )
    story.step(
        6.9, 7.2, "snapshot ledger", "seed ledger 2 accounts.csv", why="no snapshot is there"
    )
    story.step(7.2, 9.6, "store ledger", "snapshot ledger", why="later runs start from it")
    story.step(
        7.21,
        7.5,
        "start ledger-api",
        *("open docker", "build ledger-api", "snapshot ledger", "ready events"),
        why="services.ledger-api.env.DATABASE_URL refers to ledger",
    )
    story.step(7.5, 8.2, "ready ledger-api", "start ledger-api", why="ledger-api was started")
    story.step(8.2, 8.4, "start web", "ready ledger-api", "ready cache", why="env.API refers to it")
    story.step(8.4, 8.6, "ready web", "start web", why="web was started")
    story.log(
        "ledger",
        (0.7, 'The files belonging to this database system will be owned by user "postgres".'),
        (1.4, "LOG:  database system was shut down at 2026-09-21 15:33:19 UTC"),
        (2.2, "LOG:  database system is ready to accept connections"),
    )
    story.log("events", (0.8, "[1] [INF] Starting nats-server"), (0.9, "[1] [INF] Server is ready"))
    story.log("cache", (0.52, "1:M * Ready to accept connections tcp"))
    story.log("migrate", (3.5, "INFO  [alembic] Running upgrade  -> 4f1c, accounts"))
    story.log(
        "ledger-api",
        (7.6, "INFO:     Started server process [7]"),
        (7.9, "WARNING:  EVENTS_URL has no user; publishing without one"),
        (8.1, "INFO:     Application startup complete."),
    )
    story.log("web", (8.5, 'GET / HTTP/1.1" 200'))
    return story


def record(verdict: Verdict, code: int, ended: float, **more: object) -> Record:
    return Record(
        name="payments",
        manifest="environment.yaml",
        verdict=verdict,
        exit_code=code,
        began=BEGAN - 0.4,
        ended=BEGAN + ended,
        run=RUN,
        command=COMMAND,
        greenroom="0.1.0",
        ci="github",
        **more,  # type: ignore[arg-type]
    )


def resources() -> tuple[ResourceRecord, ...]:
    return (
        resource(
            "ledger",
            "postgres:16",
            image="postgres:16",
            address="postgresql://127.0.0.1:49153/ledger",
        ),
        resource("events", "nats:2", image="nats:2", address="nats://127.0.0.1:49154"),
        resource("cache", "redis:7", image="redis:7", address="redis://127.0.0.1:49155"),
        resource("migrate", state="exited with code 0", exit_code=0),
        resource(
            "ledger-api", image="greenroom/payments-api:1f2e", address="http://127.0.0.1:49156"
        ),
        resource("web", image="nginx:1", address="http://127.0.0.1:49157"),
    )


def phases(*parts: tuple[str, float, float, float | None]) -> tuple[Phase, ...]:
    return tuple(
        Phase(name=name, began=BEGAN + began, ended=BEGAN + ended, budget=budget)
        for name, began, ended, budget in parts
    )


def tests_failed(path: Path) -> Folder:
    """A run in which 3 of 40 tests failed, on two workers."""
    story = payments()
    story.ready(9.6)
    story.command(9.7, 31.2, 1)
    names = ("transfer", "refund", "report", "limit", "login", "export", "audit", "webhook")
    # The same ones each time; nobody has to be unable to guess them.
    chance = random.Random(7)
    clocks = {"gw0": 10.1, "gw1": 10.2}
    for number in range(40):
        worker = f"gw{number % 2}"
        began = clocks[worker]
        taken = 0.2 + chance.random() * 1.4
        clocks[worker] = began + taken + 0.02
        broken = number in (11, 18, 33)
        topic = names[number % len(names)]
        story.test(
            f"tests/test_{topic}.py::test_{topic}_{number}",
            began,
            began + taken,
            "failed" if broken else "skipped" if number == 5 else "passed",
            worker=worker,
            slice=f"{worker}",
            message="assert 409 == 200: POST /transfers answered 'balance of alice is locked'"
            if broken
            else "",
            dossier=f"tests/test_{topic}.txt" if broken else "",
        )
        story.log(
            "ledger-api", (began + 0.05, f'"POST /{topic}s HTTP/1.1" {409 if broken else 200}')
        )
        story.log(
            "ledger", (began + 0.04, f"LOG:  statement: select * from {topic}s where id = {number}")
        )
        if broken:
            story.log(
                "ledger",
                (began + 0.1, "ERROR:  could not serialize access due to concurrent update"),
                (
                    began + 0.101,
                    "STATEMENT:  update accounts set balance = balance - 10 where name = 'alice'",
                ),
            )
            story.log(
                "ledger-api",
                (began + 0.11, "Traceback (most recent call last):"),
                (began + 0.111, '  File "/app/transfers.py", line 41, in transfer'),
                (began + 0.112, "psycopg.errors.SerializationFailure: could not serialize access"),
            )
        mark = "\x1b[31mF\x1b[0m" if broken else "\x1b[32m.\x1b[0m"
        story.log("$", (began + taken, f"{mark} tests/test_{topic}.py::test_{topic}_{number}"))
    story.log("$", (31.1, "\x1b[31m\x1b[1m3 failed\x1b[0m, 36 passed, 1 skipped in 21.2s"))
    story.end(31.3, *PAYMENTS)
    whole = record(
        Verdict.TESTS_FAILED,
        1,
        32.5,
        resources=resources(),
        tests=TestCounts(passed=36, failed=3, skipped=1, seconds=21.2),
        phases=phases(("up", 0, 9.6, 60), ("tests", 9.7, 31.2, None), ("collect", 31.3, 31.7, 30)),
    )
    return story.write(path, whole)


def passed(path: Path) -> Folder:
    """A run in which all went well, with one test."""
    story = payments()
    story.ready(9.6)
    story.command(9.7, 12, 0)
    story.test("tests/test_all.py::test_all", 10, 11.5)
    story.end(12.1, *PAYMENTS)
    return story.write(path, record(Verdict.PASSED, 0, 13.3, resources=resources()))


LOG_OF_SEED = (
    'psql:/seed/accounts.sql:17: ERROR:  syntax error at or near "INSRT"',
    "LINE 1: INSRT INTO accounts VALUES (3, 'carol', 250);",
    "        ^",
)


def seed_broken(path: Path) -> Folder:
    """A run that a seed with a mistake has ended."""
    story = Story(("ledger", "cache", "api"))
    story.begin()
    story.step(0, 0.2, "open docker", why="docker has resources")
    story.step(0.2, 0.6, "start ledger", "open docker", why="databases.ledger")
    story.step(0.2, 0.5, "start cache", "open docker", why="databases.cache")
    story.step(0.5, 0.6, "ready cache", "start cache", why="cache was started")
    story.step(0.6, 2.1, "ready ledger", "start ledger", why="ledger was started")
    evidence = Evidence(seconds=0.3, log=LOG_OF_SEED, file="accounts.sql", line=17)
    message = 'accounts.sql:17: syntax error at or near "INSRT"'
    story.step(
        *(2.1, 2.4, "seed ledger 1 accounts.sql", "ready ledger"),
        why="databases.ledger.seed",
        broke=message,
        evidence=evidence,
    )
    story.log("ledger", (2.0, "LOG:  database system is ready to accept connections"))
    story.log("ledger", *((2.3 + n / 1000, line) for n, line in enumerate(LOG_OF_SEED)))
    story.end(2.5, "ledger", "cache")
    failure = Failure(
        message=message,
        hint="mend the seed, and try it with: greenroom check --seeds",
        step="seed ledger 1 accounts.sql",
        subject="ledger",
        seconds=0.3,
        log=LOG_OF_SEED,
        spots=(
            Spot(file="accounts.sql", line=17),
            Spot(file="environment.yaml", line=6, column=12),
        ),
    )
    whole = record(
        Verdict.ENVIRONMENT_FAILED,
        75,
        3.7,
        failures=(failure,),
        resources=(resource("ledger", "postgres:16"), resource("cache", "redis:7")),
        phases=phases(("up", 0, 2.4, 60)),
    )
    return story.write(path, whole)


def killed(path: Path) -> Folder:
    """What is there when everything was killed on the way up: the last event is half a line."""
    story = Story(("ledger", "api"))
    story.begin()
    story.step(0, 0.2, "open docker")
    story.step(0.2, 0.6, "start ledger", "open docker")
    story.events.append(
        StepStarted(
            at=BEGAN + 0.6,
            step="ready ledger",
            subject="ledger",
            cause="ledger was started",
            after=("start ledger",),
        )
    )
    story.events.append(
        ProbeAnswered(
            at=BEGAN + 5.1,
            step="ready ledger",
            subject="ledger",
            answer="FATAL: the database system is starting up",
        )
    )
    story.log("ledger", (0.7, "initialising"))
    folder = story.write(path, None)
    with folder.events.open("a", encoding="utf-8") as file:
        file.write('{"event": "ProbeAnswered", "at": 17900')
    with folder.log("ledger").open("a", encoding="utf-8") as file:
        file.write(stamp(BEGAN + 0.8)[:14])
    return folder


def not_started(path: Path) -> Folder:
    """What is there when the manifest was wrong."""
    folder = Folder(path)
    folder.prepare()
    failure = Failure(
        message='databases.ledger.use: unknown technology "postgress"; did you mean "postgres"?',
        spots=(Spot(file="environment.yaml", line=9, column=10),),
    )
    whole = Record(
        name="payments",
        manifest="environment.yaml",
        verdict=Verdict.NOT_STARTED,
        exit_code=65,
        began=BEGAN,
        ended=BEGAN + 0.1,
        failures=(failure,),
    )
    folder.record.write_text(whole.to_json(), encoding="utf-8")
    return folder


HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "<!-- <script> -->",
    "\u202egnp.exe\u202c \u2066x\u2069",
    "nul \x00 bell \x07 escape \x1b[2J \x1b]0;title\x07 \x1b[31mred\x1b[0m",
    "\u2028 \u2029 \ufeff \u200b",
    "{{data}} {{script}} ${alert(3)} javascript:alert(4)",
    "&lt;b&gt; &amp; \" ' `",
)
"""Texts that would do harm where somebody made markup of them."""


def hostile(path: Path) -> Folder:
    """A run in which every text of others means harm."""
    bad = HOSTILE[0]
    story = Story(("ledger", f"api{HOSTILE[1]}"), name=f"pay{bad}")
    story.begin()
    story.step(0, 1, "start ledger", why=HOSTILE[1])
    story.step(
        *(1, 3, f"ready ledger {bad}", "start ledger"),
        why=HOSTILE[2],
        answers=[(1 + n / 10, text) for n, text in enumerate(HOSTILE)],
        broke=f"{HOSTILE[1]}\n{bad}",
        evidence=Evidence(answer=bad, state=HOSTILE[3], log=HOSTILE),
    )
    for number, text in enumerate(HOSTILE):
        story.log("ledger", (2 + number / 100, text))
        story.log("$", (2 + number / 100, text))
        story.test(
            f"tests/{text}::test_{number}",
            *(2, 2.5, "failed"),
            message=text,
            slice=text,
            worker=f"gw{number % 2}{bad}",
            dossier=text,
        )
    story.log("ledger", (2.2, "a" * 1_000_000))
    story.events.append(
        InstanceDied(at=BEGAN + 2.5, subject="ledger", state=HOSTILE[1], log=HOSTILE)
    )
    failure = Failure(
        message=f"{bad}{HOSTILE[1]}\n{HOSTILE[2]}",
        hint=HOSTILE[6],
        step=f"ready ledger {bad}",
        subject="ledger",
        answer=HOSTILE[3],
        state=HOSTILE[4],
        log=HOSTILE,
        spots=(Spot(file=f"{bad}.sql", line=1),),
    )
    whole = Record(
        name=f"pay{bad}",
        manifest=HOSTILE[1],
        verdict=Verdict.ENVIRONMENT_FAILED,
        exit_code=75,
        began=BEGAN,
        ended=BEGAN + 3,
        run=bad,
        command=HOSTILE,
        failures=(failure,),
        resources=(resource("ledger", use=bad, state=HOSTILE[1], image=bad),),
        instead={bad: HOSTILE[1]},
        ci=bad,
    )
    return story.write(path, whole)


def large(path: Path, *, count: int = 200, tests: int = 5_000, megabytes: int = 12) -> Folder:
    """A run of many resources and tests, whose logs are long."""
    names = [f"service-{number:03}" for number in range(count)]
    story = Story(names)
    story.begin()
    story.step(0, 0.3, "open docker")
    for number, name in enumerate(names):
        began = 0.3 + number * 0.05
        before = (f"ready {names[number - 7]}",) if number >= 7 else ("open docker",)
        story.step(began, began + 0.2, f"start {name}", *before, why=f"services.{name}")
        story.step(began + 0.2, began + 0.5 + number % 5 / 10, f"ready {name}", f"start {name}")
    story.ready(12)
    story.command(12, 12 + tests * 0.05, 1)
    for number in range(tests):
        began = 12 + number * 0.05
        outcome = "failed" if number % 997 == 500 else "passed"
        story.test(f"tests/test_{number % 50}.py::test_{number}", began, began + 0.05, outcome)
    folder = story.write(path, record(Verdict.TESTS_FAILED, 1, 13 + tests * 0.05))
    share = megabytes * 1_000_000 // 5
    for name in names[:5]:
        write_lines(folder.log(name), long_log(share))
    return folder


def long_log(size: int) -> Iterator[str]:
    at = BEGAN
    while size > 0:
        line = f"{stamp(at)} INFO request {at:.3f} was answered with 200, as so many were before it"
        yield line
        size -= len(line) + 1
        at += 0.011

"""Runs as their records, and what was told of one, for whatever tells of them."""

from __future__ import annotations

from pathlib import Path

from orchestrator.artifacts.folder import Folder
from orchestrator.artifacts.record import (
    EngineRecord,
    FailingTest,
    Failure,
    Phase,
    Record,
    ResourceRecord,
    TestCounts,
    Verdict,
)
from orchestrator.artifacts.timeline import Timeline
from orchestrator.model.event import (
    Event,
    RunReady,
    RunStarted,
    StepBroke,
    StepDone,
    StepStarted,
)
from orchestrator.model.secret import OpenWord
from orchestrator.model.spot import Spot

HERE = "/builds/shop/backend"
ROOT = "/builds/shop"
FOLDER = Folder(Path(HERE) / "greenroom-artifacts")

KEY = "-----BEGIN KEY-----\nMIIEvQ1BADANBg\n}\n-----END KEY-----\n"
SECRETS = ("s3cr3t-passw0rd", OpenWord("ledger"), "postgres", "abc", KEY, "100%:sure,ok")

LEDGER = ResourceRecord(
    name="ledger", resource="ledger", section="databases", use="postgres:16", state="running"
)

PASSED = Record(
    name="payments",
    manifest="environment.yaml",
    verdict=Verdict.PASSED,
    exit_code=0,
    began=1000.0,
    ended=1012.5,
    run="payments-x7k2",
    command=("pytest", "-q", "-k", "a b"),
    phases=(
        Phase(name="up", began=1000.0, ended=1004.0, budget=60.0),
        Phase(name="tests", began=1004.0, ended=1012.0),
        Phase(name="down", began=1012.0, ended=1012.5),
    ),
    engines=(EngineRecord(name="docker", version="28.1"),),
    resources=(LEDGER,),
    tests=TestCounts(passed=31, skipped=1, seconds=7.9),
    greenroom="0.9.0",
)

SEED_FAILED = Record(
    name="payments",
    manifest="environment.yaml",
    verdict=Verdict.ENVIRONMENT_FAILED,
    exit_code=75,
    began=1000.0,
    ended=1004.0,
    run="payments-x7k2",
    command=("pytest", "-q"),
    failures=(
        Failure(
            message='schema.sql:5: ERROR:  type "integr" does not exist\nLINE 3:   balance integr',
            hint="correct the seed: 100%, sure",
            step="seed ledger 1 schema.sql",
            subject="ledger",
            seconds=0.21,
            state="running",
            log=("::error::not ours", "", '##vso[task.complete result=Succeeded;]"##teamcity[x]'),
            spots=(
                Spot(file="schema.sql", line=5),
                Spot(file="environment.yaml", line=4, column=9),
            ),
        ),
    ),
    phases=(Phase(name="up", began=1000.0, ended=1003.5),),
    engines=(EngineRecord(name="docker", version="28.1"),),
    resources=(LEDGER,),
    greenroom="0.9.0",
)

TESTS_FAILED = Record(
    name="payments",
    manifest="environment.yaml",
    verdict=Verdict.TESTS_FAILED,
    exit_code=1,
    began=1000.0,
    ended=1012.5,
    run="payments-x7k2",
    command=("pytest", "-q"),
    phases=PASSED.phases,
    engines=PASSED.engines,
    resources=(LEDGER,),
    tests=TestCounts(
        passed=29,
        failed=2,
        seconds=7.9,
        failing=(
            FailingTest(
                name="tests/test_pay.py::test_one[a|b]",
                message="AssertionError: `<b>` @all ::error:: 50%",
                spot=Spot(file="tests/test_pay.py", line=12),
            ),
            FailingTest(name="tests/test_pay.py::test_two"),
        ),
    ),
    instead={"ledger": "postgres:15"},
    greenroom="0.9.0",
)

DIED = Record(
    name="payments",
    manifest="environment.yaml",
    verdict=Verdict.ENVIRONMENT_FAILED,
    exit_code=1,
    began=1000.0,
    ended=1012.5,
    run="payments-x7k2",
    command=("pytest", "-q"),
    failures=(
        Failure(
            message="worker exited with code 3, while the tests were running",
            hint="do not trust the tests' result: run them again",
            subject="worker",
            state="exited with code 3",
            log=tuple(f"line {number}" for number in range(20)),
            spots=(Spot(file="environment.yaml", line=11, column=3),),
        ),
    ),
    tests=TESTS_FAILED.tests,
)

MISTAKES = Record(
    name="",
    manifest="environment.yaml",
    verdict=Verdict.NOT_STARTED,
    exit_code=65,
    began=1000.0,
    ended=1000.1,
    failures=tuple(
        Failure(
            message=f'services.api{number}.redy: unknown key "redy"; did you mean "ready"?',
            spots=(Spot(file="environment.yaml", line=number + 2, column=5),),
        )
        for number in range(12)
    ),
)


def step(at: float, key: str, subject: str, seconds: float, after: str = "") -> list[Event]:
    waited = (after,) if after else ()
    return [
        StepStarted(at=at, step=key, subject=subject, cause="", after=waited),
        StepDone(at=at + seconds, step=key, subject=subject, seconds=seconds),
    ]


STARTED = RunStarted(
    at=1000.0,
    run="payments-x7k2",
    name="payments",
    engines=("docker 28.1",),
    resources=("ledger", "api"),
)

WAY_UP = [
    STARTED,
    *step(1000.0, "start ledger", "ledger", 0.4),
    *step(1000.4, "ready ledger", "ledger", 1.2, "start ledger"),
    *step(1001.6, "seed ledger 1 schema.sql", "ledger", 0.3, "ready ledger"),
    *step(1001.9, "seed ledger 2 accounts.csv", "ledger", 0.2, "seed ledger 1 schema.sql"),
    *step(1002.1, "start api", "api", 0.05, "seed ledger 2 accounts.csv"),
    *step(1002.15, "ready api", "api", 1.85, "start api"),
    RunReady(at=1004.0, run="payments-x7k2", seconds=4.0, addresses=()),
]

TO_READY = Timeline.of(WAY_UP)

TO_THE_SEED = Timeline.of(
    [
        *WAY_UP[:5],
        StepStarted(
            at=1001.6,
            step="seed ledger 1 schema.sql",
            subject="ledger",
            cause="",
            after=("ready ledger",),
        ),
        StepBroke(
            at=1001.81,
            step="seed ledger 1 schema.sql",
            subject="ledger",
            seconds=0.21,
            message="schema.sql:5: ERROR",
        ),
    ]
)

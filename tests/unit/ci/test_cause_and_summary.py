"""The cause in a few lines, and the summary, letter by letter."""

# ruff: noqa: E501 - the lines are as long as they are

from __future__ import annotations

import dataclasses

import pytest
from ci_records import (
    DIED,
    FOLDER,
    HERE,
    MISTAKES,
    PASSED,
    SEED_FAILED,
    TESTS_FAILED,
    TO_READY,
    TO_THE_SEED,
)
from markdown_it import MarkdownIt
from markdown_it.token import Token

from orchestrator.artifacts.record import FailingTest, Failure, Record, TestCounts, Verdict
from orchestrator.artifacts.timeline import Timeline
from orchestrator.ci.cause import LINES, cause
from orchestrator.ci.findings import findings
from orchestrator.ci.markdown import block, code, table
from orchestrator.ci.summary import again, summary
from orchestrator.model.spot import Spot

SEED_FAILED_CAUSE = """\
environment failed: schema.sql:5: ERROR:  type "integr" does not exist
  LINE 3:   balance integr
  at           environment.yaml:4:9
  step         seed ledger 1 schema.sql, after 0.21 s
  state        running
  log          ::error::not ours
               ##vso[task.complete result=Succeeded;]"##teamcity[x]
  next         correct the seed: 100%, sure
"""

TESTS_FAILED_CAUSE = """\
tests failed: 2 failed, 29 passed
  tests/test_pay.py::test_one[a|b]: AssertionError: `<b>` @all ::error:: 50%
  tests/test_pay.py::test_two
"""

DIED_CAUSE = """\
environment failed: worker exited with code 3, while the tests were running
  at           environment.yaml:11:3
  state        exited with code 3
  log          line 16
               line 17
               line 18
               line 19
  next         do not trust the tests' result: run them again
tests failed: 2 failed, 29 passed
"""

MISTAKES_CAUSE = """\
not started:
  environment.yaml:2:5: services.api0.redy: unknown key "redy"; did you mean "ready"?
  environment.yaml:3:5: services.api1.redy: unknown key "redy"; did you mean "ready"?
  environment.yaml:4:5: services.api2.redy: unknown key "redy"; did you mean "ready"?
  environment.yaml:5:5: services.api3.redy: unknown key "redy"; did you mean "ready"?
  environment.yaml:6:5: services.api4.redy: unknown key "redy"; did you mean "ready"?
  environment.yaml:7:5: services.api5.redy: unknown key "redy"; did you mean "ready"?
  environment.yaml:8:5: services.api6.redy: unknown key "redy"; did you mean "ready"?
  and 5 more
"""

PASSED_SUMMARY = """\
## `payments`: passed

### Tests: 31 passed, 1 skipped, in 7.9 s


### Resources

| name | what | state | start | ready | seed |
| --- | --- | --- | --- | --- | --- |
| `ledger` | `postgres:16` | `running` | 0.40 s | 1.2 s | 0.50 s |
| `api` | - | - | 0.05 s | 1.9 s | - |

### Where the 12.5 s went

| part | took | budget |
| --- | --- | --- |
| until everything was ready | 4.0 s | 60.0 s |
| the tests | 8.0 s | - |
| removal | 0.50 s | - |

What decided how long it took until everything was ready, in the order of time:

- 0.40 s: `ledger`, `starting`
- 1.2 s: `ledger`, `waiting until it is ready`
- 0.30 s: `ledger`, `seeding schema.sql`
- 0.20 s: `ledger`, `seeding accounts.csv`
- 1.9 s: `api`, `waiting until it is ready`

### Again, on your machine

```console
greenroom run environment.yaml -- pytest -q -k 'a b'
```

### Artifacts

In `greenroom-artifacts`:

- `report.html`: what happened when, all logs, the tests
- `junit.xml`: the environment and the tests, as suites
- `output.log`: what the tests wrote
- `logs`: the log of each resource

`payments-x7k2` · `docker 28.1` · Greenroom 0.9.0
"""

SEED_FAILED_SUMMARY = """\
## `payments`: environment failed

```text
environment failed: schema.sql:5: ERROR:  type "integr" does not exist
  LINE 3:   balance integr
  at           environment.yaml:4:9
  step         seed ledger 1 schema.sql, after 0.21 s
  state        running
  log          ::error::not ours
               ##vso[task.complete result=Succeeded;]"##teamcity[x]
  next         correct the seed: 100%, sure
```

### Resources

| name | what | state | start | ready | seed |
| --- | --- | --- | --- | --- | --- |
| `ledger` | `postgres:16` | `running` | 0.40 s | 1.2 s | 0.21 s, failed |
| `api` | - | `not started` | - | - | - |

### Where the 4.0 s went

| part | took | budget |
| --- | --- | --- |
| until everything was ready | 3.5 s | - |
| planning, and all that is between | 0.50 s | - |

What decided how long it took until everything was ready, in the order of time:

- 0.40 s: `ledger`, `starting`
- 1.2 s: `ledger`, `waiting until it is ready`
- 0.21 s: `ledger`, `seeding schema.sql`, failed

### Again, on your machine

```console
greenroom run environment.yaml -- pytest -q
```

### Artifacts

In `greenroom-artifacts`:

- `report.html`: what happened when, all logs, the tests
- `junit.xml`: the environment and the tests, as suites
- `logs`: the log of each resource

`payments-x7k2` · `docker 28.1` · Greenroom 0.9.0
"""

TESTS_FAILED_SUMMARY = """\
## `payments`: tests failed

```text
tests failed: 2 failed, 29 passed
  tests/test_pay.py::test_one[a|b]: AssertionError: `<b>` @all ::error:: 50%
  tests/test_pay.py::test_two
```

### Tests: 2 failed, 29 passed, in 7.9 s

- `tests/test_pay.py::test_one[a|b]` (`tests/test_pay.py:12`): ``AssertionError: `<b>` @all ::error:: 50%``
- `tests/test_pay.py::test_two`

### Resources

| name | what | state | start | ready | seed |
| --- | --- | --- | --- | --- | --- |
| `ledger` | `postgres:16` | `running` | 0.40 s | 1.2 s | 0.50 s |
| `api` | - | - | 0.05 s | 1.9 s | - |

### Where the 12.5 s went

| part | took | budget |
| --- | --- | --- |
| until everything was ready | 4.0 s | 60.0 s |
| the tests | 8.0 s | - |
| removal | 0.50 s | - |

What decided how long it took until everything was ready, in the order of time:

- 0.40 s: `ledger`, `starting`
- 1.2 s: `ledger`, `waiting until it is ready`
- 0.30 s: `ledger`, `seeding schema.sql`
- 0.20 s: `ledger`, `seeding accounts.csv`
- 1.9 s: `api`, `waiting until it is ready`

### Again, on your machine

```console
greenroom run environment.yaml --with ledger=postgres:15 -- pytest -q
```

### Artifacts

In `greenroom-artifacts`:

- `report.html`: what happened when, all logs, the tests
- `junit.xml`: the environment and the tests, as suites
- `output.log`: what the tests wrote
- `logs`: the log of each resource

`payments-x7k2` · `docker 28.1` · Greenroom 0.9.0
"""


NASTY = "`a` ``b`` ``` <script>x</script> @everyone [l](http://x) | **b** #1\n```\n# title\x1b[31m"


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (SEED_FAILED, SEED_FAILED_CAUSE),
        (TESTS_FAILED, TESTS_FAILED_CAUSE),
        (DIED, DIED_CAUSE),
        (MISTAKES, MISTAKES_CAUSE),
        (PASSED, ""),
    ],
)
def test_the_cause_is_exactly_this(record: Record, expected: str) -> None:
    assert "".join(f"{line}\n" for line in cause(record)) == expected


@pytest.mark.parametrize(
    ("record", "timeline", "expected"),
    [
        (PASSED, TO_READY, PASSED_SUMMARY),
        (SEED_FAILED, TO_THE_SEED, SEED_FAILED_SUMMARY),
        (TESTS_FAILED, TO_READY, TESTS_FAILED_SUMMARY),
    ],
)
def test_the_summary_is_exactly_this(record: Record, timeline: Timeline, expected: str) -> None:
    assert summary(record, timeline, FOLDER, HERE) == expected


def test_a_cause_is_read_in_less_than_ten_lines_however_much_there_is_to_say() -> None:
    failure = Failure(
        message="\n".join(f"word {number} " + "x" * 500 for number in range(30)),
        hint="h" * 500,
        step="ready api",
        subject="api",
        seconds=3.0,
        answer="HTTP 404",
        state="running",
        log=tuple(f"line {number}" for number in range(50)),
        spots=(Spot(file="a.yaml", line=1), Spot(file="b.yaml", line=2)),
        notes=("something could not be removed",),
    )
    record = dataclasses.replace(DIED, failures=(failure, failure, failure))
    lines = cause(record)
    assert len(lines) == LINES == 9
    assert all(len(line) <= 320 for line in lines)
    assert any("HTTP 404" in line for line in lines)
    assert lines[-2].startswith("  also         a.yaml:1: word 0 ")
    assert lines[-1].startswith("               a.yaml:1: word 0 ")
    assert lines[-3].startswith("  next         hhh")


@pytest.mark.parametrize("count", [2, 3, 4, 9])
def test_each_of_several_failures_is_in_it_with_its_cause(count: int) -> None:
    failures = tuple(
        Failure(
            message=f"api{number} exited with code 1 before it was ready",
            hint="look",
            step=f"ready api{number}",
            subject=f"api{number}",
            seconds=1.0,
            answer="connection refused",
            state="exited with code 1",
            log=("Traceback", f"KeyError: {number}", ""),
            spots=(Spot(file="a.yaml", line=number + 1, column=5),),
        )
        for number in range(count)
    )
    lines = cause(dataclasses.replace(DIED, failures=failures, tests=None))
    assert len(lines) <= LINES
    assert lines[0] == "environment failed: api0 exited with code 1 before it was ready"
    assert "  log          KeyError: 0" in lines or "               KeyError: 0" in lines
    first = "a.yaml:2:5: api1 exited with code 1 before it was ready: KeyError: 1"
    assert f"  also         {first}" in lines
    assert (lines[-1].strip() == f"and {count - 3} more") == (count > 4)


def test_the_log_is_cut_last() -> None:
    lines = cause(dataclasses.replace(DIED, tests=None))
    assert sum("line 1" in line for line in lines) == 5
    assert lines[-2].endswith("line 19")


def test_tests_that_nobody_counted_failed_with_their_exit_code() -> None:
    record = dataclasses.replace(TESTS_FAILED, tests=None, exit_code=3, command=("make", "a b"))
    assert cause(record) == ["tests failed: make 'a b' ended with exit code 3"]


def test_who_interrupts_need_not_be_told_twice() -> None:
    record = dataclasses.replace(
        PASSED, verdict=Verdict.INTERRUPTED, failures=(Failure(message="interrupted"),)
    )
    assert cause(record) == ["interrupted"]


def test_no_line_of_others_is_two_lines() -> None:
    tests = TestCounts(failed=1, failing=(FailingTest(name="a\nb", message="c\r\nd\x1b[2J"),))
    lines = cause(dataclasses.replace(TESTS_FAILED, tests=tests))
    assert lines == ["tests failed: 1 failed", "  a b: c d"]


@pytest.mark.parametrize(
    "text", ["a", "`", "``a`", " a ", "a`b```c", "<b>", "\\`", "@a|b", "a\n\n# b", "\x1b[31ma"]
)
def test_code_in_a_line_means_nothing_but_itself(text: str) -> None:
    (inline,) = rendered(f"x {code(text)} y", "inline")
    assert inline.children
    kinds = [child.type for child in inline.children]
    assert kinds == ["text", "code_inline", "text"]
    shown = inline.children[1].content
    assert shown == " ".join(text.replace("\x1b[31m", "").split())


def test_what_is_empty_is_no_code() -> None:
    assert code(" \n") == "-"


@pytest.mark.parametrize("line", [NASTY.split("\n")[0], "```", "````x", "~~~", "    a", "`" * 200])
def test_a_block_ends_where_it_should(line: str) -> None:
    text = "\n".join([*block([line, "b"]), "", "after"])
    fence, *rest = rendered(text)
    assert fence.type == "fence"
    assert fence.content.endswith("b\n")
    assert [token.type for token in rest] == ["paragraph_open", "inline", "paragraph_close"]


def test_bars_end_no_cell() -> None:
    tokens = rendered("\n".join(table(["a", "b"], [[code("x|y"), code("|")]])))
    assert sum(token.type == "td_open" for token in tokens) == 2


def test_nothing_that_somebody_else_wrote_is_markup() -> None:
    record = dataclasses.replace(
        TESTS_FAILED,
        name=NASTY,
        manifest=NASTY,
        command=("pytest", NASTY),
        run=NASTY,
        failures=(Failure(message=NASTY, hint=NASTY, state=NASTY, log=(NASTY,), answer=NASTY),),
        tests=TestCounts(failed=1, failing=(FailingTest(name=NASTY, message=NASTY),)),
        resources=(dataclasses.replace(PASSED.resources[0], state=NASTY, use=NASTY),),
        instead={NASTY: NASTY},
        options=(("--profile", NASTY),),
    )
    text = summary(record, TO_READY, FOLDER, HERE)
    tokens = rendered(text)
    assert not {token.type for token in tokens} & {"html_block", "blockquote_open", "hr"}
    for token in tokens:
        children = token.children or []
        assert not {child.type for child in children} - {"text", "code_inline", "softbreak"}
        outside = "".join(child.content for child in children if child.type == "text")
        for word in ("@everyone", "script", "title", "#1"):
            assert word not in outside
    heads = [token.markup for token in tokens if token.type == "heading_open"]
    assert heads == ["##", *["###"] * 5]


OPTIONS = (
    ("--profile", "a b"),
    ("--engine", "process"),
    ("--no-snapshots", ""),
    ("--timeout", "5m"),
)


def test_a_wrong_manifest_is_checked_on_ones_own_machine() -> None:
    assert again(MISTAKES) == "greenroom check environment.yaml"
    asked = dataclasses.replace(MISTAKES, instead={"ledger": "postgres:15"}, options=OPTIONS)
    assert again(asked) == (
        "greenroom check environment.yaml --with ledger=postgres:15"
        " --profile 'a b' --engine process"
    )


def test_the_command_to_repeat_it_has_all_that_decided_what_ran() -> None:
    record = dataclasses.replace(PASSED, instead={"ledger": "postgres:15"}, options=OPTIONS)
    assert again(record) == (
        "greenroom run environment.yaml --with ledger=postgres:15"
        " --profile 'a b' --engine process --no-snapshots --timeout 5m -- pytest -q -k 'a b'"
    )


def test_the_tests_beyond_the_first_are_in_the_report() -> None:
    failing = tuple(FailingTest(name=f"test_{number}") for number in range(60))
    record = dataclasses.replace(TESTS_FAILED, tests=TestCounts(failed=80, failing=failing))
    text = summary(record, TO_READY, FOLDER, HERE)
    assert "- `test_49`\n- and 30 more, in the report\n" in text
    assert cause(record)[-2:] == ["  test_6", "  and 73 more"]


def rendered(text: str, kind: str = "") -> list[Token]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [token for token in tokens if not kind or token.type == kind]


def test_the_next_step_is_pointed_out_however_long_the_lines_of_a_log_are() -> None:
    (failure,) = SEED_FAILED.failures
    long = dataclasses.replace(failure, log=("x" * 4096,) * 8)
    (first, _) = findings(dataclasses.replace(SEED_FAILED, failures=(long,)))
    assert first.message.endswith("\nnext: correct the seed: 100%, sure")
    assert len(first.message) < 3000


def test_behind_tests_that_failed_stands_what_was_not_removed_then() -> None:
    left = Failure(message="could not remove api: busy", hint="try again")
    record = dataclasses.replace(TESTS_FAILED, failures=(left,))
    assert cause(record) == [*TESTS_FAILED_CAUSE.splitlines(), "  also         " + left.message]
    assert findings(record)[0].title == "payments: after the tests"

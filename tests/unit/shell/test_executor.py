"""The executor: order, parallelism, the first failure, the order to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from passing import Passing

from orchestrator.errors import EngineError, StepFailed
from orchestrator.lifecycle.executor import execute, execute_all
from orchestrator.lifecycle.walk import Grace
from orchestrator.model.event import Event, StepBroke, StepDone, StepStarted
from orchestrator.model.step import Open, Plan, Step
from orchestrator.waiting import Deadline, Stop, Stopped

LIMIT = 10.0


def plan(**after: str) -> Plan:
    """A plan of steps by name; each waits for the names in its text."""
    steps = tuple(
        Open(engine=name, cause="the test", after=tuple(f"open {one}" for one in text.split()))
        for name, text in after.items()
    )
    return Plan("test", steps)


def ignore(event: Event) -> None:
    pass


class Recorder:
    """Performs steps by doing what it was told for their name, and remembers the order."""

    def __init__(self, **doing: Callable[[], None]) -> None:
        self.doing = doing
        self.order: list[str] = []

    def __call__(self, step: Step) -> None:
        name = step.key.removeprefix("open ")
        self.doing.get(name, lambda: None)()
        self.order.append(name)


def failing(message: str = "no") -> Callable[[], None]:
    def fail() -> None:
        raise EngineError(message, hint="try again")

    return fail


def test_a_step_runs_after_all_it_waits_for() -> None:
    recorder = Recorder()
    execute(plan(d="b c", b="a", c="a", a=""), recorder, ignore, Stop())
    assert recorder.order[0] == "a"
    assert set(recorder.order[1:3]) == {"b", "c"}
    assert recorder.order[3] == "d"


def test_steps_that_wait_for_nothing_run_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=LIMIT)
    meet = {name: lambda: void(together.wait()) for name in "abc"}
    execute(plan(a="", b="", c=""), Recorder(**meet), ignore, Stop())
    assert not together.broken


def void(_value: object) -> None:
    pass


def test_the_first_failure_stops_what_waits_and_keeps_what_has_not_begun_from_beginning() -> None:
    stop = Stop()
    begun = threading.Event()

    def wait_for_the_order() -> None:
        begun.set()
        assert stop.wait(LIMIT), "the order to stop never came"
        raise Stopped

    def fail() -> None:
        assert begun.wait(LIMIT)
        raise EngineError("the disk is full", hint="make room")

    recorder = Recorder(slow=wait_for_the_order, bad=fail)
    with pytest.raises(StepFailed, match="the disk is full") as caught:
        execute(plan(slow="", bad="", later="bad"), recorder, ignore, stop)
    assert caught.value.step == "open bad"
    assert caught.value.hint == "make room"
    assert recorder.order == []


def test_all_that_fail_at_the_same_time_are_raised_with_the_first_one_first() -> None:
    second = threading.Event()

    def fail_first() -> None:
        raise StepFailed("open b", "first")

    def fail_second() -> None:
        assert second.wait(LIMIT)
        raise StepFailed("open a", "second")

    def tell(event: Event) -> None:
        # What is told of the first failure is what lets the second one happen.
        if isinstance(event, StepBroke):
            second.set()

    with pytest.raises(StepFailed, match="first") as caught:
        execute(plan(a="", b=""), Recorder(a=fail_second, b=fail_first), tell, Stop())
    assert [one.message for one in caught.value.others] == ["second"]


class Seeds:
    """Steps that have a moment's grace; `asked` when somebody has asked which these are."""

    def __init__(self, *names: str) -> None:
        self.keys = {f"open {name}" for name in names}
        self.asked = threading.Event()

    def __call__(self, step: Step) -> bool:
        self.asked.set()
        return step.key in self.keys


class Moment(Passing):
    """A deadline that has nothing to wait for, and passes when it is told to."""

    def remaining(self, at_most: float = 0.0) -> float:
        return min(at_most, 0.0)


def test_seeds_may_fail_too_and_begin_when_what_they_wait_for_is_done() -> None:
    """What is told to stop at once would never have been asked whether it is a seed."""
    stop, seeds = Stop(), Seeds("bad", "running", "waiting")

    def later() -> None:
        assert seeds.asked.wait(LIMIT)
        if stop.ordered:
            raise Stopped

    def fail_later() -> None:
        later()
        raise EngineError("no")

    recorder = Recorder(bad=failing("first"), running=fail_later, ready=later, waiting=fail_later)
    steps = plan(bad="", running="", ready="", waiting="ready", behind="bad", other="ready")
    with pytest.raises(StepFailed, match="first") as caught:
        execute(steps, recorder, ignore, stop, grace=Grace(seeds))
    assert {one.step for one in caught.value.others} == {"open running", "open waiting"}
    assert recorder.order == ["ready"], "nothing else begins"


def test_nobody_waits_for_what_is_no_seed() -> None:
    stop = Stop()
    begun = threading.Event()

    def wait_for_the_order() -> None:
        begun.set()
        assert stop.wait(LIMIT)
        raise Stopped

    def fail() -> None:
        assert begun.wait(LIMIT)
        raise EngineError("no")

    # Its time is never over.
    grace = Grace(Seeds("bad"), Deadline)
    with pytest.raises(StepFailed, match="no") as caught:
        execute(
            plan(slow="", bad=""),
            Recorder(slow=wait_for_the_order, bad=fail),
            ignore,
            stop,
            grace=grace,
        )
    assert caught.value.others == ()


@pytest.mark.parametrize("ends", ["the grace", "an order from elsewhere"])
def test_what_takes_longer_is_told_to_stop(ends: str) -> None:
    stop, seeds, until = Stop(), Seeds("bad", "slow"), Moment()

    def slow() -> None:
        assert seeds.asked.wait(LIMIT)
        assert not stop.ordered
        if ends == "the grace":
            until.pass_by()
        else:
            stop.order()
        assert stop.wait(LIMIT)
        raise Stopped

    with pytest.raises(StepFailed, match="first") as caught:
        execute(
            plan(bad="", slow=""),
            Recorder(bad=failing("first"), slow=slow),
            ignore,
            stop,
            grace=Grace(seeds, lambda: until),
        )
    assert caught.value.others == ()


def test_a_bug_that_comes_after_a_failure_has_it_noted() -> None:
    seeds = Seeds("bad", "odd")

    def a_bug() -> None:
        assert seeds.asked.wait(LIMIT)
        raise KeyError("a bug")

    recorder = Recorder(bad=failing("first"), odd=a_bug)
    with pytest.raises(KeyError, match="a bug") as raised:
        execute(plan(bad="", odd=""), recorder, ignore, Stop(), grace=Grace(seeds))
    assert raised.value.__notes__ == ["open bad: first"]


def test_what_was_broken_off_failed_too_only_where_a_look_finds_a_cause() -> None:
    stop = Stop()
    begun = threading.Barrier(3, timeout=LIMIT)
    found = {"open dead": StepFailed("open dead", "it is dead")}

    def wait_for_the_order() -> None:
        begun.wait()
        assert stop.wait(LIMIT)
        raise Stopped

    def fail() -> None:
        begun.wait()
        raise EngineError("no")

    doing = {"bad": fail, "dead": wait_for_the_order, "well": wait_for_the_order}
    events: list[Event] = []
    steps = plan(bad="", dead="", well="")
    with pytest.raises(StepFailed, match="no") as caught:
        execute(steps, Recorder(**doing), events.append, stop, lambda step: found.get(step.key))
    assert [one.message for one in caught.value.others] == ["it is dead"]
    broke = [one.step for one in events if isinstance(one, StepBroke)]
    assert broke == ["open bad", "open dead"]


def test_nobody_is_looked_at_when_the_order_comes_from_elsewhere() -> None:
    stop = Stop()

    def stopped() -> None:
        stop.order()
        raise Stopped

    def look(step: Step) -> StepFailed:
        raise AssertionError(f"nobody is to be kept waiting by {step}")

    with pytest.raises(Stopped):
        execute(plan(a=""), Recorder(a=stopped), ignore, stop, look)


def test_an_order_from_elsewhere_ends_the_walk() -> None:
    stop = Stop()
    recorder = Recorder(a=stop.order)
    with pytest.raises(Stopped):
        execute(plan(a="", b="a"), recorder, ignore, stop)
    assert recorder.order == ["a"]


def test_an_interruption_stops_everything_before_it_is_raised() -> None:
    stop = Stop()
    ended = threading.Event()

    def wait_for_the_order() -> None:
        stop.wait(LIMIT)
        ended.set()
        raise Stopped

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(
            plan(slow="", bad=""), Recorder(slow=wait_for_the_order, bad=interrupted), ignore, stop
        )
    assert ended.is_set()


def test_removal_goes_on_behind_a_failure_and_reports_every_one() -> None:
    recorder = Recorder(a=failing("a is stuck"), b=failing("b is stuck"))
    failures = execute_all(plan(a="", b="", c="a b"), recorder, ignore, Stop())
    assert sorted(failure.message for failure in failures) == ["a is stuck", "b is stuck"]
    assert recorder.order == ["c"]


def test_what_nobody_has_thought_of_is_raised_when_all_else_is_removed() -> None:
    def a_bug() -> None:
        raise KeyError("a bug")

    recorder = Recorder(a=a_bug, b=failing("b is stuck"))
    with pytest.raises(KeyError, match="a bug") as raised:
        execute_all(plan(a="", b="", c="a b"), recorder, ignore, Stop())
    assert recorder.order == ["c"]
    assert raised.value.__notes__ == ["open b: b is stuck"]


def test_an_interrupt_of_a_removal_ends_it() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    recorder = Recorder(a=interrupted)
    with pytest.raises(KeyboardInterrupt):
        execute_all(plan(a="", b="a"), recorder, ignore, Stop())
    assert recorder.order == []


def test_everything_that_happens_is_told() -> None:
    events: list[Event] = []
    with pytest.raises(StepFailed):
        execute(plan(a="", b="a"), Recorder(b=failing()), events.append, Stop())
    told = [(type(event), event.step) for event in events if hasattr(event, "step")]
    assert told == [
        (StepStarted, "open a"),
        (StepDone, "open a"),
        (StepStarted, "open b"),
        (StepBroke, "open b"),
    ]

"""The pool: slices made ahead by a fake maker, handed out once each, dropped behind the back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from orchestrator.addressing.route import Directory
from orchestrator.errors import EngineError
from orchestrator.slicing.maker import Part
from orchestrator.slicing.pool import (
    MOST_AHEAD,
    MOST_AHEAD_FOLLOWED,
    MOST_USED,
    REST,
    Pool,
    Work,
)
from orchestrator.slicing.registry import Entry
from orchestrator.waiting import Deadline, Stopped, TimedOut, poll

SECONDS = 20.0

FIRST = "one of the first two, which are made at the same time when somebody has asked in vain"


class Maker:
    """Makes slices of nothing, and does what it was told; `made` is how many at each time."""

    def __init__(self) -> None:
        self.made: list[int] = []
        self.dropped: list[int] = []
        self.begun = 0
        self.errors: list[BaseException] = []
        self.drop_errors: list[BaseException] = []
        self.hold = threading.Event()
        self.hold.set()
        self._last = 0
        self._one_by_one = threading.Lock()

    def make(self, count: int, limit: Deadline) -> list[Part]:
        poll(self.hold.is_set, limit)
        if self.errors:
            raise self.errors.pop(0)
        with self._one_by_one:
            numbers = range(self._last + 1, self._last + 1 + count)
            self._last += count
            self.made.append(count)
        return [Part(Entry(number, ("ledger",)), Directory({})) for number in numbers]

    def drop(self, parts: Sequence[Part]) -> None:
        if self.drop_errors:
            raise self.drop_errors.pop(0)
        self.dropped += [part.entry.number for part in parts]

    def begin(self) -> None:
        self.begun += 1

    @property
    def there(self) -> int:
        return sum(self.made)


@pytest.fixture
def maker() -> Maker:
    return Maker()


Opener = Callable[..., Pool]


@pytest.fixture
def opened(maker: Maker) -> Iterator[Opener]:
    """Opens a pool, to be closed at the end."""
    pools: list[Pool] = []

    def open_(*, followed: bool = False, pooled: bool = False) -> Pool:
        pools.append(Pool(Work(maker.make, maker.drop, maker.begin, followed, pooled)))
        return pools[-1]

    yield open_
    maker.hold.set()
    for pool in pools:
        pool.close(drop=False)


def number(pool: Pool) -> int:
    return pool.take(Deadline.after(SECONDS)).entry.number


def until(ask: Callable[[], bool]) -> None:
    poll(ask, Deadline.after(SECONDS))


def test_the_first_is_made_before_anybody_asks(maker: Maker, opened: Opener) -> None:
    pool = opened()
    until(lambda: maker.made == [1])
    assert number(pool) == 1
    assert maker.begun == 1


@pytest.mark.parametrize(("followed", "most"), [(False, MOST_AHEAD), (True, MOST_AHEAD_FOLLOWED)])
def test_how_many_wait_grows_with_how_many_are_asked_for_up_to_a_limit(
    followed: bool, most: int, maker: Maker, opened: Opener
) -> None:
    pool = opened(followed=followed)
    until(lambda: maker.there == 1)
    number(pool)
    until(lambda: maker.there == 1 + 2)
    for taken in range(2, 10):
        number(pool)
        ahead = min(most, 2**taken)
        # As long as more than half of them are there, no more are made.
        until(lambda least=taken + ahead // 2 + 1: maker.there >= least)  # type: ignore[misc]
        assert maker.there <= taken + ahead
    assert max(maker.made) <= most


def test_whoever_waits_gets_the_first_as_soon_as_it_is_there(maker: Maker, opened: Opener) -> None:
    pool = busy(maker, opened)
    maker.hold.clear()
    drain(pool)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(number, pool)
        until(lambda: pool._waiting == 1)
        before = len(maker.made)
        maker.hold.set()
        assert waiting.result(SECONDS) > 0
    assert maker.made[before] == 1


def test_used_ones_are_dropped_behind_the_back(maker: Maker, opened: Opener) -> None:
    pool = opened()
    part = pool.take(Deadline.after(SECONDS))
    pool.give_back(part)
    until(lambda: maker.dropped == [part.entry.number])


def busy(maker: Maker, opened: Opener) -> Pool:
    """Return a pool of which so much was asked that there are as many ahead as may be."""
    pool = opened()
    for _ in range(4):
        number(pool)
    until(lambda: len(pool._ready) > MOST_AHEAD // 2 and not pool._on_the_way)
    return pool


def drain(pool: Pool) -> None:
    """Take all that is ready."""
    while pool._ready:
        number(pool)


def used(number: int) -> Part:
    return Part(Entry(1000 + number, ("ledger",)), Directory({}))


def test_while_new_ones_are_made_none_are_dropped_unless_there_are_many(
    maker: Maker, opened: Opener
) -> None:
    maker.hold.clear()
    pool = opened()
    until(lambda: pool._on_the_way == 1)
    for each in range(MOST_USED // 2 - 1):
        pool.give_back(used(each))
    time.sleep(2 * REST)
    assert maker.dropped == []
    pool.give_back(used(MOST_USED))
    until(lambda: len(maker.dropped) == MOST_USED // 2)
    assert maker.made == []


def test_used_ones_wait_a_moment_to_be_dropped_together(maker: Maker, opened: Opener) -> None:
    pool = opened()
    until(lambda: maker.there == 1 and not pool._on_the_way)
    batches: list[int] = []

    def drop(parts: Sequence[Part]) -> None:
        batches.append(len(parts))

    pool._work.drop = drop
    with pool._changed:  # So that nobody's turn comes in between.
        for each in range(MOST_USED // 4):
            pool.give_back(used(each))
    until(lambda: sum(batches) == MOST_USED // 4)
    assert len(batches) == 1


def test_what_is_pooled_is_dropped_at_once_because_it_is_used_again(
    maker: Maker, opened: Opener
) -> None:
    maker.hold.clear()
    pool = opened(pooled=True)
    until(lambda: pool._on_the_way == 1)
    pool.give_back(used(1))
    until(lambda: maker.dropped == [1001])


def test_while_somebody_waits_none_are_dropped_unless_there_are_many(
    maker: Maker, opened: Opener
) -> None:
    maker.hold.clear()
    pool = opened()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(number, pool)
        until(lambda: pool._waiting == 1)
        for each in range(MOST_USED // 2 - 1):
            pool.give_back(used(each))
        time.sleep(2 * REST)
        assert maker.dropped == []
        pool.give_back(used(MOST_USED))
        until(lambda: len(maker.dropped) == MOST_USED // 2)
        maker.hold.set()
        assert waiting.result(SECONDS)


def test_no_new_ones_are_made_while_too_many_used_ones_are_there(
    maker: Maker, opened: Opener
) -> None:
    dropping = threading.Event()

    def drop(_parts: Sequence[Part]) -> None:
        dropping.wait(SECONDS)

    maker.drop = drop  # type: ignore[method-assign, assignment]
    pool = opened()
    until(lambda: maker.there == 1)
    for each in range(MOST_USED):
        pool.give_back(used(each))
    assert number(pool)
    assert maker.there == 1
    dropping.set()
    assert number(pool)


def test_whoever_asks_meanwhile_never_waits_for_many(maker: Maker, opened: Opener) -> None:
    pool = busy(maker, opened)
    before = len(maker.made)
    maker.hold.clear()
    drain(pool)
    maker.hold.set()
    until(lambda: len(pool._ready) > MOST_AHEAD // 2)
    made = maker.made[before:]
    assert all(one <= max(1, sum(made[:place])) for place, one in enumerate(made)), made


def test_whoever_asks_gets_the_maker_s_error_and_the_next_one_gets_a_slice(
    maker: Maker, opened: Opener
) -> None:
    maker.errors = [EngineError("cannot make slices of ledger: no space left")]
    pool = opened()
    with pytest.raises(EngineError, match="no space left"):
        number(pool)
    assert number(pool) in (1, 2), FIRST


@pytest.mark.parametrize("error", [OSError("disk"), TimedOut("late"), ValueError("a bug")])
def test_an_error_of_any_kind_is_told_and_the_pool_lives_on(
    error: Exception, maker: Maker, opened: Opener
) -> None:
    maker.errors = [error]
    pool = opened()
    with pytest.raises(type(error), match=str(error)):
        number(pool)
    assert number(pool) in (1, 2), FIRST


def test_while_nobody_asks_a_failure_is_not_repeated(maker: Maker, opened: Opener) -> None:
    maker.errors = [EngineError("first"), EngineError("second")]
    pool = opened()
    with pytest.raises(EngineError, match="first"):
        number(pool)
    with pytest.raises(EngineError, match="second"):
        number(pool)
    assert number(pool) in (1, 2), FIRST


def test_what_is_ready_is_handed_out_although_more_cannot_be_made(
    maker: Maker, opened: Opener
) -> None:
    pool = opened()
    until(lambda: maker.there == 1)
    maker.errors = [EngineError("no space left")]
    assert number(pool) == 1
    until(lambda: not maker.errors)
    with pytest.raises(EngineError, match="no space left"):
        number(pool)


def test_one_that_cannot_be_dropped_is_no_error_of_whoever_asks_next(
    maker: Maker, opened: Opener
) -> None:
    maker.drop_errors = [EngineError("it is in use")]
    pool = opened()
    pool.give_back(pool.take(Deadline.after(SECONDS)))
    until(lambda: not maker.drop_errors)
    part = pool.take(Deadline.after(SECONDS))
    pool.give_back(part)
    until(lambda: maker.dropped == [part.entry.number])
    assert number(pool)


def test_an_error_on_the_way_to_begin_is_told(maker: Maker, opened: Opener) -> None:
    def begin() -> None:
        raise OSError("cannot sweep")

    maker.begin = begin  # type: ignore[method-assign]
    pool = opened()
    assert number(pool) == 1, "what others have left is no matter to whoever asks"


def test_whoever_waits_for_too_long_is_told(maker: Maker, opened: Opener) -> None:
    maker.hold.clear()
    pool = opened()
    with pytest.raises(TimedOut):
        pool.take(Deadline.after(0.05))
    maker.hold.set()
    assert number(pool) in (1, 2), FIRST


def test_many_threads_never_get_the_same_one(maker: Maker, opened: Opener) -> None:
    pool = opened()

    def use(_: int) -> int:
        part = pool.take(Deadline.after(SECONDS))
        pool.give_back(part)
        return part.entry.number

    with ThreadPoolExecutor(16) as threads:
        numbers = list(threads.map(use, range(500)))
    assert len(set(numbers)) == 500
    until(lambda: sorted(maker.dropped) == sorted(numbers))


@pytest.mark.parametrize("drop", [True, False])
def test_at_its_end_what_is_there_is_dropped_if_it_would_stay(
    drop: bool, maker: Maker, opened: Opener
) -> None:
    pool = busy(maker, opened)
    ready = sorted(part.entry.number for part in pool._ready)
    pool.close(drop=drop)
    assert sorted(maker.dropped) == (ready if drop else [])


def test_its_end_breaks_off_what_is_being_made(maker: Maker, opened: Opener) -> None:
    maker.hold.clear()
    pool = opened()
    pool.close(drop=True)
    assert not any(thread.is_alive() for thread in pool._threads)
    assert maker.made == []


def test_after_its_end_nobody_waits(maker: Maker, opened: Opener) -> None:
    maker.hold.clear()
    pool = opened()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(number, pool)
        until(lambda: pool._waiting == 1)
        pool.close(drop=True)
        with pytest.raises(Stopped):
            waiting.result(SECONDS)

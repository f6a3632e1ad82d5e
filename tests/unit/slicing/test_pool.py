"""The pool: slices made ahead by a fake maker, handed out once each, dropped behind the back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from orchestrator.addressing.route import Directory
from orchestrator.errors import EngineError
from orchestrator.slicing.maker import Part
from orchestrator.slicing.pool import MOST_AHEAD, MOST_AHEAD_FOLLOWED, MOST_USED, Pool, Work
from orchestrator.slicing.registry import Entry
from orchestrator.waiting import Deadline, Stopped, TimedOut, poll

SECONDS = 20.0


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

    def make(self, count: int, limit: Deadline) -> list[Part]:
        poll(self.hold.is_set, limit)
        if self.errors:
            raise self.errors.pop(0)
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

    def open_(*, followed: bool = False) -> Pool:
        pools.append(Pool(Work(maker.make, maker.drop, maker.begin, followed)))
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
        until(lambda expected=taken + ahead: maker.there == expected)  # type: ignore[misc]
    assert max(maker.made) <= most


def test_whoever_waits_gets_the_first_as_soon_as_it_is_there(maker: Maker, opened: Opener) -> None:
    pool = opened()
    for _ in range(4):
        number(pool)
    until(lambda: maker.there == 4 + MOST_AHEAD)
    maker.hold.clear()
    for _ in range(MOST_AHEAD):
        number(pool)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(number, pool)
        until(lambda: pool._waiting == 1)
        before = len(maker.made)
        maker.hold.set()
        assert waiting.result(SECONDS) > 0
    assert maker.there >= 4 + MOST_AHEAD + 1
    assert len(maker.made) > before


def test_used_ones_are_dropped_behind_the_back(maker: Maker, opened: Opener) -> None:
    pool = opened()
    part = pool.take(Deadline.after(SECONDS))
    pool.give_back(part)
    until(lambda: maker.dropped == [part.entry.number])


def test_new_ones_come_before_used_ones_are_dropped_but_not_for_ever(
    maker: Maker, opened: Opener
) -> None:
    pool = opened()
    maker.hold.clear()
    parts = [Part(Entry(1000 + each, ("ledger",)), Directory({})) for each in range(MOST_USED)]
    for part in parts:
        pool.give_back(part)
    assert maker.dropped == []
    maker.hold.set()
    until(lambda: len(maker.dropped) == MOST_USED)
    assert number(pool)


def test_whoever_asks_gets_the_maker_s_error_and_the_next_one_gets_a_slice(
    maker: Maker, opened: Opener
) -> None:
    maker.errors = [EngineError("cannot make slices of ledger: no space left")]
    pool = opened()
    with pytest.raises(EngineError, match="no space left"):
        number(pool)
    assert number(pool) == 1


@pytest.mark.parametrize("error", [OSError("disk"), TimedOut("late"), ValueError("a bug")])
def test_an_error_of_any_kind_is_told_and_the_pool_lives_on(
    error: Exception, maker: Maker, opened: Opener
) -> None:
    maker.errors = [error]
    pool = opened()
    with pytest.raises(type(error), match=str(error)):
        number(pool)
    assert number(pool) == 1


def test_while_nobody_asks_a_failure_is_not_repeated(maker: Maker, opened: Opener) -> None:
    maker.errors = [EngineError("first"), EngineError("second")]
    pool = opened()
    with pytest.raises(EngineError, match="first"):
        number(pool)
    with pytest.raises(EngineError, match="second"):
        number(pool)
    assert number(pool) == 1


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
    for _ in range(30):
        pool.give_back(pool.take(Deadline.after(SECONDS)))
    until(lambda: not maker.drop_errors and len(maker.dropped) > 20)
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
    assert number(pool) == 1


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
    pool = opened()
    for _ in range(3):
        pool.take(Deadline.after(SECONDS))
    until(lambda: maker.there == 3 + MOST_AHEAD)
    pool.close(drop=drop)
    expected = list(range(4, 4 + MOST_AHEAD)) if drop else []
    assert sorted(maker.dropped) == expected


def test_its_end_breaks_off_what_is_being_made(maker: Maker, opened: Opener) -> None:
    maker.hold.clear()
    pool = opened()
    pool.close(drop=True)
    assert not pool._thread.is_alive()
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

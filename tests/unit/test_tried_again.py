"""Attempts that are made again: how often, how long between, and what ends them."""

from __future__ import annotations

import pytest

from orchestrator.waiting import Deadline, Stop, Stopped, again


class Flaky:
    """Fails so often, and then gives `done`."""

    def __init__(self, failures: int, error: type[Exception] = ConnectionError) -> None:
        self.failures, self.error = failures, error
        self.attempts = 0
        self.told: list[tuple[str, float]] = []

    def __call__(self) -> str:
        self.attempts += 1
        if self.attempts <= self.failures:
            raise self.error(f"failure {self.attempts}")
        return "done"

    def tell(self, error: BaseException, pause: float) -> None:
        self.told.append((str(error), pause))

    def run(self, deadline: Deadline | None = None, first: float = 0.001) -> str:
        return again(
            self,
            deadline or Deadline.after(20),
            passing=lambda error: isinstance(error, ConnectionError),
            told=self.tell,
            first=first,
        )


def test_what_passes_is_tried_again_with_longer_pauses() -> None:
    flaky = Flaky(3)
    assert flaky.run() == "done"
    assert [words for words, _ in flaky.told] == ["failure 1", "failure 2", "failure 3"]
    pauses = [pause for _, pause in flaky.told]
    assert all(
        least <= pause <= least + 0.0005
        for least, pause in zip((0.001, 0.002, 0.004), pauses, strict=True)
    )


def test_the_last_failure_is_raised_as_it_is() -> None:
    flaky = Flaky(9)
    with pytest.raises(ConnectionError, match="failure 4"):
        flaky.run()
    assert flaky.attempts == 4


def test_any_other_failure_ends_it_at_once() -> None:
    flaky = Flaky(1, ValueError)
    with pytest.raises(ValueError, match="failure 1"):
        flaky.run()
    assert (flaky.attempts, flaky.told) == (1, [])


def test_where_no_time_is_left_for_the_next_attempt_there_is_no_pause() -> None:
    flaky = Flaky(9)
    with pytest.raises(ConnectionError, match="failure 1"):
        flaky.run(Deadline.after(20), first=30)
    assert flaky.told == []


def test_the_order_to_stop_ends_a_pause() -> None:
    stop, flaky = Stop(), Flaky(9)
    tell = flaky.tell

    def stopping(error: BaseException, pause: float) -> None:
        tell(error, pause)
        stop.order()

    flaky.tell = stopping  # type: ignore[method-assign]
    with pytest.raises(Stopped):
        flaky.run(Deadline.after(1000, stop), first=100)
    assert flaky.attempts == 1

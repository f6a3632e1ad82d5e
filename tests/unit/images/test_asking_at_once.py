"""Several questions at the same time, and what ends them."""

from __future__ import annotations

import pytest

from orchestrator.images.looking import at_once
from orchestrator.waiting import Deadline


def test_answers_come_in_the_order_of_the_questions() -> None:
    assert at_once(lambda number: number * 2, range(50), Deadline.after(5)) == [*range(0, 100, 2)]


def test_whatever_ends_the_waiting_ends_the_asking() -> None:
    deadline = Deadline.after(60)
    asked: list[int] = []

    def ask(number: int) -> bool:
        asked.append(number)
        if number == 0:
            raise KeyboardInterrupt
        # Who is asked in vain waits for the order to stop.
        return deadline.stop.wait(60)

    with pytest.raises(KeyboardInterrupt):
        at_once(ask, range(4), deadline)
    assert deadline.stop.ordered

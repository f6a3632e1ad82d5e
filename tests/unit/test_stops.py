"""The order to stop, and those below it that come with it and can be given without it."""

from __future__ import annotations

import gc
import threading

from orchestrator.waiting import Stop


def test_one_below_comes_with_it() -> None:
    stop = Stop()
    one, two = stop.below(), stop.below()
    deep = one.below()
    stop.order()
    assert [each.ordered for each in (one, two, deep)] == [True] * 3


def test_one_below_is_given_without_it() -> None:
    stop = Stop()
    one, two = stop.below(), stop.below()
    one.order()
    assert [each.ordered for each in (stop, one, two)] == [False, True, False]


def test_one_that_comes_later_is_given_already() -> None:
    stop = Stop()
    stop.order()
    assert stop.below().ordered


def test_whoever_waits_on_one_below_wakes_up() -> None:
    stop = Stop()
    below = stop.below()
    woken: list[bool] = []
    thread = threading.Thread(target=lambda: woken.append(below.wait(20)))
    thread.start()
    stop.order()
    thread.join(20)
    assert woken == [True]


def test_those_that_nobody_needs_any_more_are_forgotten() -> None:
    stop = Stop()
    for _ in range(1000):
        stop.below()
    gc.collect()
    assert len(stop._below) == 0
    stop.order()

"""Nothing that shows events, and no moment of an interrupt, keeps anything from being removed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from shop import Shop

from orchestrator import Environment
from orchestrator.cli.session import Session
from orchestrator.errors import EngineError
from orchestrator.lifecycle.bringing_up import BringingUp
from orchestrator.model.event import Event, Noticed
from orchestrator.render.plain import Plain


@pytest.mark.parametrize(
    "error", [BrokenPipeError(), ValueError("closed"), KeyError("a bug")], ids=repr
)
def test_a_display_that_breaks_is_left_out(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def break_(self: Plain, event: Event) -> None:
        raise error

    monkeypatch.setattr(Plain, "show", break_)
    assert shop.greenroom("run", "--", "true").code == 0
    assert shop.left == 0


def test_one_that_breaks_for_two_at_the_same_time_keeps_neither_from_going_on() -> None:
    together = threading.Barrier(2, timeout=10)

    class Unread:
        def show(self, event: Event) -> None:
            together.wait()
            raise BrokenPipeError

        def say(self, text: str) -> None:
            """Nothing."""

        def close(self) -> None:
            """Nothing."""

    listening, event = Session([Unread()]), Noticed(at=0.0, text="two steps are done at once")
    with ThreadPoolExecutor(2) as threads:
        for told in [threads.submit(listening.listen, event) for _ in range(2)]:
            told.result(10)


def interrupt_after(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is interrupted when its work is done, before anybody knows."""

    def interrupted(*arguments: Any, **named: Any) -> Any:
        function(*arguments, **named)
        raise KeyboardInterrupt

    return interrupted


@pytest.mark.parametrize("command", ["up", "run"])
def test_an_interrupt_between_the_last_step_and_its_news_leaves_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(BringingUp, "walk", interrupt_after(BringingUp.walk))
    ended = shop.greenroom(command)
    assert (ended.code, shop.left) == (130, 0)
    assert "removed 4 in" in ended.err


def test_what_is_left_even_then_is_named(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BringingUp, "walk", interrupt_after(BringingUp.walk))
    shop.docker.fail("remove", "api", EngineError("device busy"))
    ended = shop.greenroom("up")
    assert ended.code == 130
    assert "also: could not remove all of shop-" in ended.err
    assert "device busy" in ended.err


def test_what_was_joined_once_is_removed_when_it_is_our_own_the_next_time(shop: Shop) -> None:
    shop.greenroom("up")
    environment = Environment()
    with environment.join_or_up():
        assert environment.joined
    shop.greenroom("down")
    with environment.join_or_up():
        assert not environment.joined
    assert shop.left == 0

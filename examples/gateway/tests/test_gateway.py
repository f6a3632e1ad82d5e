"""Three services, by their one way in. Each test orders another article."""

import os
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

DEADLINE = 10.0
INTERVAL = 0.02


@pytest.fixture(scope="session")
def gateway() -> Iterator[httpx.Client]:
    """The one address that the world knows."""
    with httpx.Client(base_url=os.environ["GATEWAY_URL"]) as client:
        yield client


def paid(gateway: httpx.Client, number: int) -> dict[str, Any]:
    """Wait until billing has called back."""
    deadline = time.monotonic() + DEADLINE
    while not (order := gateway.get(f"/orders/{number}").json())["paid_cents"]:
        if time.monotonic() > deadline:
            pytest.fail(f"billing has not called back after {DEADLINE} s: {order}")
        time.sleep(INTERVAL)
    return dict(order)


def test_billing_calls_back_when_an_order_is_paid(gateway: httpx.Client) -> None:
    placed = gateway.post("/orders/", json={"sku": "tea", "count": 2})

    assert placed.status_code == 201
    assert paid(gateway, placed.json()["number"])["paid_cents"] == 900


def test_what_is_ordered_leaves_the_stock(gateway: httpx.Client) -> None:
    before = gateway.get("/stock/cup").json()["left"]

    gateway.post("/orders/", json={"sku": "cup", "count": 1}).raise_for_status()

    assert gateway.get("/stock/cup").json()["left"] == before - 1


def test_what_stock_refuses_is_no_order(gateway: httpx.Client) -> None:
    answer = gateway.post("/orders/", json={"sku": "pot", "count": 6})

    assert (answer.status_code, answer.json()["detail"]) == (409, "there are only 5 of pot")


def test_nothing_else_is_let_in(gateway: httpx.Client) -> None:
    assert gateway.get("/admin").status_code == 404

"""The boundary where a dependency fails: the provider is out of order, or says no."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Json = dict[str, Any]


@pytest.fixture
def fault(provider: httpx.Client, account: str) -> Callable[[int, int], None]:
    """Have the provider answer with a status, so many times, for this test's account only."""

    def add(status: int, times: int) -> None:
        wanted = {"account": account, "status": status, "times": times}
        provider.post("/faults", json=wanted).raise_for_status()

    return add


def test_a_short_failure_is_retried(
    provider: httpx.Client,
    fault: Callable[[int, int], None],
    pay: Callable[[int], Json],
    settled: Callable[[str], Json],
) -> None:
    fault(503, 2)

    payment = settled(pay(20_00)["id"])

    assert provider.get(f"/attempts/{payment['id']}").json() == 3


def test_a_long_failure_fails_the_payment_and_keeps_the_hold(
    fault: Callable[[int, int], None],
    pay: Callable[[int], Json],
    ended: Callable[[str], Json],
    balance: Callable[[], int],
) -> None:
    fault(503, 1000)

    payment = ended(pay(20_00)["id"])

    assert payment["status"] == "failed"
    assert payment["reason"] == "provider answered 503 (4 attempts)"
    assert payment["settled_at"] is None
    assert balance() == 80_00


def test_a_declined_payment_gives_the_money_back(
    fault: Callable[[int, int], None],
    pay: Callable[[int], Json],
    ended: Callable[[str], Json],
    balance: Callable[[], int],
) -> None:
    fault(402, 1)

    payment = ended(pay(20_00)["id"])

    assert (payment["status"], payment["reason"]) == ("declined", "card declined")
    assert balance() == 100_00

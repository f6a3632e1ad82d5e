"""The boundary between the service and the provider's API."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx

Json = dict[str, Any]


def test_the_provider_s_date_arrives_as_the_same_moment(
    provider: httpx.Client, pay: Callable[[int], Json], settled: Callable[[str], Json]
) -> None:
    payment = settled(pay(12_50)["id"])

    sent = provider.get(f"/captures/{payment['id']}").json()["settled_at"]

    assert datetime.fromisoformat(payment["settled_at"]) == datetime.fromisoformat(sent)


def test_a_payment_is_captured_once(
    provider: httpx.Client, pay: Callable[[int], Json], ended: Callable[[str], Json]
) -> None:
    payment = ended(pay(1_00)["id"])

    assert provider.get(f"/attempts/{payment['id']}").json() == 1

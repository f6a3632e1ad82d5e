"""The worker, with everything around it mocked."""

import asyncio
from datetime import UTC, datetime
from unittest.mock import AsyncMock

import pytest

from payments.events import Events
from payments.model import Outcome, Payment, Status
from payments.provider import DeclinedError, Provider, ProviderError
from payments.store import Store
from payments.worker import Worker, settle

WHEN = datetime.fromisoformat("2026-11-23T10:15:00Z")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            [WHEN],
            Outcome(status=Status.SETTLED, settled_at=datetime(2026, 11, 23, 10, 15, 0, 0, UTC)),
        ),
        (DeclinedError("card declined"), Outcome(status=Status.DECLINED, reason="card declined")),
        (ProviderError("out of order"), Outcome(status=Status.FAILED, reason="out of order")),
    ],
    ids=["settled", "declined", "failed"],
)
def test_whatever_the_provider_does_has_an_outcome(
    payment: Payment, answer: object, outcome: Outcome
) -> None:
    provider = AsyncMock(Provider)
    provider.capture.side_effect = answer

    assert asyncio.run(settle(payment, provider)) == outcome


def process(payment: Payment, provider: AsyncMock) -> tuple[AsyncMock, AsyncMock]:
    """Have the worker process the payment's event; returns the store and the events it used."""
    store, events = AsyncMock(Store), AsyncMock(Events)
    store.find.return_value = payment
    message = AsyncMock(data=payment.model_dump_json().encode())
    asyncio.run(Worker(store, provider, events).process(message))
    return store, events


def test_the_outcome_is_recorded_and_announced(payment: Payment) -> None:
    provider = AsyncMock(Provider)
    provider.capture.return_value = WHEN

    store, events = process(payment, provider)

    store.finish.assert_awaited_once_with(
        payment.id, Outcome(status=Status.SETTLED, settled_at=WHEN)
    )
    events.publish.assert_awaited_once_with(store.finish.return_value)


def test_a_payment_that_has_ended_is_not_captured_again(payment: Payment) -> None:
    provider = AsyncMock(Provider)
    ended = payment.model_copy(update={"status": Status.FAILED, "reason": "out of order"})

    store, events = process(ended, provider)

    provider.capture.assert_not_awaited()
    store.finish.assert_not_awaited()
    events.publish.assert_awaited_once_with(ended)

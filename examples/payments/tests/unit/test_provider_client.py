"""The provider's client, against a mock that answers as its author believes the provider does."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from payments.model import Payment
from payments.provider import DeclinedError, Provider, ProviderError

Answer = Callable[[httpx.Request], httpx.Response]

SETTLED = {"reference": "6f1c0f2e", "settled_at": "2026-11-23T10:15:00+01:00"}


def capture(payment: Payment, answer: Answer) -> datetime:
    """Capture the payment at a provider that answers like this."""

    async def with_mock() -> datetime:
        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(transport=transport, base_url="http://provider") as http:
            return await Provider(http, pause=0).capture(payment)

    return asyncio.run(with_mock())


def test_the_settlement_date_is_read(payment: Payment) -> None:
    moment = capture(payment, lambda _: httpx.Response(201, json=SETTLED))

    assert moment == datetime(2026, 11, 23, 9, 15, tzinfo=UTC)


def test_the_payment_s_id_is_the_idempotency_key(payment: Payment) -> None:
    keys = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        return httpx.Response(503 if len(keys) == 1 else 201, json=SETTLED)

    capture(payment, answer)

    assert keys == [str(payment.id)] * 2


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (httpx.Response(402, json={"detail": "card declined"}), DeclinedError, "card declined"),
        (httpx.Response(503), ProviderError, r"provider answered 503 \(4 attempts\)"),
        (httpx.Response(400), ProviderError, "provider answered 400$"),
        (httpx.Response(201, json={}), ProviderError, "provider sent no settled_at: '{}'"),
        (httpx.Response(201, text="<html>"), ProviderError, "sent no settled_at: '<html>'"),
        (httpx.Response(201, json={"settled_at": "soon"}), ProviderError, "'soon', which is not"),
        (
            httpx.Response(201, json={"settled_at": "2026-11-23T10:15:00"}),
            ProviderError,
            "'2026-11-23T10:15:00', which is not RFC 3339",
        ),
    ],
    ids=["declined", "out-of-order", "refused", "no-date", "no-json", "no-such-date", "no-offset"],
)
def test_what_is_not_a_settlement_is_never_taken_for_one(
    payment: Payment, answer: httpx.Response, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        capture(payment, lambda _: answer)


def test_a_provider_that_cannot_be_reached_is_an_error(payment: Payment) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    with pytest.raises(ProviderError, match="could not be reached: connection refused"):
        capture(payment, answer)

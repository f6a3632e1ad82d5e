"""The API, with its backends mocked."""

import asyncio
from unittest.mock import AsyncMock

import httpx
import nats.errors
import psycopg
import pytest

from payments.api import Backends, application
from payments.events import Events
from payments.model import Outcome, Payment, Status
from payments.store import RefusedError, Store

REQUEST = {"account": "alice", "amount_cents": 12_50, "currency": "EUR"}


@pytest.fixture
def backends(payment: Payment) -> tuple[AsyncMock, AsyncMock]:
    """A store that takes every payment, and a broker that takes every event."""
    store = AsyncMock(Store)
    store.create.return_value = payment
    return store, AsyncMock(Events)


def ask(backends: tuple[AsyncMock, AsyncMock], request: httpx.Request) -> httpx.Response:
    """Send one request to the application, without a server."""

    async def send() -> httpx.Response:
        app = application("no database", "no broker")
        app.state.backends = Backends(*backends)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            return await client.send(request)

    return asyncio.run(send())


def new_payment(**changes: object) -> httpx.Request:
    """A request for a payment, in order but for the changes."""
    return httpx.Request("POST", "http://api/payments", json={**REQUEST, **changes})


def test_a_payment_is_recorded_and_announced(
    backends: tuple[AsyncMock, AsyncMock], payment: Payment
) -> None:
    answer = ask(backends, new_payment())

    assert answer.status_code == 201
    assert Payment.model_validate(answer.json()) == payment
    backends[1].publish.assert_awaited_once_with(payment)


@pytest.mark.parametrize("wrong", [{"amount_cents": 0}, {"currency": "euro"}, {"account": ""}])
def test_a_request_that_makes_no_sense_is_refused(
    backends: tuple[AsyncMock, AsyncMock], wrong: dict[str, object]
) -> None:
    assert ask(backends, new_payment(**wrong)).status_code == 422
    backends[0].create.assert_not_awaited()


def test_what_the_ledger_refuses_is_refused(backends: tuple[AsyncMock, AsyncMock]) -> None:
    backends[0].create.side_effect = RefusedError("no account 'alice' in EUR")

    answer = ask(backends, new_payment())

    assert (answer.status_code, answer.json()["detail"]) == (422, "no account 'alice' in EUR")
    backends[1].publish.assert_not_awaited()


def test_a_payment_that_cannot_be_announced_fails(
    backends: tuple[AsyncMock, AsyncMock], payment: Payment
) -> None:
    backends[1].publish.side_effect = nats.errors.TimeoutError

    answer = ask(backends, new_payment())

    assert answer.status_code == 503
    reason = "could not be announced: nats: timeout"
    backends[0].finish.assert_awaited_once_with(
        payment.id, Outcome(status=Status.FAILED, reason=reason)
    )


def test_a_lost_database_is_the_server_s_error(backends: tuple[AsyncMock, AsyncMock]) -> None:
    backends[0].create.side_effect = psycopg.OperationalError("connection refused")

    assert ask(backends, new_payment()).status_code == 503


@pytest.mark.parametrize(
    ("lost", "name"), [(0, "database"), (1, "broker")], ids=["database", "broker"]
)
def test_health_says_what_is_lost(
    backends: tuple[AsyncMock, AsyncMock], lost: int, name: str
) -> None:
    backends[lost].ping.side_effect = ConnectionError("refused")

    answer = ask(backends, httpx.Request("GET", "http://api/health"))

    assert answer.status_code == 503
    assert answer.json()[name] == "ConnectionError: refused"

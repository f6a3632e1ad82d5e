"""The real service, its real ledger and broker, and the provider, at the addresses Greenroom gave.

The tests share one environment and may run in it many times: each works on an account of its own.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import nats
import psycopg
import pytest
from nats.aio.client import Client
from nats.aio.subscription import Subscription
from psycopg.rows import DictRow, dict_row

DEADLINE = 5.0
INTERVAL = 0.02
BALANCE = 100_00

Json = dict[str, Any]


def eventually(read: Callable[[], Json], accept: Callable[[Json], bool]) -> Json:
    """Read until the value is accepted."""
    deadline = time.monotonic() + DEADLINE
    while not accept(value := read()):
        if time.monotonic() > deadline:
            pytest.fail(f"still not so after {DEADLINE} s: {value}")
        time.sleep(INTERVAL)
    return value


async def event_of(messages: Subscription, payment_id: str) -> Json:
    """The first event of this payment; other tests' events may come by."""
    async with asyncio.timeout(DEADLINE):
        async for message in messages.messages:
            event = dict(json.loads(message.data))
            if event["id"] == payment_id:
                return event
    raise AssertionError("the subscription ended")


@pytest.fixture(scope="session")
def api() -> Iterator[httpx.Client]:
    """The payment service."""
    with httpx.Client(base_url=os.environ["API_URL"]) as client:
        yield client


@pytest.fixture(scope="session")
def provider() -> Iterator[httpx.Client]:
    """The payment provider."""
    with httpx.Client(base_url=os.environ["PROVIDER_URL"]) as client:
        yield client


@pytest.fixture
def ledger() -> Iterator[psycopg.Connection[DictRow]]:
    """The service's database, seen past the service. Each statement commits by itself."""
    with psycopg.connect(
        os.environ["LEDGER_URL"], autocommit=True, row_factory=dict_row
    ) as connection:
        yield connection


@pytest.fixture
def loop() -> Iterator[asyncio.Runner]:
    """Runs what the broker's client does, one call at a time."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def broker(loop: asyncio.Runner) -> Iterator[Client]:
    """A connection of the test's own to the service's broker."""
    client = loop.run(nats.connect(os.environ["EVENTS_URL"]))
    yield client
    loop.run(client.close())


@pytest.fixture
def listen(loop: asyncio.Runner, broker: Client) -> Callable[[str], Callable[[str], Json]]:
    """Subscribe to a subject; the result waits for the event of one payment."""

    def subscribe(subject: str) -> Callable[[str], Json]:
        messages = loop.run(broker.subscribe(subject))
        # Only when the broker has answered is it sure that the next event will be seen.
        loop.run(broker.flush())
        return lambda payment_id: loop.run(event_of(messages, payment_id))

    return subscribe


@pytest.fixture
def account(ledger: psycopg.Connection[DictRow]) -> str:
    """An account of this test alone, with 100 euros."""
    name = f"test-{uuid4()}"
    ledger.execute("insert into accounts values (%s, 'EUR', %s)", [name, BALANCE])
    return name


@pytest.fixture
def balance(ledger: psycopg.Connection[DictRow], account: str) -> Callable[[], int]:
    """What the account holds at the moment, in cents."""

    def read() -> int:
        row = ledger.execute("select balance_cents from accounts where id = %s", [account])
        return int((row.fetchone() or {})["balance_cents"])

    return read


@pytest.fixture
def pay(api: httpx.Client, account: str) -> Callable[[int], Json]:
    """Ask for a payment of so many cents from the account; returns it as created."""

    def post(cents: int) -> Json:
        request = {"account": account, "amount_cents": cents, "currency": "EUR"}
        answer = api.post("/payments", json=request)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    return post


@pytest.fixture
def ended(api: httpx.Client) -> Callable[[str], Json]:
    """Wait until a payment has ended, however that was, and return it."""

    def wait(payment_id: str) -> Json:
        return eventually(
            lambda: dict(api.get(f"/payments/{payment_id}").json()),
            lambda payment: payment["status"] != "created",
        )

    return wait


@pytest.fixture
def settled(ended: Callable[[str], Json]) -> Callable[[str], Json]:
    """Wait until a payment has ended, and insist that it was settled."""

    def wait(payment_id: str) -> Json:
        payment = ended(payment_id)
        assert payment["status"] == "settled", payment["reason"]
        return payment

    return wait

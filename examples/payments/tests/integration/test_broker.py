"""The boundary between producer and consumer: the API, the broker and the worker."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from nats.aio.client import Client
from psycopg import Connection
from psycopg.rows import DictRow

Json = dict[str, Any]

INSERT = """
    insert into payments (account, currency, amount_cents) values (%s, 'EUR', 500)
    returning id, account, currency, amount_cents, status, settled_at, reason, created_at
"""


def test_a_new_payment_is_announced(
    listen: Callable[[str], Callable[[str], Json]], pay: Callable[[int], Json]
) -> None:
    event_of_payment = listen("payments.created")

    payment = pay(5_00)

    assert event_of_payment(payment["id"]) == payment


def test_an_announced_payment_is_consumed(
    loop: asyncio.Runner,
    broker: Client,
    ledger: Connection[DictRow],
    account: str,
    settled: Callable[[str], Json],
) -> None:
    payment = ledger.execute(INSERT, [account]).fetchone()
    assert payment is not None
    event = json.dumps(payment, default=str).encode()

    loop.run(broker.jetstream().publish("payments.created", event))

    settled(str(payment["id"]))


def test_a_settled_payment_is_announced(
    listen: Callable[[str], Callable[[str], Json]],
    pay: Callable[[int], Json],
    settled: Callable[[str], Json],
) -> None:
    event_of_payment = listen("payments.settled")

    payment = settled(pay(5_00)["id"])

    assert event_of_payment(payment["id"]) == payment


def test_what_is_not_a_payment_does_not_stop_the_worker(
    loop: asyncio.Runner, broker: Client, pay: Callable[[int], Json], ended: Callable[[str], Json]
) -> None:
    loop.run(broker.jetstream().publish("payments.created", b"not a payment"))

    assert ended(pay(5_00)["id"])

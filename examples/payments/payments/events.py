"""Events over NATS JetStream. A subject is `payments.` and the status the payment came to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from payments.model import Payment, Status

STREAM = "PAYMENTS"
FETCH_SECONDS = 5
# One second between attempts, for ever: a broker that restarts must not end the service.
RECONNECT_SECONDS = 1
RECONNECT_ATTEMPTS = -1


def subject(status: Status) -> str:
    """The subject on which payments that came to this status are announced."""
    return f"payments.{status}"


class Subscription:
    """A share of a durable consumer: each message goes to one of those that subscribe."""

    def __init__(self, inbox: nats.js.JetStreamContext.PullSubscription) -> None:
        self._inbox = inbox

    async def __aiter__(self) -> AsyncIterator[Msg]:
        """Messages as they come, one at a time, without an end."""
        while True:
            try:
                yield (await self._inbox.fetch(1, timeout=FETCH_SECONDS))[0]
            except nats.errors.TimeoutError:
                continue


class Events:
    """The way to the broker."""

    def __init__(self, client: Client) -> None:
        self._stream = client.jetstream()

    async def publish(self, payment: Payment) -> None:
        """Announce what a payment has come to; return when the broker has stored it."""
        await self._stream.publish(subject(payment.status), payment.model_dump_json().encode())

    async def subscribe(self, status: Status, durable: str) -> Subscription:
        """Receive what was and will be announced, and not yet acknowledged, under `durable`."""
        return Subscription(
            await self._stream.pull_subscribe(subject(status), durable, stream=STREAM)
        )

    async def ping(self) -> None:
        """Return when the broker answers and has the stream; raise when it does not."""
        # Not by `flush`: when its time runs out, nats-py 2.16 stops reading for good.
        await self._stream.stream_info(STREAM)


@asynccontextmanager
async def connect(url: str) -> AsyncIterator[Events]:
    """Connect, and disconnect at the end."""
    client = await nats.connect(
        url,
        reconnect_time_wait=RECONNECT_SECONDS,
        max_reconnect_attempts=RECONNECT_ATTEMPTS,
    )
    try:
        yield Events(client)
    finally:
        await client.close()

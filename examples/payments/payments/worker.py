"""The worker: has the provider capture each new payment, and records how that ended."""

import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import httpx
from nats.aio.msg import Msg
from pydantic import ValidationError

from payments.events import Events, Subscription, connect, subject
from payments.model import Outcome, Payment, Status
from payments.provider import DeclinedError, Provider, ProviderError
from payments.settings import setting
from payments.store import Store

AT_ONCE = 4
PROVIDER_SECONDS = 5.0
REDELIVER_SECONDS = 1.0

log = logging.getLogger("payments.worker")


class Worker:
    """What happens to a payment after it was created."""

    def __init__(self, store: Store, provider: Provider, events: Events) -> None:
        self._store = store
        self._provider = provider
        self._events = events

    async def consume(self, messages: Subscription) -> None:
        """Process messages for ever. One that cannot be processed now is delivered again."""
        async for message in messages:
            try:
                await self.process(message)
                await message.ack()
            except ValidationError as error:
                log.warning("dropping what is not a payment: %s", error)
                await message.term()
            except Exception:
                log.exception("processing failed, trying again in %s s", REDELIVER_SECONDS)
                await message.nak(delay=REDELIVER_SECONDS)

    async def process(self, message: Msg) -> None:
        """Bring the payment of a message to its end and announce that.

        A payment that had ended already is announced once more: the worker may have died between
        recording and announcing, and whoever listens must expect an event twice in any case.
        """
        announced = Payment.model_validate_json(message.data)
        payment = await self._store.find(announced.id)
        if payment and payment.status is Status.CREATED:
            outcome = await settle(payment, self._provider)
            payment = await self._store.finish(payment.id, outcome)
        if payment:
            log.info("payment %s: %s %s", payment.id, payment.status, payment.reason or "")
            await self._events.publish(payment)


async def settle(payment: Payment, provider: Provider) -> Outcome:
    """Have a payment captured; whatever the provider does has an outcome."""
    try:
        return Outcome(status=Status.SETTLED, settled_at=await provider.capture(payment))
    except DeclinedError as refusal:
        return Outcome(status=Status.DECLINED, reason=str(refusal))
    except ProviderError as problem:
        return Outcome(status=Status.FAILED, reason=str(problem))


async def run(database_url: str, events_url: str, provider_url: str) -> None:
    """Connect, subscribe, say so, and consume until cancelled."""
    async with (
        connect(events_url) as events,
        httpx.AsyncClient(base_url=provider_url, timeout=PROVIDER_SECONDS) as http,
    ):
        worker = Worker(Store(database_url), Provider(http), events)
        shares = [await events.subscribe(Status.CREATED, "worker") for _ in range(AT_ONCE)]
        log.info("consuming %s", subject(Status.CREATED))
        async with asyncio.TaskGroup() as tasks:
            for share in shares:
                tasks.create_task(worker.consume(share))


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` until it ends or the process is asked to stop.

    Stopping in the middle is harmless: what was not acknowledged is delivered again, and a
    capture can be repeated.
    """
    task = asyncio.create_task(work)
    # Windows has no signal handlers on its loop, and ends the process by itself.
    with suppress(NotImplementedError):
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def main() -> None:
    """Start the worker with the addresses from the environment."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    addresses = [setting(name) for name in ("DATABASE_URL", "EVENTS_URL", "PROVIDER_URL")]
    asyncio.run(until_stopped(run(*addresses)))


if __name__ == "__main__":
    main()

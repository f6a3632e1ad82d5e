"""The HTTP API."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Protocol
from uuid import UUID

import nats.errors
import psycopg
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

from payments.events import Events, connect
from payments.model import Outcome, Payment, PaymentRequest, Status
from payments.settings import setting
from payments.store import RefusedError, Store

HEALTH_SECONDS = 2

log = logging.getLogger("payments.api")
router = APIRouter()


@dataclass(frozen=True)
class Backends:
    """What the API stands on."""

    store: Store
    events: Events


class Pingable(Protocol):
    """A backend that can be asked whether it is there."""

    async def ping(self) -> None: ...


def backends(request: Request) -> Backends:
    """The backends of the application that serves this request."""
    found = request.app.state.backends
    assert isinstance(found, Backends)
    return found


Using = Annotated[Backends, Depends(backends)]


@router.post("/payments", status_code=201)
async def create(request: PaymentRequest, using: Using) -> Payment:
    """Record a payment and announce it; the worker does the rest."""
    try:
        payment = await using.store.create(request)
    except RefusedError as refusal:
        raise HTTPException(422, str(refusal)) from None
    try:
        await using.events.publish(payment)
    except nats.errors.Error as error:
        # The broker may have stored the event all the same, so the payment cannot be undone here.
        reason = f"could not be announced: {error}"
        await using.store.finish(payment.id, Outcome(status=Status.FAILED, reason=reason))
        raise HTTPException(503, f"payment {payment.id} {reason}") from None
    return payment


@router.get("/payments/{payment_id}")
async def read(payment_id: UUID, using: Using) -> Payment:
    """A payment as it stands."""
    payment = await using.store.find(payment_id)
    if payment is None:
        raise HTTPException(404, f"there is no payment {payment_id}")
    return payment


@router.get("/health")
async def health(using: Using) -> JSONResponse:
    """Whether the API can do its work: 200 when database and broker answer, else 503."""
    states = {"database": await _state(using.store), "broker": await _state(using.events)}
    healthy = set(states.values()) == {"ok"}
    return JSONResponse(states, status_code=200 if healthy else 503)


async def _state(backend: Pingable) -> str:
    try:
        async with asyncio.timeout(HEALTH_SECONDS):
            await backend.ping()
    except TimeoutError:
        return f"no answer within {HEALTH_SECONDS} s"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "ok"


async def _database_lost(_: Request, error: Exception) -> JSONResponse:
    log.error("the database cannot be reached: %s", error)
    return JSONResponse({"detail": "the database cannot be reached"}, status_code=503)


def application(database_url: str, events_url: str) -> FastAPI:
    """The API on these two addresses; it connects to the broker when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with connect(events_url) as events:
            app.state.backends = Backends(Store(database_url), events)
            yield

    app = FastAPI(title="payments", lifespan=lifespan)
    app.include_router(router)
    app.add_exception_handler(psycopg.OperationalError, _database_lost)
    return app


def main() -> None:
    """Serve on the port and with the addresses from the environment."""
    app = application(setting("DATABASE_URL"), setting("EVENTS_URL"))
    uvicorn.run(app, host="127.0.0.1", port=int(setting("PORT")), timeout_graceful_shutdown=3)


if __name__ == "__main__":
    main()

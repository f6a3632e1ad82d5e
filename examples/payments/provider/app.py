"""The provider's API: captures, and the faults that its sandbox can be asked for."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

# The provider's office is not in UTC, so a client that drops the offset is an hour off.
OFFICE = timezone(timedelta(hours=1))

DATE_FORMATS: dict[str, Callable[[datetime], str]] = {
    "1": lambda moment: moment.isoformat(timespec="seconds"),
    "2": lambda moment: moment.strftime("%d/%m/%Y"),
}

DECLINED = 402


class CaptureRequest(BaseModel):
    """A payment to be captured."""

    account: str
    amount_cents: int
    currency: str


class Capture(BaseModel):
    """A payment that was captured."""

    reference: str
    settled_at: str


class Fault(BaseModel):
    """Answer captures of one account with this status, so many times."""

    account: str
    status: int
    times: int


class Sandbox:
    """What the provider remembers; all of it is gone when the process ends."""

    def __init__(self) -> None:
        self.version = "1"
        self.captures: dict[str, Capture] = {}
        self.attempts: Counter[str] = Counter()
        self.faults: dict[str, Fault] = {}

    def fault(self, account: str) -> int | None:
        """The status that a fault wants for this attempt, if there is one left."""
        fault = self.faults.get(account)
        if fault is None or fault.times <= 0:
            return None
        fault.times -= 1
        return fault.status

    def capture(self, reference: str) -> Capture:
        """Take the money; the same reference again gives the same answer."""
        now = DATE_FORMATS[self.version](datetime.now(OFFICE))
        return self.captures.setdefault(reference, Capture(reference=reference, settled_at=now))


app = FastAPI(title="provider")
sandbox = Sandbox()


@app.post("/captures", status_code=201)
async def capture(request: CaptureRequest, idempotency_key: Annotated[str, Header()]) -> Capture:
    """Take the money of a payment."""
    sandbox.attempts[idempotency_key] += 1
    if status := sandbox.fault(request.account):
        raise HTTPException(status, "card declined" if status == DECLINED else "out of order")
    return sandbox.capture(idempotency_key)


@app.get("/captures/{reference}")
async def captured(reference: str) -> Capture:
    """What was answered for this payment."""
    if reference not in sandbox.captures:
        raise HTTPException(404, f"{reference} was not captured")
    return sandbox.captures[reference]


@app.get("/attempts/{reference}")
async def attempts(reference: str) -> int:
    """How often this payment was to be captured, with the attempts that a fault hit."""
    return sandbox.attempts[reference]


@app.post("/faults", status_code=204)
async def add_fault(fault: Fault) -> None:
    """Make the next captures of an account fail."""
    sandbox.faults[fault.account] = fault


@app.get("/health")
async def health() -> str:
    """Answers as soon as the provider can be used."""
    return "ok"

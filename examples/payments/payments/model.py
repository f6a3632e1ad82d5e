"""The nouns: a payment, what was asked for, and how it ended."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field

MOST_CENTS = 1_000_000_000


class Status(StrEnum):
    """Where a payment stands. `created` is the only status that changes."""

    CREATED = "created"
    SETTLED = "settled"
    DECLINED = "declined"
    FAILED = "failed"


class PaymentRequest(BaseModel):
    """What a caller asks for."""

    account: str = Field(min_length=1)
    amount_cents: int = Field(gt=0, le=MOST_CENTS)
    currency: str = Field(pattern="^[A-Z]{3}$")


class Payment(BaseModel):
    """A row of the ledger; also what the API answers and what the events carry."""

    id: UUID
    account: str
    amount_cents: int
    currency: str
    status: Status
    settled_at: datetime | None
    reason: str | None
    created_at: datetime


class Outcome(BaseModel):
    """How a payment ended.

    `declined` means that the provider refused, and the account has its money back. `failed` means
    that nobody knows whether the provider took the money: it stays on hold until a person decides.
    """

    status: Status
    settled_at: datetime | None = None
    reason: str | None = None

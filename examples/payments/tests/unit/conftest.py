"""A payment to work on."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from payments.model import Payment, Status


@pytest.fixture
def payment() -> Payment:
    """A payment that was just created."""
    return Payment(
        id=UUID("6f1c0f2e-51c1-4d0e-9d6b-0a8f6b1f2c11"),
        account="alice",
        amount_cents=12_50,
        currency="EUR",
        status=Status.CREATED,
        settled_at=None,
        reason=None,
        created_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    )

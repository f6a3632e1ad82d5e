"""The ledger in Postgres. Each method is one transaction on a connection of its own."""

from uuid import UUID

import psycopg
from psycopg.rows import class_row

from payments.model import Outcome, Payment, PaymentRequest, Status

INSERT = """
    insert into payments (account, amount_cents, currency)
    values (%(account)s, %(amount_cents)s, %(currency)s) returning *
"""
FINISH = """
    update payments
    set status = %(status)s, settled_at = %(settled_at)s, reason = %(reason)s
    where id = %(id)s and status = 'created' returning *
"""
MOVE = """
    update accounts set balance_cents = balance_cents + %s where id = %s and currency = %s
"""


class RefusedError(Exception):
    """The ledger does not take this payment; the text says why."""


class Store:
    """Payments and balances."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def create(self, request: PaymentRequest) -> Payment:
        """Record a payment and hold its amount; neither happens without the other."""
        async with await self._connect() as connection:
            try:
                payments = await connection.execute(INSERT, request.model_dump())
                payment = await payments.fetchone()
                assert payment is not None
                await _move(connection, payment, -payment.amount_cents)
            except psycopg.errors.ForeignKeyViolation:
                raise RefusedError(
                    f"no account {request.account!r} in {request.currency}"
                ) from None
            except psycopg.errors.CheckViolation:
                raise RefusedError(f"account {request.account!r} holds too little") from None
            return payment

    async def find(self, payment_id: UUID) -> Payment | None:
        """The payment as it stands, if there is one of this id."""
        async with await self._connect() as connection:
            payments = await connection.execute(
                "select * from payments where id = %s", [payment_id]
            )
            return await payments.fetchone()

    async def finish(self, payment_id: UUID, outcome: Outcome) -> Payment | None:
        """Record how a payment ended; None when it had ended before, which is left as it was."""
        async with await self._connect() as connection:
            payments = await connection.execute(FINISH, {"id": payment_id, **outcome.model_dump()})
            payment = await payments.fetchone()
            if payment and payment.status is Status.DECLINED:
                await _move(connection, payment, payment.amount_cents)
            return payment

    async def ping(self) -> None:
        """Return when the database answers a query; raise when it does not."""
        async with await self._connect() as connection:
            await connection.execute("select 1")

    async def _connect(self) -> psycopg.AsyncConnection[Payment]:
        return await psycopg.AsyncConnection.connect(self._url, row_factory=class_row(Payment))


async def _move(connection: psycopg.AsyncConnection[Payment], payment: Payment, cents: int) -> None:
    await connection.execute(MOVE, [cents, payment.account, payment.currency])

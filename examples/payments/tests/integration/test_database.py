"""The boundary between the service and its ledger."""

from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import DictRow

Json = dict[str, Any]
Ledger = psycopg.Connection[DictRow]

COUNT = "select count(*) as payments from payments where account = %s"


def test_the_seed_is_there(ledger: Ledger) -> None:
    found = ledger.execute("select currency from accounts where id = 'alice' order by 1")

    assert [row["currency"] for row in found] == ["EUR", "USD"]


def test_a_payment_is_a_row(ledger: Ledger, account: str, pay: Callable[[int], Json]) -> None:
    payment = pay(42_00)

    row = ledger.execute("select * from payments where id = %s", [payment["id"]]).fetchone()

    assert row is not None
    assert (row["account"], row["amount_cents"], row["currency"]) == (account, 42_00, "EUR")


def test_what_was_written_can_be_read(api: httpx.Client, pay: Callable[[int], Json]) -> None:
    payment = pay(42_00)

    read = api.get(f"/payments/{payment['id']}").json()

    # The worker is at it meanwhile, so only what does not change is compared.
    for name in ("id", "account", "amount_cents", "currency", "created_at"):
        assert read[name] == payment[name]


def test_the_amount_is_held(pay: Callable[[int], Json], balance: Callable[[], int]) -> None:
    pay(30_00)

    assert balance() == 70_00


def test_an_overdrawn_account_changes_nothing(
    api: httpx.Client, ledger: Ledger, account: str, balance: Callable[[], int]
) -> None:
    request = {"account": account, "amount_cents": 100_01, "currency": "EUR"}

    answer = api.post("/payments", json=request)

    assert answer.status_code == 422
    assert answer.json()["detail"] == f"account '{account}' holds too little"
    assert balance() == 100_00
    assert ledger.execute(COUNT, [account]).fetchone() == {"payments": 0}


def test_an_unknown_account_is_refused(api: httpx.Client, ledger: Ledger) -> None:
    request = {"account": "nobody", "amount_cents": 1, "currency": "EUR"}

    answer = api.post("/payments", json=request)

    assert answer.status_code == 422
    assert answer.json()["detail"] == "no account 'nobody' in EUR"
    assert ledger.execute(COUNT, ["nobody"]).fetchone() == {"payments": 0}


def test_the_database_itself_refuses_an_unknown_account(ledger: Ledger) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="known_account"):
        ledger.execute(
            "insert into payments (account, currency, amount_cents) values ('nobody', 'EUR', 1)"
        )


def test_an_unknown_payment_is_not_found(api: httpx.Client) -> None:
    answer = api.get("/payments/00000000-0000-0000-0000-000000000000")

    assert answer.status_code == 404


def test_the_service_is_healthy(api: httpx.Client) -> None:
    answer = api.get("/health")

    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "ok"}

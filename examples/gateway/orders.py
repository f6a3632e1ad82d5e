"""Orders: `POST /`, `GET /{number}`, and `POST /{number}/payment`, which billing calls."""

import os
from itertools import count
from typing import Annotated, Any

import httpx
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

app = FastAPI(title="orders")
gateway = httpx.AsyncClient(base_url=os.environ["GATEWAY_URL"])
orders: dict[int, dict[str, Any]] = {}
numbers = count(1)


class Wish(BaseModel):
    """What somebody wants."""

    sku: str
    count: Annotated[int, Field(gt=0)]


class Payment(BaseModel):
    """What billing has collected."""

    cents: int


def known(number: int) -> dict[str, Any]:
    """An order that there is."""
    if number not in orders:
        raise HTTPException(404, f"there is no order {number}")
    return orders[number]


@app.post("/", status_code=201)
async def create(wish: Wish) -> dict[str, Any]:
    """Reserve what is wanted, and have it billed; billing calls back when it is paid."""
    reserved = await gateway.post(f"/stock/{wish.sku}/reserved", json={"count": wish.count})
    if reserved.is_client_error:
        raise HTTPException(reserved.status_code, reserved.json()["detail"])
    number = next(numbers)
    orders[number] = {"number": number, **wish.model_dump(), "paid_cents": 0}
    callback = str(gateway.base_url.join(f"/orders/{number}/payment"))
    bill = {"cents": reserved.json()["cents"], "callback": callback}
    (await gateway.post("/billing/", json=bill)).raise_for_status()
    return orders[number]


@app.post("/{number}/payment")
async def pay(number: int, payment: Payment) -> dict[str, Any]:
    """Note what was paid."""
    order = known(number)
    order["paid_cents"] += payment.cents
    return order


@app.get("/health")
async def health() -> str:
    """Whether it runs."""
    return "ok"


@app.get("/{number}")
async def read(number: int) -> dict[str, Any]:
    """An order as it stands."""
    return known(number)

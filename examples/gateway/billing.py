"""Billing: `POST /` collects a sum, and tells a callback address of it afterwards."""

import logging

import httpx
from fastapi import BackgroundTasks, FastAPI
from pydantic import BaseModel

app = FastAPI(title="billing")
log = logging.getLogger("uvicorn.error")


class Bill(BaseModel):
    """How much, and who wants to know of it."""

    cents: int
    callback: str


async def collect(bill: Bill) -> None:
    """Collect the sum; here there is nobody to collect it from."""
    async with httpx.AsyncClient() as client:
        answer = await client.post(bill.callback, json={"cents": bill.cents})
    log.info("%s answered %s", bill.callback, answer.status_code)


@app.post("/", status_code=202)
async def create(bill: Bill, later: BackgroundTasks) -> str:
    """Accept the bill; it is collected after the answer."""
    later.add_task(collect, bill)
    return "accepted"


@app.get("/health")
async def health() -> str:
    """Whether it runs."""
    return "ok"

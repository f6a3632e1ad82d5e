"""The stock: `GET /{sku}`, and `POST /{sku}/reserved`, which orders calls."""

from typing import Annotated, Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

app = FastAPI(title="stock")
CENTS = {"tea": 450, "cup": 900, "pot": 2500}
left = dict.fromkeys(CENTS, 5)


class Reservation(BaseModel):
    """How many are wanted."""

    count: Annotated[int, Field(gt=0)]


@app.get("/health")
async def health() -> str:
    """Whether it runs."""
    return "ok"


@app.get("/{sku}")
async def read(sku: str) -> dict[str, Any]:
    """How many are left."""
    if sku not in left:
        raise HTTPException(404, f"there is no {sku}")
    return {"sku": sku, "left": left[sku]}


@app.post("/{sku}/reserved")
async def reserve(sku: str, reservation: Reservation) -> dict[str, Any]:
    """Reserve some, and say what they cost."""
    if (await read(sku))["left"] < reservation.count:
        raise HTTPException(409, f"there are only {left[sku]} of {sku}")
    left[sku] -= reservation.count
    return {"cents": CENTS[sku] * reservation.count}

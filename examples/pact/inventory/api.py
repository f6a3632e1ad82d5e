"""The inventory over HTTP, on Postgres: `GET /articles/{sku}`, `POST /articles/{sku}/taken`."""

import os
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, HTTPException
from psycopg.rows import DictRow, dict_row
from pydantic import BaseModel, Field

app = FastAPI(title="inventory")

# The second version calls its numbers by another name, which none of its own tests minds.
COUNT = "count" if os.environ["INVENTORY_VERSION"] == "1" else "in_stock"

TAKE = "update articles set count = count - %s where sku = %s returning sku, count"


class Taken(BaseModel):
    """How many are taken."""

    count: Annotated[int, Field(gt=0)]


def connect() -> psycopg.Connection[DictRow]:
    """A connection for one request; it commits when its `with` block ends well."""
    return psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row)


def shown(article: DictRow | None) -> dict[str, Any]:
    """An article as the API shows it."""
    if article is None:
        raise HTTPException(404, "there is no such article")
    return {"sku": article["sku"], COUNT: article["count"]}


@app.get("/articles/{sku}")
def article(sku: str) -> dict[str, Any]:
    """How many there are."""
    with connect() as stock:
        return shown(stock.execute("select * from articles where sku = %s", [sku]).fetchone())


@app.post("/articles/{sku}/taken")
def take(sku: str, taken: Taken) -> dict[str, Any]:
    """Take some, if there are so many."""
    try:
        with connect() as stock:
            return shown(stock.execute(TAKE, [taken.count, sku]).fetchone())
    except psycopg.errors.CheckViolation:
        raise HTTPException(409, "there are too few") from None


@app.get("/health")
def health() -> str:
    """Whether the database answers."""
    with connect() as stock:
        stock.execute("select 1")
    return "ok"

"""The seats of a theatre over HTTP: `GET /seats`, `PUT /seats/{seat}`, `DELETE /seats/{seat}`."""

import os
from typing import Annotated

import redis.asyncio as redis
from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel, Field

app = FastAPI(title="theatre")
app.add_middleware(
    CORSMiddleware,
    allow_origins=[os.environ["ALLOWED_ORIGIN"]],
    allow_methods=["GET", "PUT", "DELETE"],
    allow_headers=["Content-Type"],
)
seats = redis.from_url(os.environ["SEATS_URL"], decode_responses=True)


class Reservation(BaseModel):
    """Whom a seat is for."""

    name: Annotated[str, Field(min_length=1)]


async def known(seat: str) -> str:
    """A seat that the theatre has."""
    if not await seats.sismember("seats", seat):
        raise HTTPException(404, f"there is no seat {seat}")
    return seat


Seat = Annotated[str, Depends(known)]


@app.get("/seats")
async def free() -> list[str]:
    """The seats that nobody has."""
    return sorted(await seats.smembers("seats") - set(await seats.hkeys("taken")))


@app.put("/seats/{seat}", status_code=201)
async def take(seat: Seat, reservation: Reservation) -> dict[str, str]:
    """Reserve a seat; of several who want it, the first gets it."""
    if not await seats.hsetnx("taken", seat, reservation.name):
        raise HTTPException(409, f"{seat} is taken")
    return {"seat": seat, "name": reservation.name}


@app.delete("/seats/{seat}", status_code=204)
async def give_back(seat: Seat) -> Response:
    """Free a seat, also one that is free."""
    await seats.hdel("taken", seat)
    return Response(status_code=204)


@app.get("/health")
async def health() -> str:
    """Whether the seats are known."""
    await seats.ping()
    return "ok"

"""Stacks that people have, and that need no whole example: each comes up as its manifest says."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import psycopg

from orchestrator import Environment

STACKS = Path(__file__).parents[1] / "stacks"


def test_two_databases_on_one_server(each_engine: str, live_environ: dict[str, str]) -> None:
    with Environment(STACKS / "two-databases" / "environment.yaml", environ=live_environ) as env:
        with urllib.request.urlopen(env["desk"].url, data=b"tea") as answer:
            assert (answer.status, answer.read()) == (201, b"1")
        with psycopg.connect(env.variables["BOOKS_URL"]) as orders:
            assert orders.execute("select sku from orders").fetchall() == [("tea",)]
        with psycopg.connect(env.variables["AUDIT_URL"]) as audit:
            assert audit.execute("select what from events").fetchall() == [("order 1: tea",)]

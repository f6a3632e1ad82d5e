"""Stacks that people have, and that need no whole example: each comes up as its manifest says."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaProducer
from pymongo import MongoClient
from pymongo.client_session import ClientSession

from orchestrator import Environment
from orchestrator.waiting import Deadline, poll

STACKS = Path(__file__).parents[1] / "stacks"


def test_two_databases_on_one_server(each_engine: str, live_environ: dict[str, str]) -> None:
    with Environment(STACKS / "two-databases" / "environment.yaml", environ=live_environ) as env:
        with urllib.request.urlopen(env["desk"].url, data=b"tea") as answer:
            assert (answer.status, answer.read()) == (201, b"1")
        with psycopg.connect(env.variables["ORDERS_URL"]) as orders:
            assert orders.execute("select sku from orders").fetchall() == [("tea",)]
        with psycopg.connect(env.variables["AUDIT_URL"]) as audit:
            assert audit.execute("select what from events").fetchall() == [("order 1: tea",)]


@pytest.mark.engine
def test_a_service_that_lives_on_events(live_environ: dict[str, str]) -> None:
    with Environment(STACKS / "kafka-service" / "environment.yaml", environ=live_environ) as env:
        producer = KafkaProducer(bootstrap_servers=env.variables["KAFKA_SERVERS"])
        producer.send("orders", key=b"order-2", value=json.dumps({"total": 7}).encode()).get(10)
        producer.close()
        with psycopg.connect(env["ledger"].url, autocommit=True) as ledger:

            def invoices() -> list[tuple[str, int]]:
                return ledger.execute("select * from invoices order by order_id").fetchall()

            poll(lambda: len(invoices()) == 2, Deadline.after(30))
            assert invoices() == [("order-1", 1250), ("order-2", 7)]


@pytest.mark.engine
def test_an_object_store_with_two_buckets(live_environ: dict[str, str]) -> None:
    with Environment(STACKS / "buckets" / "environment.yaml", environ=live_environ) as env:
        told = env.variables
        signed = ["curl", "-sf", "--aws-sigv4", told["SIGNATURE"], "--user", told["ACCESS"]]
        command = [*signed, f"{told['STORE']}/exports/report.txt"]
        copied = subprocess.run(command, capture_output=True, text=True, check=True)
        assert copied.stdout == "twelve orders"


@pytest.mark.engine
def test_a_replica_set_in_which_a_transfer_is_a_transaction(live_environ: dict[str, str]) -> None:
    with Environment(STACKS / "replica-set" / "environment.yaml", environ=live_environ) as env:
        with MongoClient[dict[str, object]](env.variables["MONGO_URL"]) as client:
            accounts = client.get_default_database()["accounts"]

            def transfer(amount: int, session: ClientSession) -> None:
                for name, change in (("ada", -amount), ("bob", amount)):
                    accounts.update_one(
                        {"_id": name}, {"$inc": {"balance": change}}, session=session
                    )
                if accounts.find_one({"_id": "ada"}, session=session)["balance"] < 0:
                    raise ValueError("ada has not got that much")

            with client.start_session() as session:
                session.with_transaction(lambda inside: transfer(30, inside))
                with pytest.raises(ValueError, match="not got that much"):
                    session.with_transaction(lambda inside: transfer(300, inside))
            balances = {one["_id"]: one["balance"] for one in accounts.find()}
        assert balances == {"ada": 70, "bob": 30}

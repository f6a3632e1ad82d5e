"""Writes an invoice for every order that is announced."""

import json
import os

import psycopg
from kafka import KafkaConsumer

orders = KafkaConsumer(
    "orders",
    bootstrap_servers=os.environ["KAFKA_SERVERS"],
    group_id="billing",
    auto_offset_reset="earliest",
)
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as ledger:
    print("listening for orders")  # noqa: T201 - this is its log
    for order in orders:
        row = (order.key.decode(), json.loads(order.value)["total"])
        ledger.execute("insert into invoices values (%s, %s) on conflict do nothing", row)

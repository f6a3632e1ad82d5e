"""MongoDB: asked by its own driver, transactions included."""

from __future__ import annotations

from typing import Any

from pymongo import MongoClient
from technology_case import BadSeed, TechnologyCase


def opened(url: str) -> MongoClient[dict[str, Any]]:
    return MongoClient(url, serverSelectionTimeoutMS=5000)


def hello(url: str) -> object:
    """Write in a transaction, as only a replica set can."""
    with opened(url) as client, client.start_session() as session, session.start_transaction():
        return client.get_default_database().hello.insert_one({}, session=session).inserted_id


def seeded(url: str) -> object:
    with opened(url) as client:
        users = client.get_default_database().users
        return [(one["_id"], one.get("name")) for one in users.find(sort=["_id"])]


MONGODB = TechnologyCase(
    use="mongodb:8",
    section="databases",
    settings={"database": "ledger"},
    hello=hello,
    good={
        "first.js": b"""
db.users.insertOne({_id: 1, name: "\xc3\xa9"});
for (const number of [2, 3]) {
  db.users.insertOne({_id: number})
}
""",
        "users.json": b'[{"_id": 4, "name": "listed"},\n {"_id": {"$numberLong": "5"}}]\n',
        "more.js": b"db.users.deleteOne({_id: 3})  // without an end of the line",
    },
    function="""
from pymongo import MongoClient
with MongoClient(resource.url) as client:
    client.ledger.users.insert_one({"_id": 6, "name": resource.user})
""",
    script="""
mongosh --quiet "$RESOURCE_URL" --eval "db.users.insertOne({_id: 7, name: '$RESOURCE_HOST'})"
""",
    seeded=seeded,
    expected=lambda inside: [
        (1, "é"),
        (2, None),
        (4, "listed"),
        (5, None),
        (6, "greenroom"),
        (7, inside.host),
    ],
    bad=(
        BadSeed(
            "lines.json",
            b'{"_id": 1}\n\n{"_id": 2}\n{"_id": 1}\n',
            r"lines\.json:4: .*(?i:duplicate key)",
        ),
        BadSeed(
            "bad.js",
            b"db.a.insertOne({_id: 1})\n\ndb.a\n  .insertOne({_id: 1})\nprint()\n",
            r"\Abad\.js:3: MongoServerError: .*(?i:duplicate key)",
        ),
    ),
    short=True,
)

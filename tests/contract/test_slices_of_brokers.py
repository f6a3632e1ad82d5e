"""What a broker's slice has of what was seeded: all that a client could ask for."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nats
import pytest
from host_servers import ENGINES, need_programs, settings
from nats.js.api import RawStreamMsg
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from orchestrator import Environment
from orchestrator.copying.copier import Copier
from orchestrator.lifecycle.running import RunningResource
from orchestrator.waiting import Deadline, poll

pytestmark = [
    pytest.mark.usefixtures("live_environ"),
    pytest.mark.parametrize("engine", ENGINES),
]


def soon() -> Deadline:
    return Deadline.after(60)


@contextmanager
def sliced(
    use: str, engine: str, folder: Path, *seeds: str
) -> Iterator[tuple[RunningResource, Copier]]:
    need_programs(engine, use)
    entry = {"use": use, "isolation": "test", "seed": list(seeds)}
    manifest = {"name": "brokers", **settings(engine), "brokers": {"broker": entry}}
    with Environment.of(manifest, folder=folder) as up:
        one = up["broker"]
        copier = Copier(one.instance, up.view.directory, one.engine, one.found)
        yield one, copier
        copier.close()


def exchange(name: str, kind: str = "topic", **more: Any) -> dict[str, Any]:
    plain = {"durable": True, "auto_delete": False, "internal": False, "arguments": {}}
    return {"vhost": "/", "name": name, "type": kind, **plain, **more}


def queue(name: str, **arguments: Any) -> dict[str, Any]:
    plain = {"vhost": "/", "durable": True, "auto_delete": False}
    return {**plain, "name": name, "arguments": arguments}


def binding(source: str, kind: str, destination: str, **arguments: Any) -> dict[str, Any]:
    where = {"vhost": "/", "source": source, "destination_type": kind, "destination": destination}
    return {**where, "routing_key": "a.#", "arguments": arguments}


def policy(name: str, **definition: Any) -> dict[str, Any]:
    what = {"pattern": "^short", "apply-to": "queues", "priority": 3}
    return {"vhost": "/", "name": name, **what, "definition": definition}


DEFINITIONS = {
    "users": [{"name": "guest-of-it", "password": "secret", "tags": []}],
    "permissions": [
        {"user": "guest-of-it", "vhost": "/", "configure": "", "write": "^x", "read": ".*"}
    ],
    "topic_permissions": [
        {"user": "guest-of-it", "vhost": "/", "exchange": "x", "write": "^a", "read": ".*"}
    ],
    "exchanges": [
        exchange("x", arguments={"alternate-exchange": "other"}),
        exchange("other", "fanout"),
        exchange("inner", "headers", internal=True),
        exchange("quote\"d {'<ü>'}", "direct", durable=False),
    ],
    "queues": [
        queue("short", **{"x-max-priority": 5}),
        queue("dead", **{"x-message-ttl": 60000, "x-dead-letter-exchange": "other"}),
        queue("safe", **{"x-queue-type": "quorum"}),
    ],
    "bindings": [
        binding("x", "queue", "short"),
        binding("x", "exchange", "inner", **{"x-match": "all", "word": "é", "number": 7}),
        binding("amq.topic", "queue", "safe"),
        binding("amq.topic", "exchange", "x"),
    ],
    "policies": [policy("cut", **{"max-length": 2, "overflow": "reject-publish"})],
}

LISTED = (
    "list_exchanges name type durable auto_delete internal arguments",
    "list_queues name durable auto_delete arguments policy",
    "list_bindings source_name source_kind destination_name destination_kind routing_key arguments",
    "list_policies",
    "list_permissions",
    "list_topic_permissions",
)


def listed(broker: RunningResource, vhost: str) -> list[list[str]]:
    """All that a virtual host has, in words in which its name is not."""
    commands = "; ".join(f"rabbitmqctl -q --no-table-headers {one} -p '{vhost}'" for one in LISTED)
    done = broker.exec(["sh", "-ec", commands.replace("; ", "; echo ---; ")])
    assert done.exit_code == 0, done
    parts = done.stdout.replace(f"{vhost}\t", "").split("---\n")
    return [sorted(part.splitlines()) for part in parts]


def test_a_virtual_host_has_all_that_was_declared(engine: str, tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text(json.dumps(DEFINITIONS))
    with sliced("rabbitmq", engine, tmp_path, "all.json") as (broker, copier):
        seeded = listed(broker, "/")
        assert [len(part) for part in seeded] == [11, 3, 7, 1, 2, 1]
        copier.make([1], soon())
        assert listed(broker, copier.slice(1).database) == seeded
        change = "rabbitmqctl delete_queue short && rabbitmqctl clear_policy cut"
        more = "rabbitmqctl set_policy --apply-to queues more '.*' '{\"max-length\": 1}'"
        assert broker.exec(["sh", "-ec", f"{change} && {more}"]).exit_code == 0
        copier.reset(soon())
        assert listed(broker, "/") == seeded


def test_a_session_beside_the_broker_ends_with_us(engine: str, tmp_path: Path) -> None:
    with sliced("rabbitmq", engine, tmp_path) as (broker, copier):
        copier.make([1], soon())
        assert sessions(broker)
        copier.close()
        poll(lambda: not sessions(broker), soon())


def sessions(broker: RunningResource) -> list[str]:
    """The nodes of ours that run beside the broker, in the same folder as all that does."""
    found = broker.exec(["sh", "-c", SESSIONS])
    return found.stdout.splitlines()


SESSIONS = """
for node in $(grep -la -- '-hi[d]den' /proc/[0-9]*/cmdline); do
  process=${node%/cmdline}
  if [ "$(readlink "$process/cwd")" = "$(readlink /proc/self/cwd)" ]; then echo "$process"; fi
done
"""


LOAD = """
import asyncio, nats
from nats.js.api import StreamSource

async def fill(url):
    client = await nats.connect(url)
    stream = client.jetstream()
    await stream.add_stream(name="ORDERS", subjects=["orders.>"], max_age=3600)
    for number in range(600):
        once = {"Nats-Msg-Id": str(number), "Nats-Expected-Last-Sequence": str(number)}
        await stream.publish("orders.new", b"%d" % number, headers=once if number % 2 else None)
    await stream.delete_msg("ORDERS", 5)
    await stream.add_consumer("ORDERS", durable_name="worker", filter_subject="orders.new")
    await stream.publish("orders.large", b"x" * 1_048_000)
    values = await stream.create_key_value(bucket="flags", history=3)
    for value in (b"off", b"on"):
        await values.put("dark", value)
    await values.delete("dark")
    await values.put("light", b"\\x00\\xff")
    objects = await stream.create_object_store("files")
    await objects.put("report", b"y" * 300_000)
    await stream.add_stream(name="QUIET", subjects=["quiet"], no_ack=True, storage="memory")
    await client.publish("quiet", b"1")
    await stream.add_stream(name="TASKS", subjects=["tasks"], retention="workqueue")
    await stream.add_consumer("TASKS", durable_name="doer", ack_policy="explicit")
    await stream.publish("tasks", b"do")
    await stream.add_stream(name="WANTED", subjects=["wanted"], retention="interest")
    await stream.add_consumer("WANTED", durable_name="one", ack_policy="explicit")
    await stream.publish("wanted", b"it")
    await client.close()

def load(resource):
    asyncio.run(fill(resource.url))
"""


async def everything(url: str) -> dict[str, Any]:
    """All streams of an account: configuration, consumers, messages with their headers."""
    client = await nats.connect(url)
    stream = client.jetstream()
    found = {
        one.config.name or "": (
            dataclasses.asdict(one.config),
            [each.config for each in await stream.consumers_info(one.config.name or "")],
            [
                (message.subject, without_condition(message.headers), message.data)
                for number in range(one.state.first_seq, one.state.last_seq + 1)
                if (message := await message_at(stream, one.config.name or "", number))
            ],
        )
        for one in await stream.streams_info()
    }
    await client.close()
    return found


async def message_at(stream: JetStreamContext, name: str, number: int) -> RawStreamMsg | None:
    try:
        return await stream.get_msg(name, number)
    except NotFoundError:
        return None


def without_condition(headers: dict[str, str] | None) -> dict[str, str]:
    return {key: one for key, one in (headers or {}).items() if "Expected" not in key}


def test_an_account_has_all_streams_with_their_messages(engine: str, tmp_path: Path) -> None:
    (tmp_path / "load.py").write_text(LOAD)
    with sliced("nats", engine, tmp_path, "load.py:load") as (broker, copier):
        seeded = asyncio.run(everything(broker.url))
        assert sorted(seeded) == ["KV_flags", "OBJ_files", "ORDERS", "QUIET", "TASKS", "WANTED"]
        assert len(seeded["ORDERS"][2]) == 600
        copier.make([1, 2], soon())
        user = copier.slice(2).user
        copy = broker.url.replace(f"//{broker.field('user')}:", f"//{user}:")
        assert asyncio.run(everything(copy)) == seeded
        asyncio.run(spoil(broker.url))
        copier.reset(soon())
        assert asyncio.run(everything(broker.url)) == seeded


async def spoil(url: str) -> None:
    client = await nats.connect(url)
    stream = client.jetstream()
    await stream.purge_stream("ORDERS")
    await stream.delete_stream("KV_flags")
    await stream.add_stream(name="MORE", subjects=["more"])
    await client.close()

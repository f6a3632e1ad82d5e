"""How Redis gives each test keys of its own: a numbered database, filled by a script in the server.

A script is one round trip, and nobody sees its work half done
(https://redis.io/docs/latest/develop/interact/programmability/eval-intro/).
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.model.conversation import (
    Conversation,
    Credentials,
    ReadExactly,
    ReadLine,
    Send,
    SliceRefused,
)
from orchestrator.model.slicing import Seeded, Slicing
from orchestrator.technologies.parts.redis_words import encoded

SHARED = 16
"""Databases that a manifest may name for the shared state, from 0 on."""

MOST = 1000
"""Slices that may live at once; a database that nobody uses costs the server some 200 bytes."""

TEMPLATE = SHARED + MOST

# COPY with DB came with Redis 6.2. Whatever the targets hold is a remainder of somebody else's.
FILL = """
for index = 2, #ARGV do redis.call('SELECT', ARGV[index]) redis.call('FLUSHDB') end
redis.call('SELECT', ARGV[1])
local cursor = '0'
repeat
  local page = redis.call('SCAN', cursor, 'COUNT', 1000)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    for index = 2, #ARGV do redis.call('COPY', key, key, 'DB', ARGV[index], 'REPLACE') end
  end
until cursor == '0'
return redis.status_reply('OK')
"""

EMPTY = """
for index = 1, #ARGV do redis.call('SELECT', ARGV[index]) redis.call('FLUSHDB', 'ASYNC') end
return redis.status_reply('OK')
"""


def command(*words: str) -> Conversation:
    """Send one command, and read its reply, which is one line. Raises SliceRefused."""
    yield Send(encoded(*words))
    reply = yield ReadLine()
    if reply.startswith(b"-"):
        raise SliceRefused(reply[1:].decode(errors="replace"))
    if reply.startswith(b"$") and not reply.startswith(b"$-"):
        yield ReadExactly(int(reply[1:]) + 2)


def access(shared: Credentials, number: int) -> Credentials:
    """Return how one gets into the slice of this number: its database comes after the shared."""
    return Credentials(shared.user, shared.password, str(SHARED - 1 + number))


def greet(seeded: Seeded) -> Conversation:
    """Log in."""
    yield from command("AUTH", seeded.access.password)


def template(seeded: Seeded) -> Conversation:
    """Copy what was seeded to the last database."""
    yield from command("EVAL", FILL, "0", seeded.access.database, str(TEMPLATE))


def make(_seeded: Seeded, slices: Sequence[Credentials]) -> Conversation:
    """Fill the databases with the template's keys, their times to live included."""
    yield from command("EVAL", FILL, "0", str(TEMPLATE), *(one.database for one in slices))


def drop(_seeded: Seeded, slices: Sequence[Credentials]) -> Conversation:
    """Empty the databases."""
    yield from command("EVAL", EMPTY, "0", *(one.database for one in slices))


def reset(seeded: Seeded) -> Conversation:
    """Fill the shared database anew; connections stay, and see the old keys or the new ones."""
    yield from command("EVAL", FILL, "0", str(TEMPLATE), seeded.access.database)


SLICING = Slicing(
    access=access,
    most=MOST,
    greet=greet,
    template=template,
    make=make,
    drop=drop,
    reset=reset,
    args=("--databases", str(TEMPLATE + 1)),
)

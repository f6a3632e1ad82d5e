"""Redis that runs already, and the numbered database that a run claims for itself there.

Which numbers are claimed by whom is noted in a database of its own, the last one that is empty, so
that no run can lose its claim by emptying what it has. A script is one step for the server, so that
no two runs get the same number.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.model.adoption import Adoption, Claim, OwnPlace
from orchestrator.model.conversation import (
    Conversation,
    Credentials,
    ReadExactly,
    ReadLine,
    Send,
    SliceRefused,
)
from orchestrator.model.probe import Dialogue, Readiness
from orchestrator.model.template import SELF, Reference, Template
from orchestrator.technologies.parts.redis_native import CLIENT
from orchestrator.technologies.parts.redis_words import encoded, login

NOTES = """
local key = 'greenroom:claims'
local function select(number) return redis.pcall('SELECT', number).ok end
local function noted()
  local number = 0
  while select(number) do
    if redis.call('EXISTS', key) == 1 then return number, redis.call('HGETALL', key) end
    number = number + 1
  end
  return nil, {}, number
end
"""

CLAIM = (
    NOTES
    + """
local notes, flat, count = noted()
local claimed = {}
for at = 1, #flat, 2 do claimed[tonumber(flat[at])] = flat[at + 1] end
local given = tonumber(ARGV[2])
if not notes then
  notes = count - 1
  while notes >= 0 and not (notes ~= given and select(notes) and redis.call('DBSIZE') == 0) do
    notes = notes - 1
  end
end
local number = 0
while notes >= 0 and select(number) do
  local free = number ~= given and number ~= notes and not claimed[number]
  if free and redis.call('DBSIZE') == 0 then
    select(notes)
    redis.call('HSET', key, number, ARGV[1])
    return tostring(number)
  end
  number = number + 1
end
local names = {}
for at = 2, #flat, 2 do names[#names + 1] = flat[at] end
local taken = #names > 0 and '; claimed by ' .. table.concat(names, ', ') or ''
return redis.error_reply('ERR none of its databases is empty and free' .. taken)
"""
)

GIVE_BACK = (
    NOTES
    + """
local notes, flat = noted()
for at = 1, #flat, 2 do
  if flat[at + 1] == ARGV[1] then
    select(flat[at])
    redis.call('FLUSHDB', 'ASYNC')
    select(notes)
    redis.call('HDEL', key, flat[at])
  end
end
return 'OK'
"""
)


def said(*words: str) -> Claim:
    """Send one command, and return its reply, which is one text. Raises SliceRefused."""
    yield Send(encoded(*words))
    reply = yield ReadLine()
    if reply.startswith(b"-"):
        raise SliceRefused(reply[1:].decode(errors="replace"))
    if reply.startswith(b"$"):
        body = yield ReadExactly(int(reply[1:]) + 2)
        return body[:-2].decode()
    return reply[1:].decode()


def asked(access: Credentials, *words: str) -> Claim:
    """Log in and send one command."""
    if words_before := login(access):
        yield from said(*words_before)
    return (yield from said(*words))


def make(given: Credentials, name: str) -> Claim:
    """Claim the first number whose database is empty, other than the given one."""
    return (yield from asked(given, "EVAL", CLAIM, "0", name, given.database))


def drop(given: Credentials, name: str) -> Conversation:
    """Empty what was claimed under this name, and take it from the notes."""
    yield from asked(given, "EVAL", GIVE_BACK, "0", name)


def readiness(access: Credentials, _query: Mapping[str, str]) -> Readiness:
    """Ready when PING is answered, after logging in where that is wanted."""
    words: list[str | Reference] = []
    expect = rb"^\+PONG"
    if said_before := login(access):
        names = [Reference(SELF, name) for name in ("user", "password")][-len(said_before) + 1 :]
        words = ["AUTH", *(part for name in names for part in (' "', name, '"')), "\r\n"]
        expect = rb"^\+OK\r\n\+PONG"
    return Readiness(Dialogue(Template((*words, "PING\r\n")), expect=expect, escape=True))


ADOPTION = Adoption(
    schemes=("redis", "valkey"),
    secure=("rediss",),
    readiness=readiness,
    database="0",
    database_form=(r"\d{1,5}", "a number"),
    client=("redis-cli", "-n", "${self.database}"),
    packages={"apt-get": "redis-tools", "brew": "redis"},
    scripts={"redis-cli": CLIENT},
    own=OwnPlace("an empty database of its own number", make, drop, named_by_server=True),
)

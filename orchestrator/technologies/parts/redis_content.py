"""What a database of Redis holds, in a form that is the same wherever it was put in.

The orders of sets and hashes differ from server to server, and times to live pass; the values do
not. Keys of other modules' types are compared as `DUMP` has them.
"""

from __future__ import annotations

from orchestrator.model.technology import Content

SCRIPT = """
local read = {
  string = function(key) return redis.call('GET', key) end,
  list = function(key) return redis.call('LRANGE', key, 0, -1) end,
  zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
  stream = function(key) return redis.call('XRANGE', key, '-', '+') end,
  set = function(key)
    local members = redis.call('SMEMBERS', key)
    table.sort(members)
    return members
  end,
  hash = function(key)
    local flat, fields = redis.call('HGETALL', key), {}
    for at = 1, #flat, 2 do fields[#fields + 1] = {flat[at], flat[at + 1]} end
    table.sort(fields, function(one, other) return one[1] < other[1] end)
    return fields
  end,
}
local found = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local kind = redis.call('TYPE', key).ok
  local value = read[kind] and read[kind](key) or redis.call('DUMP', key)
  found[#found + 1] = cjson.encode(key) .. '\\t' .. redis.sha1hex(kind .. cmsgpack.pack(value))
end
return found
"""


def content(client: str) -> Content:
    """Return the look at all keys of a database through this client, each with a digest."""
    return Content(lambda database: (client, "-n", database, "--raw", "EVAL", SCRIPT, "0"))

"""Kafka's messages as they are stored and sent: a batch of records, version 2.

Format: https://kafka.apache.org/documentation/#recordbatch. The checksum is CRC-32C, RFC 3720,
appendix B.4; a key's partition is found as by Kafka's own client, by MurmurHash2.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Record:
    """A message; `time` is in milliseconds since 1970, `line` where it stands in a seed."""

    line: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    time: int


def _crc_table() -> list[int]:
    table = []
    for number in range(256):
        for _ in range(8):
            number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
        table.append(number)
    return table


CRC_TABLE = _crc_table()


def crc32c(data: bytes) -> int:
    """Return the checksum that a batch has."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def varint(number: int) -> bytes:
    """Return a number in groups of seven bits, the sign in the lowest one."""
    rest, found = number << 1 if number >= 0 else (-number << 1) - 1, bytearray()
    while rest > 0x7F:
        found.append(rest & 0x7F | 0x80)
        rest >>= 7
    found.append(rest)
    return bytes(found)


def sized(data: bytes | None) -> bytes:
    """Return bytes with their length before them; None has the length -1."""
    return varint(-1) if data is None else varint(len(data)) + data


def encoded(record: Record, number: int, since: int) -> bytes:
    """Return one record, the `number`th of a batch whose time begins at `since`."""
    headers = b"".join(sized(name.encode()) + sized(value) for name, value in record.headers)
    body = b"".join(
        (
            *(b"\0", varint(record.time - since), varint(number)),
            *(sized(record.key), sized(record.value)),
            *(varint(len(record.headers)), headers),
        )
    )
    return sized(body)


def batch(records: Sequence[Record]) -> bytes:
    """Return records as one batch, which no producer of transactions has sent."""
    times = [record.time for record in records]
    since = times[0]
    body = struct.pack(
        ">hiqqqhii", 0, len(records) - 1, since, max(times), -1, -1, -1, len(records)
    )
    body += b"".join(encoded(record, number, since) for number, record in enumerate(records))
    checked = struct.pack(">ibI", -1, 2, crc32c(body)) + body
    return struct.pack(">qi", 0, len(checked)) + checked


def partition_of(key: bytes, partitions: int) -> int:
    """Return where Kafka's own client would put a key."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """Return the hash of a key, 32 bits without a sign."""
    mask, factor = 0xFFFFFFFF, 0x5BD1E995
    found = 0x9747B28C ^ len(data)
    whole = len(data) & ~3
    for (part,) in struct.iter_unpack("<I", data[:whole]):
        part = part * factor & mask
        found = found * factor & mask ^ (part ^ part >> 24) * factor & mask
    if rest := data[whole:]:
        found = (found ^ int.from_bytes(rest, "little")) * factor & mask
    found = (found ^ found >> 13) * factor & mask
    return found ^ found >> 15

from __future__ import annotations

import pytest

from orchestrator.engines.docker.listening import listed
from orchestrator.model.launch import Listener

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
ROW = "00000000:1F40 00000000:0000 0A"


def table(row: str) -> str:
    return f"{HEAD}   0: {row} 00000000:00000000 00:00000000\n"


@pytest.mark.parametrize(
    ("summary", "row", "expected"),
    [
        ("everywhere", ROW, [Listener("0.0.0.0", 8000)]),
        ("alone", "0100007F:1F40 00000000:0000 0A", [Listener("127.0.0.1", 8000)]),
        ("one address", "020012AC:0050 00000000:0000 0A", [Listener("172.18.0.2", 80)]),
        ("a connection", "020012AC:0050 010012AC:C350 01", []),
        ("Docker's name server", "0B00007F:A0C5 00000000:0000 0A", []),
        ("IPv6", f"{'0' * 32}:1F40 {'0' * 32}:0000 0A", [Listener("::", 8000)]),
        ("IPv6, alone", f"{'0' * 24}01000000:1F40 {'0' * 32}:0000 0A", [Listener("::1", 8000)]),
        (
            "IPv4 as IPv6",
            f"{'0' * 16}FFFF00000100007F:1F40 {'0' * 32}:0000 0A",
            [Listener("127.0.0.1", 8000)],
        ),
    ],
)
def test_what_a_row_means(summary: str, row: str, expected: list[Listener]) -> None:
    assert listed(table(row)) == expected, summary


def test_each_is_named_once_and_half_a_row_is_none() -> None:
    assert listed(table(ROW) + table(ROW) + "  7: 0100007F") == [Listener("0.0.0.0", 8000)]


@pytest.mark.parametrize(
    ("host", "alone", "shown"),
    [
        ("127.0.0.1", True, "127.0.0.1:80"),
        ("::1", True, "[::1]:80"),
        ("0.0.0.0", False, "0.0.0.0:80"),
        ("::", False, "[::]:80"),
    ],
)
def test_who_can_reach_it(host: str, alone: bool, shown: str) -> None:
    assert Listener(host, 80).alone is alone
    assert str(Listener(host, 80)) == shown

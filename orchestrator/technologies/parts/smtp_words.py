"""What is said to a mail server: a message, as its file has it, to those whom its head names.

Protocol: https://www.rfc-editor.org/rfc/rfc5321; messages: https://www.rfc-editor.org/rfc/rfc5322.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses

from orchestrator.model.conversation import (
    Conversation,
    Credentials,
    Exchange,
    ReadLine,
    SeedRefused,
    Send,
)
from orchestrator.technologies.parts.lines import numbered_lines
from orchestrator.technologies.parts.refusals import Refusals

GREETING = rb"^220[ -]"

LONGEST_HEAD = 1 << 20
"""Bytes of a message's head; what has no empty line soon is no message."""

RECIPIENTS = ("to", "cc", "bcc")

NO_MESSAGE = "no message: it begins with lines such as `From: a@example.com`, then an empty line"


def talk(chunks: Iterator[bytes], _credentials: Credentials) -> Conversation:
    """Send one message."""
    lines = (line for _, line in numbered_lines(chunks))
    head = read_head(lines)
    message = message_from_bytes(b"\n".join(head))
    sender, recipients = sender_of(message), recipients_of(message)
    yield from answered(220)
    yield from order("EHLO greenroom", 250)
    yield from order(f"MAIL FROM:<{sender}>", 250)
    for recipient in recipients:
        yield from order(f"RCPT TO:<{recipient}>", 250)
    yield from order("DATA", 354)
    for line in (*head, b""):
        yield Send(stuffed(line))
    for line in lines:
        yield Send(stuffed(line))
    yield from order(".", 250)
    yield from order("QUIT", 221)


def check(chunks: Iterator[bytes]) -> None:
    """Read a message's head. Raises SeedRefused with all that is wrong in it."""
    message = message_from_bytes(b"\n".join(read_head(line for _, line in numbered_lines(chunks))))
    refusals = Refusals()
    refusals.read(lambda: sender_of(message), "")
    refusals.read(lambda: recipients_of(message), list[str]())
    refusals.raise_if_any()


def read_head(lines: Iterable[bytes]) -> list[bytes]:
    """Return the lines before the first empty one. Raises SeedRefused for what has none."""
    head: list[bytes] = []
    size = 0
    for line in lines:
        size += len(line)
        if not line or size > LONGEST_HEAD:
            break
        head.append(line)
    if not head or size > LONGEST_HEAD or b":" not in head[0]:
        raise SeedRefused(1, NO_MESSAGE)
    return head


def sender_of(message: Message) -> str:
    """Return whom the message is from. Raises SeedRefused."""
    found = addresses(message, ("sender", "from"))
    if not found:
        raise SeedRefused(0, "names nobody whom it is from; add a line `From: a@example.com`")
    return found[0]


def recipients_of(message: Message) -> list[str]:
    """Return all whom the message is for, each once. Raises SeedRefused."""
    found = list(dict.fromkeys(addresses(message, RECIPIENTS)))
    if not found:
        raise SeedRefused(0, "names nobody whom it is for; add a line `To: b@example.com`")
    return found


def addresses(message: Message, names: Iterable[str]) -> list[str]:
    """Return the addresses in these lines of a head, none of which can end a command."""
    values = [str(value) for name in names for value in message.get_all(name, [])]
    found = (address for _, address in getaddresses(values))
    return [one for one in found if one and not set(one) & set("<>\r\n ")]


def stuffed(line: bytes) -> bytes:
    """Return a line as it is sent; a dot at its start is doubled, because one alone is the end."""
    return (b"." if line.startswith(b".") else b"") + line + b"\r\n"


def order(command: str, expected: int) -> Conversation:
    """Give an order. Raises SeedRefused with the server's words for any other answer."""
    yield Send(command.encode() + b"\r\n")
    yield from answered(expected)


def answered(expected: int) -> Generator[Exchange, bytes, None]:
    """Read a reply to its last line, and see that it is the expected one."""
    words = yield ReadLine()
    last = words
    while last[3:4] == b"-":
        last = yield ReadLine()
    if not last.startswith(b"%d" % expected):
        raise SeedRefused(0, last.decode(errors="replace"))

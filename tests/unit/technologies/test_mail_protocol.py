"""What is said to a mail server, and what it may be told."""

from __future__ import annotations

import pytest
from spoken import speak

from orchestrator.model.conversation import Credentials, SeedRefused
from orchestrator.technologies.parts import smtp_words

CREDENTIALS = Credentials("", "", "")

ANSWERS = b"220 mail\r\n250-mail\r\n250 SIZE\r\n250 ok\r\n"


def said(message: bytes, answers: bytes) -> bytes:
    return speak(smtp_words.talk(iter([message]), CREDENTIALS), answers)


def refusal(message: bytes, answers: bytes = b"") -> tuple[int, str]:
    with pytest.raises(SeedRefused) as refused:
        said(message, answers)
    return refused.value.line, refused.value.message


def test_a_message_goes_to_all_whom_its_head_names_once() -> None:
    message = (
        b"From: Shop <shop@example.com>\nSender: clerk@example.com\n"
        b'To: "Lovelace, Ada" <ada@example.com>,\n bob@example.com\nCc: ada@example.com\n'
        b"\nHello.\n.\n\n..x"
    )
    answers = ANSWERS + b"250 ok\r\n250 ok\r\n354 go on\r\n250 queued\r\n221 bye\r\n"
    commands, _, rest = said(message, answers).partition(b"DATA\r\n")
    assert commands == (
        b"EHLO greenroom\r\nMAIL FROM:<clerk@example.com>\r\n"
        b"RCPT TO:<ada@example.com>\r\nRCPT TO:<bob@example.com>\r\n"
    )
    head = message.partition(b"\n\n")[0].replace(b"\n", b"\r\n")
    assert rest == head + b"\r\n\r\nHello.\r\n..\r\n\r\n...x\r\n.\r\nQUIT\r\n"


@pytest.mark.parametrize(
    ("summary", "message", "line", "words"),
    [
        ("nothing", b"", 1, smtp_words.NO_MESSAGE),
        ("an empty line first", b"\nFrom: a@b\n", 1, smtp_words.NO_MESSAGE),
        ("a text", b"Hello.\n", 1, smtp_words.NO_MESSAGE),
        ("no end of the head", b"From: a@b\n" * 200_000, 1, smtp_words.NO_MESSAGE),
        ("nobody whom it is from", b"To: a@b\n\n", 0, "names nobody whom it is from"),
        ("nobody whom it is for", b"From: a@b\n\n", 0, "names nobody whom it is for"),
        ("no address", b"From: a@b\nTo: <a\r\n b>\n\n", 0, "names nobody whom it is for"),
    ],
)
def test_what_is_no_message(summary: str, message: bytes, line: int, words: str) -> None:
    found = refusal(message)
    assert found[0] == line, summary
    assert found[1].startswith(words), summary


def test_the_server_s_words() -> None:
    message = b"From: a@b\nTo: c@d\n\n"
    assert refusal(message, ANSWERS + b"550-no\r\n550 nobody here\r\n") == (0, "550 nobody here")
    assert refusal(message, b"421 too busy\r\n") == (0, "421 too busy")

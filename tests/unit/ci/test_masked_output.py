"""Output of others without secrets, in whatever pieces it comes."""

from __future__ import annotations

import random

import pytest

from orchestrator.ci.masked import HEAD, Masked
from orchestrator.model.secret import OpenWord, masker
from orchestrator.model.sequences import Bare

SHORT = "hunter2222secret"
LINES = "first-line\nsecond=line"
LONG = "-----BEGIN KEY-----\n" + "\n".join("MIIEvQ" + str(n) * 50 for n in range(9)) + "\n---END"
SECRETS = (SHORT, LINES, LONG)
TEXT = f"""a test says {SHORT} and goes on
{LINES} in the midst of lines
{LONG}
postgresql://me:{SHORT}@127.0.0.1:5432/db and hunter2 is nothing
wrapped: {SHORT[:7]}
{SHORT[7:]} done
....F...
"""


def shown(pieces: list[str]) -> str:
    masked = Masked(masker(SECRETS), SECRETS)
    return "".join([*map(masked.feed, pieces), masked.end()])


def test_cut_anywhere_it_is_the_same_as_in_one_piece() -> None:
    whole = masker(SECRETS)(TEXT)
    assert not any(secret in whole for secret in SECRETS)
    for at in range(len(TEXT)):
        assert shown([TEXT[:at], TEXT[at:]]) == whole
    assert shown(list(TEXT)) == whole


@pytest.mark.parametrize("seed", range(20))
def test_with_pauses_anywhere_no_secret_comes_through(seed: int) -> None:
    chance = random.Random(seed)
    masked = Masked(masker(SECRETS), SECRETS)
    out, at = [], 0
    while at < len(TEXT):
        step = chance.randint(1, 40)
        out.append(masked.feed(TEXT[at : at + step]))
        if chance.random() < 0.5:
            out.append(masked.rest())
        at += step
    text = "".join([*out, masked.end()])
    assert not any(secret in text for secret in SECRETS)
    assert SHORT[:10] not in text
    assert LONG[20:60] not in text
    assert "....F..." in text


def test_the_beginning_of_a_line_is_shown_after_a_pause() -> None:
    masked = Masked(masker(SECRETS), SECRETS)
    assert masked.feed("tests/test_a.py ..") == ""
    assert masked.rest() == "tests/test_a.py .."
    assert masked.feed("..\n") == "..\n"


def test_what_may_become_a_secret_waits_and_is_shown_when_it_did_not() -> None:
    masked = Masked(masker(SECRETS), SECRETS)
    masked.feed("it is hunter22")
    assert masked.rest() == "it is "
    assert masked.feed("0 after all\n") == "hunter220 after all\n"


def test_a_word_that_is_shown_in_the_open_holds_nothing_back() -> None:
    secrets = (OpenWord("postgres"),)
    masked = Masked(masker(secrets), secrets)
    masked.feed("postg")
    assert masked.rest() == "postg"


def test_a_line_without_an_end_is_not_gathered_for_ever() -> None:
    masked = Masked(masker(SECRETS), SECRETS)
    given = sum(len(masked.feed("x" * 100_000)) for _ in range(40))
    assert given > 2_000_000
    assert given + len(masked.end()) == 4_000_000


def test_a_long_secret_that_breaks_off_is_shown_masked_or_held() -> None:
    masked = Masked(masker(SECRETS), SECRETS)
    assert masked.feed(LONG[: HEAD + 10] + "\nsomething else\n") == ""


@pytest.mark.parametrize("secret", ["a1b2c3d4a", "ab-12-34-ab", LONG, "----x1----"])
@pytest.mark.parametrize("behind", ["", "\n", " is it\n"])
def test_a_secret_that_ends_as_it_begins_is_not_taken_for_two(secret: str, behind: str) -> None:
    masked = Masked(masker([secret]), [secret])
    first = masked.feed(f"the {secret}{behind}")
    assert first + masked.rest() == masker([secret])(f"the {secret}{behind}")
    assert masked.end() == ""


def test_what_two_secrets_share_is_waited_for() -> None:
    secrets = ["abcdefgh1", "gh1jklmnop"]
    masked = Masked(masker(secrets), secrets)
    assert masked.feed("abcdefgh1") + masked.rest() == ""
    assert masked.feed("jklmnop\n") == "***\n"


def test_what_is_drawn_anew_on_the_same_line_is_shown() -> None:
    masked = Masked(masker(SECRETS), SECRETS)
    assert masked.feed("\r10 %\r20 %") == "\r10 %\r"
    assert masked.feed("\r") == ""
    assert masked.feed("\ndone\n") == "20 %\r\ndone\n"


SEQUENCES = ("\x1b[31m", "\x1b[0m", "\x1b[38;5;208m", "\x1b[K", "\x1b(B", "\x1b]8;;http://x/a\x1b\\",
             "\x1b]0;title\x07", "\x1b7", "\0", "\x08")  # fmt: skip


def coloured(chance: random.Random) -> str:
    """The text, with sequences anywhere, also in the midst of what is secret."""
    return "".join(one + chance.choice(SEQUENCES) if chance.random() < 0.2 else one for one in TEXT)


@pytest.mark.parametrize("seed", range(40))
def test_no_colours_and_no_pieces_bring_a_secret_through(seed: int) -> None:
    chance = random.Random(seed)
    text = coloured(chance)
    masked = Masked(masker(SECRETS), SECRETS)
    out, at = [], 0
    while at < len(text):
        step = chance.randint(1, 30)
        out.append(masked.feed(text[at : at + step]))
        if chance.random() < 0.5:
            out.append(masked.rest())
        at += step
    seen = Bare.of("".join([*out, masked.end()])).text
    assert not any(secret in seen for secret in SECRETS)
    assert SHORT[:10] not in seen.replace("\n", "")
    assert LONG[20:60] not in seen
    assert "....F..." in seen
    assert "a test says *** and goes on" in seen


def test_a_sequence_in_pieces_waits_and_is_not_waited_for_for_ever() -> None:
    masked = Masked(masker(SECRETS), SECRETS)
    assert masked.feed("hunter\x1b[3") + masked.rest() == ""
    assert masked.feed("1m2222sec\x1b]8;;http:") + masked.rest() == ""
    assert masked.feed("//x\x1b") + masked.rest() == ""
    assert masked.feed("\\ret\x1b[0m!\n") == "***\x1b[31m\x1b[0m!\n"
    assert masked.feed("good\x1b[3") + masked.rest() == "good"
    assert masked.feed("1m now\n") == "\x1b[31m now\n"
    masked.feed("\x1b]" + "x" * 10_000)
    assert len(masked.rest()) > 10_000


def test_endless_colours_behind_a_beginning_are_not_gathered_for_ever() -> None:
    masked = Masked(masker(SECRETS), SECRETS)
    given = 0
    for _ in range(6):
        masked.feed("h" + "\x1b[0m" * 16_000)
        given += len(masked.rest())
    assert given > 300_000

"""What must not be shown, and how it is found in a text, however it is spelled there.

How strictly a secret is looked for depends on how likely it is to stand in an innocent text:

- one of at least LONG characters that is no mere word is found anywhere, even inside of others and
  where a line break was put into it;
- a shorter one, or one that may be a word (`postgres`), is found where it stands by itself, so that
  `postgresql` stays readable; so many letters as WORD says are no word;
- of one that has several lines, each that is long enough is a secret by itself: a traceback and a
  comparison of pytest put something before each line;
- one of fewer than SHORTEST characters would be found everywhere, and one that is also the name of
  something in the manifest has to be read; they are hidden only where a password stands: in an
  address, or behind a word like `password=`.

The password in any address (`//user:password@`) is hidden, whoever it belongs to. All this is also
looked for in the text without what only colours it, or does something else to a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from orchestrator.model.sequences import Bare, Span, colours, has_sequences

MASK = "***"

LONG = 8
SHORTEST = 4

WORD = 16
"""Characters that no word has, and derived passwords do: of those one in sixty is letters alone."""

Mask = Callable[[str], str]

NAMES = re.compile(
    r"PASSWORD|PASSWD|PASSPHRASE"
    r"|(^|_)(PASS|PWD|SECRETS?|TOKEN|CREDENTIALS?"
    r"|(API|ACCESS|PRIVATE|SIGNING|ENCRYPTION)_?KEY)(_|$)"
)
"""What the names of variables say whose values are secrets."""

HARMLESS = frozenset({"PWD", "OLDPWD"})
"""Variables of every shell that only look as if they were."""

SWITCHES = frozenset({"true", "false", "none", "null"})
"""Values that say whether there is a secret, and are none."""

IN_ADDRESS = re.compile(r"(?<=://)([^\s/@:]*):([^\s/@]+)(?=@)")

BEHIND_A_WORD = r"(?i:(?<=pass)|(?<=password)|(?<=passwd)|(?<=pwd))[\"']?\s?[=:]\s?[\"']?"

ALONE_BEFORE = (
    r"(?:(?<![^\W_])|(?<=%[0-9A-Fa-f]{2})|(?<=%25[0-9A-Fa-f]{2})|(?<=%2525[0-9A-Fa-f]{2})"
    r"|(?<=\\[nrt])|(?<=[\[;0-9]m))"
)
"""Neither a letter nor a digit stands before it, unless as the end of an escape of some kind."""

ALONE_BEHIND = r"(?![^\W_])"

BREAK = r"(?:\\?\r?\n)?"
"""A line may have been broken anywhere; some put a backslash there."""

ESCAPED = {
    '"': ["&quot;", "&#34;"],
    "'": ["''", "'\"'\"'", r"'\''", "&#x27;", "&#39;"],
    "&": ["&amp;"],
    "<": ["&lt;"],
    ">": ["&gt;"],
    "$": ["$$"],
    " ": ["+"],
}
"""How URLs, HTML, shells and SQL write what means something to them."""

PLAIN = re.compile(r"[0-9A-Za-z]+")
"""What nobody escapes."""

BACKSLASHES = r"(?:\\|%5[cC])"
ESCAPES = r"\\*+"
"""Backslashes before a character, as many as it was escaped times; they are no part of it."""

NO_RUN_BEFORE = r"(?<!\\(?=\\))(?<!%5[cC](?=%5[cC]))"
"""A run of backslashes is begun with its first one only."""

LINE_END = rf"(?:\r?\n|{BACKSLASHES}++(?:r{BACKSLASHES}++)?n|(?:%0[dD])?%0[aA])"


class OpenWord(str):
    """A secret that is also a name which is shown in the open."""

    __slots__ = ()


def is_secret(variable: str, value: str) -> bool:
    """Whether this value must not be shown, because of the name of the variable that holds it."""
    name = variable.upper().replace("-", "_")
    named = name not in HARMLESS and NAMES.search(name) is not None
    return named and value.strip().lower() not in SWITCHES


def masker(secrets: Iterable[str]) -> Mask:
    """Return what replaces every secret in a text; a line break in one stays a line break."""
    each = sorted(with_lines(secrets), key=len, reverse=True)
    patterns = [(landmark(secret), pattern(secret)) for secret in each]

    def found(text: str) -> list[Span]:
        plain = squeezed(text)
        spans = [
            match.span(match.lastindex or 0)
            for mark, one in patterns
            if mark in plain
            for match in one(text)
        ]
        if "://" in text:
            spans += [match.span(2) for match in IN_ADDRESS.finditer(text)]
        return spans

    def masked(text: str) -> str:
        spans = found(text)
        if has_sequences(text):
            # As it is, too: a sequence may have a secret in it, or keep two words apart.
            bare = Bare.of(text)
            spans += map(bare.span, found(bare.text))
            if has_sequences(bare.text):
                # Source text in colours: in the midst of those that it spells are real ones.
                inner = Bare.of(bare.text)
                spans += (bare.span(inner.span(one)) for one in found(inner.text))
        return hidden(text, spans) if spans else text

    return masked


def with_lines(secrets: Iterable[str]) -> list[str]:
    """Return the secrets, and behind each of several lines those of them that are secrets, too."""
    found = (one for secret in secrets for one in (secret, *lines_worth_hiding(secret)))
    return list(dict.fromkeys(filter(None, found)))


def lines_worth_hiding(secret: str) -> Iterator[str]:
    """Yield each line that can be hidden wherever it stands, without the blanks around it.

    What is short or a mere word would make holes in innocent text, and so would what is shown in
    the open.
    """
    for line in () if isinstance(secret, OpenWord) else secret.splitlines():
        text = line.strip()
        if len(text) >= LONG and not may_be_word(text):
            yield text


def landmark(secret: str) -> str:
    """Return what of a secret stands in every `squeezed` text that it is in, however spelled."""
    return max(PLAIN.findall(secret), key=len, default="")


def squeezed(text: str) -> str:
    """Return a text without what may be put between two letters or digits of a secret.

    To look for a landmark here takes a hundredth of the time that a pattern takes.
    """
    return text.replace("\n", "").replace("\r", "").replace("\\", "")


def may_be_word(secret: str) -> bool:
    """Whether it may well stand inside of innocent texts."""
    return len(secret) < WORD and secret.isalpha()


def hidden(text: str, spans: Iterable[Span]) -> str:
    """Return the text with these parts replaced; those that overlap or touch become one."""
    pieces, at = [], 0
    for start, end in merged(spans):
        part = text[start:end]
        pieces += [text[at:start], "\n".join(MASK for _ in part.split("\n")), colours(part)]
        at = end
    return "".join([*pieces, text[at:]])


def merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in order, with those that overlap or touch put together."""
    start = end = -1
    for next_start, next_end in sorted(spans):
        if next_start > end:
            if end >= 0:
                yield start, end
            start, end = next_start, next_end
        end = max(end, next_end)
    if end >= 0:
        yield start, end


def pattern(secret: str) -> Callable[[str], Iterator[re.Match[str]]]:
    """Return what finds a secret in a text, as strictly as it is likely to be innocent there."""
    # However often it was escaped, a run of backslashes is one.
    first, *others = list(re.sub(r"\\+", r"\\", secret))
    spelled = [NO_RUN_BEFORE + spellings(first), *map(escaped, others)]
    if len(secret) < SHORTEST or isinstance(secret, OpenWord):
        return re.compile(f"{BEHIND_A_WORD}({''.join(spelled)}){ALONE_BEHIND}").finditer
    if len(secret) < LONG or may_be_word(secret):
        return re.compile(f"{ALONE_BEFORE}{''.join(spelled)}{ALONE_BEHIND}").finditer
    return re.compile(BREAK.join(spelled)).finditer


def escaped(character: str) -> str:
    """Return the pattern of a character, with the backslashes that may stand before it."""
    bare = character in "\\\n" or (character.isascii() and character.isalnum())
    return ("" if bare else ESCAPES) + spellings(character)


def spellings(character: str) -> str:
    """Return the pattern of one character, as it is or in any of the ways to escape it.

    Whatever may stand in any number is matched without a way back, so that no text makes the search
    slow.
    """
    if character.isascii() and character.isalnum():
        return character
    if character in "\\\n":
        return LINE_END if character == "\n" else f"{BACKSLASHES}++"
    data = character.encode("utf-8", "surrogatepass")
    # An address that is a part of another one is encoded twice, and so are its per cent signs.
    encoded = ["".join(f"%(?:25)*{byte:{how}}" for byte in data) for how in ("02x", "02X")]
    ways = {character, *ESCAPED.get(character, ())}
    ways |= {f"u{ord(character):04x}", f"x{ord(character):02x}"}
    longest_first = map(re.escape, sorted(ways, key=len, reverse=True))
    return f"(?:{'|'.join([*encoded, *longest_first])})"

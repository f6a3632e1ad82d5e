"""What counts as well in a trial with a fault: each way in which it is not, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chaos.commands import Ended
from chaos.matrix import Outcome

OVERCOME, TOLD = (0,), (69, 74, 75)
"""The exit codes that are documented for an engine that fails."""

BROKEN = re.compile(r"Traceback|this is a bug|Exception ignored|Exception in thread")
UNCLEAR = re.compile(
    r"urllib3|HTTPConnection|http\+docker|object at 0x|Exception|Error\(|\[Errno|RemoteDisconnected"
    r"|JSON|IncompleteRead|\bNone\b|b'"
)
"""Words of programmers, in a sentence for users."""
LONGEST = 300
"""Characters of the longest line in a message."""

HANG, BUG, CODE = "hang", "traceback", "exit code"
WORDS, NEXT, LEFT = "words", "no next step", "left"
KINDS = (HANG, BUG, CODE, WORDS, NEXT, LEFT)


def verdicts(outcome: Outcome) -> Iterator[str]:
    """Yield each kind of failure once."""
    ended = outcome.ended
    if ended.hung:
        yield HANG
    if BROKEN.search(ended.output) or ended.code == 70:
        yield BUG
    if not ended.hung and ended.code not in (*OVERCOME, *TOLD):
        yield CODE
    if not ended.hung and unclear(ended):
        yield WORDS
    if ended.error and not ended.hint:
        yield NEXT
    if outcome.left and not may_stand(outcome):
        yield LEFT
    if not outcome.reached and ended.code:
        yield "failed although nothing was done to it"
    if outcome.down and outcome.down.code:
        yield f"down after it: exit code {outcome.down.code}"


def unclear(ended: Ended) -> bool:
    """Whether a command failed without one clear sentence."""
    if ended.code == 0:
        return False
    said = ended.error
    longest = max(map(len, said.split("; ")))
    return not said or longest > LONGEST or bool(UNCLEAR.search(said))


def may_stand(outcome: Outcome) -> bool:
    """Whether it is right that all is there still: a `down` that said that it could not begin."""
    return outcome.untouched and outcome.ended.code in TOLD and outcome.cured

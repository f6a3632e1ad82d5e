"""Passwords do not show, however they are spelled and wherever they stand."""

from __future__ import annotations

import pytest

from orchestrator.addressing.masking import LONGEST_LINE, mask_error, mask_event, masker
from orchestrator.errors import Evidence, StepFailed
from orchestrator.model.event import InstanceDied, RunReady, StepBroke


def test_a_secret_is_masked_plain_and_percent_encoded() -> None:
    mask = masker(["p@ss/word"])
    assert mask("PGPASSWORD=p@ss/word") == "PGPASSWORD=***"
    assert mask("postgresql://me:p%40ss%2Fword@host/db") == "postgresql://me:***@host/db"


def test_of_two_secrets_the_longer_one_goes_first() -> None:
    assert masker(["secret", "secret-two"])("secret-two, secret") == "***, ***"


def test_a_very_short_secret_stays_because_it_would_hide_ordinary_words() -> None:
    assert masker(["a"])("a database") == "a database"


def test_every_text_of_an_event_is_masked() -> None:
    mask = masker(["hunter2"])
    broke = StepBroke(
        at=0,
        step="seed",
        subject="ledger",
        seconds=1,
        message="login with hunter2 refused",
        evidence=Evidence(answer="hunter2?", log=("trying hunter2", "fine")),
    )
    masked = mask_event(broke, mask)
    assert "hunter2" not in repr(masked)
    ready = RunReady(at=0, run="r", seconds=1, addresses=(("ledger", "redis://:hunter2@h:1/0"),))
    assert mask_event(ready, mask).addresses == (("ledger", "redis://:***@h:1/0"),)  # type: ignore[union-attr]


def test_a_password_of_letters_alone_is_no_word_when_it_is_long() -> None:
    mask = masker(["jpckcfbopjstejuxlupr"])
    assert mask("redis%25253Ajpckcfbopjstejuxlupr%252540") == "redis%25253A***%252540"
    assert mask("xjpckcfbopjstejuxluprx") == "x***x"


@pytest.mark.parametrize("escape", ["%3A", "%253A", "%25253A"])
def test_what_may_be_a_word_is_found_behind_an_escape(escape: str) -> None:
    mask = masker(["sesame"])
    assert mask(f"me{escape}sesame%40") == f"me{escape}***%40"
    assert mask("sesameseed") == "sesameseed"


def test_of_a_very_long_line_of_a_log_the_beginning_stays_and_no_half_of_a_secret() -> None:
    half_way = "x" * (LONGEST_LINE - 4) + "hunter2-and-more" + "y" * LONGEST_LINE
    died = InstanceDied(at=0, subject="api", state="gone", log=("fine", half_way))
    masked = mask_event(died, masker(["hunter2-and-more"]))
    assert isinstance(masked, InstanceDied)
    fine, cut = masked.log
    assert fine == "fine"
    assert cut == "x" * (LONGEST_LINE - 4) + "***y … (the line goes on)"
    failed = StepFailed("ready api", "no", evidence=Evidence(log=(half_way,)))
    mask_error(failed, masker(["hunter2-and-more"]))
    assert failed.evidence.log == (cut,)

"""A dossier as text: short and never longer than its bound, and whole."""

from __future__ import annotations

from orchestrator.artifacts.dossier import (
    LAST,
    MOST,
    MOST_OF_ONE,
    MOST_SILENT,
    WIDEST,
    Dossier,
    Happening,
    Witness,
    short,
    whole,
)
from orchestrator.artifacts.window import Window
from orchestrator.model.launch import LogLine
from orchestrator.model.moment import rfc3339

NOON = 1795694400.0


def log(*texts: str) -> tuple[LogLine, ...]:
    """Lines, one each millisecond from noon on."""
    return tuple(
        LogLine(rfc3339(NOON + number / 1000), "stdout", text) for number, text in enumerate(texts)
    )


def dossier(*witnesses: Witness, **more: object) -> Dossier:
    window = Window(NOON, NOON + 0.42)
    return Dossier(
        test="test_it.py::test_pays", window=window, run="shop-1", witnesses=witnesses, **more
    )  # type: ignore[arg-type]


LEDGER = Witness(
    name="ledger",
    address="postgresql://greenroom:***@127.0.0.1:5432/ledger__s3",
    lines=log("LOG:  all is well", 'ERROR:  relation "nowhere" does not exist'),
)
CRASHED = Witness(
    name="api@s3",
    address="http://127.0.0.1:8000",
    state="exited with code 137, killed because it ran out of memory",
    lines=log(*(f"line {number}" for number in range(100)), "java.lang.OutOfMemoryError", "bye"),
    left_out=7,
    notes=("was made anew since it was last looked at; its log before that is gone",),
)
QUIET = [Witness(name="cache", address="redis://127.0.0.1:1"), Witness(name="mail")]

HEADING = "shop-1, slice s3 while this test ran (0.420 s, 12:00:00.000 to 12:00:00.420 UTC):"
HAPPENED = (
    Happening(at=NOON + 0.2, text="api DIED: exited with code 137"),
    Happening(at=NOON, text="its slice was there after 0.31 s; making it took 0.28 s"),
)


def test_who_is_not_well_comes_first_and_who_wrote_nothing_last() -> None:
    made = dossier(LEDGER, *QUIET, CRASHED, slice="s3", happened=HAPPENED)
    assert short(made) == [
        HEADING,
        "  12:00:00.000  its slice was there after 0.31 s; making it took 0.28 s",
        "  12:00:00.200  api DIED: exited with code 137",
        f"  api@s3  http://127.0.0.1:8000  NOT WELL: {CRASHED.state}",
        "    was made anew since it was last looked at; its log before that is gone",
        "    the last 5:",
        "    12:00:00.097  line 97",
        "    12:00:00.098  line 98",
        "    12:00:00.099  line 99",
        "    12:00:00.100  java.lang.OutOfMemoryError",
        "    12:00:00.101  bye",
        "    and 104 more lines",
        "  ledger  postgresql://greenroom:***@127.0.0.1:5432/ledger__s3",
        "    12:00:00.000  LOG:  all is well",
        '    12:00:00.001  ERROR:  relation "nowhere" does not exist',
        "  cache  redis://127.0.0.1:1",
        "  wrote nothing: cache, mail",
    ]


def test_where_a_slice_is_is_told_of_a_few_that_wrote_nothing() -> None:
    many = [Witness(name=f"db-{n}", address=f"redis://127.0.0.1:{n}") for n in range(9)]
    assert short(dossier(*many[:2], slice="s3")) == [
        HEADING,
        "  db-0  redis://127.0.0.1:0",
        "  db-1  redis://127.0.0.1:1",
        "  wrote nothing: db-0, db-1",
    ]
    assert len(short(dossier(*many, slice="s3"))) == 2 + MOST_SILENT
    assert len(short(dossier(*many))) == 2, "who has no slice has the addresses already"


def test_lines_that_look_like_errors_are_shown_before_the_last_ones_and_said_to_be_it() -> None:
    texts = [f"Traceback {n}" if n in (3, 5, 8, 11) else f"line {n}" for n in range(30)]
    assert short(dossier(Witness(name="api", lines=log(*texts)))) == [
        "shop-1 while this test ran (0.420 s, 12:00:00.000 to 12:00:00.420 UTC):",
        "  api",
        "    3 of 4 that may tell of errors:",
        "    12:00:00.003  Traceback 3",
        "    12:00:00.005  Traceback 5",
        "    12:00:00.008  Traceback 8",
        "    the last 5:",
        *(f"    12:00:00.0{n}  line {n}" for n in range(25, 30)),
        "    and 22 more lines",
    ]


def test_as_many_lines_as_there_is_room_for_are_shown_as_they_are() -> None:
    full = log(*(f"line {n}" for n in range(MOST_OF_ONE)))
    assert len(short(dossier(Witness(name="api", lines=full)))) == 2 + MOST_OF_ONE
    more = log(*(f"line {n}" for n in range(MOST_OF_ONE + 1)))
    assert short(dossier(Witness(name="api", lines=more)))[-1] == (
        f"    and {MOST_OF_ONE + 1 - LAST} more lines"
    )


def test_it_is_never_longer_than_its_bound_whatever_was_written() -> None:
    loud = [
        Witness(name=f"api-{n}", lines=log(*["ERROR " + "x" * 9999] * 500), notes=("note",) * 3)
        for n in range(40)
    ]
    happened = tuple(Happening(at=NOON, text=f"thing {n}") for n in range(900))
    lines = short(dossier(*loud, *QUIET, happened=happened))
    assert len(lines) <= MOST
    assert max(map(len, lines)) < WIDEST + 60
    assert lines[1] == "  892 things happened before these:"
    assert any(one.endswith("500 lines") for one in lines), "some only have their counts told"
    assert lines[-2].startswith("  not shown for lack of room: api-")
    assert lines[-2].endswith(" more")
    assert lines[-1] == "  wrote nothing: cache, mail"


def test_there_is_room_for_where_a_slice_is_beside_what_others_wrote() -> None:
    loud = [Witness(name=f"api-{n}", lines=log(*["ERROR"] * 500)) for n in range(40)]
    lines = short(dossier(*loud, *QUIET, slice="s3"))
    assert len(lines) <= MOST
    assert lines[-2:] == ["  cache  redis://127.0.0.1:1", "  wrote nothing: cache, mail"]


def test_the_whole_has_every_line_with_its_time() -> None:
    made = dossier(LEDGER, CRASHED, QUIET[1], happened=HAPPENED, notes=("something to know",))
    lines = whole(made)
    assert lines[:9] == [
        "test_it.py::test_pays",
        HEADING.replace(", slice s3", ""),
        "  something to know",
        "  12:00:00.000  its slice was there after 0.31 s; making it took 0.28 s",
        "  12:00:00.200  api DIED: exited with code 137",
        "",
        "ledger  postgresql://greenroom:***@127.0.0.1:5432/ledger__s3  2 lines",
        "2026-11-26T12:00:00.000000Z LOG:  all is well",
        '2026-11-26T12:00:00.001000Z ERROR:  relation "nowhere" does not exist',
    ]
    assert lines[10].startswith("api@s3  http://127.0.0.1:8000  NOT WELL: exited with code 137")
    assert lines[10].endswith("109 lines")
    assert lines[12] == "  the first 7 of them are left out here"
    assert lines[-3:] == ["2026-11-26T12:00:00.101000Z bye", "", "mail  no lines"]

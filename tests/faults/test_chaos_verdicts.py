"""How trials are judged and shown: the tool must not call well what is not."""

from __future__ import annotations

import json
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from chaos import kills, page, signals, tables
from chaos.campaign import Campaign
from chaos.commands import Ended, general
from chaos.kills import Kill, Killed
from chaos.leftovers import files
from chaos.matrix import Outcome, Trial, trials
from chaos.parts import Part, ending_failures, fault_failures, sample
from chaos.place import Place
from chaos.signals import EndedBy, Ending
from chaos.verdicts import verdicts

TRIAL = Trial.parse("up:cut:POST /containers/create#1")
TOLD = "small: run\nerror: no container engine answers\nnext: start Docker\n"
WELL = Outcome(TRIAL, Ended(69, 1.0, TOLD))
DOWN = Trial.parse("down:cut:GET /networks#1")


def test_a_failure_that_is_told_well_is_well() -> None:
    assert list(verdicts(WELL)) == []
    assert list(verdicts(Outcome(TRIAL, Ended(0, 1.0, "ready in 1.0 s")))) == []


@pytest.mark.parametrize(
    ("ended", "found"),
    [
        (Ended(137, 45.0, "", hung=True), ["hang"]),
        (Ended(1, 1.0, "Traceback (most recent call last):"), ["traceback", "exit code", "words"]),
        (
            Ended(70, 1.0, "error: this is a bug in Greenroom"),
            ["traceback", "exit code", "no next step"],
        ),
        (Ended(75, 1.0, ""), ["words"]),
        (Ended(75, 1.0, "error: HTTPConnectionPool(host='x')\nnext: try again"), ["words"]),
        (Ended(75, 1.0, "error: cannot start cache"), ["no next step"]),
        (Ended(64, 1.0, "error: it makes no sense\nnext: --help"), ["exit code"]),
    ],
)
def test_each_way_in_which_a_command_ends_badly(ended: Ended, found: list[str]) -> None:
    assert list(verdicts(replace(WELL, ended=ended))) == found


def test_a_command_that_fails_by_itself_is_no_success_of_the_fault() -> None:
    found = list(verdicts(replace(WELL, reached=False)))
    assert found == ["failed although nothing was done to it"]


def test_what_is_left_is_a_failure_of_up() -> None:
    left = replace(WELL, left=("container x",), cured=True)
    assert list(verdicts(left)) == ["left"]
    assert list(fault_failures(left)) == ["left (exit code 69): container x"]


def test_a_down_that_could_not_begin_may_leave_everything_to_the_next_one() -> None:
    standing = Outcome(DOWN, WELL.ended, left=("container x",), cured=True)
    assert list(verdicts(standing)) == []
    assert list(verdicts(replace(standing, begun=True))) == ["left"]
    assert list(verdicts(replace(standing, cured=False))) == ["left"]
    assert list(verdicts(replace(standing, ended=Ended(0, 1.0, "removed 5")))) == ["left"]


def test_a_down_after_up_has_to_succeed() -> None:
    failed = Outcome(TRIAL, Ended(0, 1.0, ""), down=Ended(74, 1.0, ""))
    assert list(verdicts(failed)) == ["down after it: exit code 74"]


def test_trials_are_named_as_they_are_read() -> None:
    for text in ("up:500:POST /containers/{id}/start#2", "down:restart:GET /version#1"):
        assert str(Trial.parse(text)) == text
    for text in (
        "kill:up+down:1.250",
        "kill-here:run:0.500",
        "kill:run:late:POST /containers/create#3",
    ):
        assert str(Kill.parse(text)) == text
    assert str(Ending.parse("signal:SIGHUP:0.500")) == "signal:SIGHUP:0.500"


def test_run_is_tried_only_at_the_calls_that_up_has_not() -> None:
    shared, own = TRIAL.point, DOWN.point
    found = trials({"up": [shared], "run": [shared, own]})
    assert {trial.point for trial in found if trial.command == "run"} == {own}
    names = Counter(trial.fault.name for trial in found)
    assert names["hang"] == 2
    assert "pools" not in names
    assert found[0].fault.name == "hang", "what takes longest comes first"
    assert all(count <= 4 for count in Counter(one.fault for one in sample(found, 1)).values())


def test_the_same_seed_gives_the_same_kills() -> None:
    whole = {"run": 4.0, "up+down": 5.0}
    planned = list(kills.plan(7, 100, whole))
    assert planned == list(kills.plan(7, 100, whole))
    assert len(planned) == 100
    assert {one.strike.fault.name for one in planned if one.strike} == {"late", "slow"}
    assert all(0 <= one.moment <= whole[one.session] for one in planned)
    assert [one.number.name for one in signals.plan(7, 1, 4.0)] == ["SIGINT", "SIGTERM", "SIGHUP"]


def test_folders_of_runs_and_sockets_are_what_is_left_on_the_disk(tmp_path: Path) -> None:
    place = Place(tmp_path)
    assert files(place) == []
    (place.runs / "shop-1" / "processes").mkdir(parents=True)
    (place.state / "greenroom" / "secret").touch()
    assert [path.name for path in files(place)] == ["shop-1"]


@pytest.mark.parametrize(
    ("events", "phase"),
    [
        ([], "before its first step"),
        ([{"event": "RunStarted"}], "up"),
        ([{"event": "StepDone", "step": "ready api"}], "up"),
        ([{"event": "StepStarted", "step": "seed ledger 1 schema.sql"}], "seeding"),
        ([{"event": "RunReady"}], "tests"),
        ([{"event": "RunReady"}, {"event": "StepStarted", "step": "remove api"}], "down"),
        ([{"event": "RunRemoved"}], "at its end"),
    ],
)
def test_the_last_event_tells_the_phase(
    events: list[dict[str, str]], phase: str, tmp_path: Path
) -> None:
    place = Place(tmp_path)
    place.events.write_text("".join(json.dumps(event) + "\n" for event in events))
    assert kills.phase(place) == phase


def test_a_signal_is_judged_by_code_and_time() -> None:
    ending = Ending(signal.SIGTERM, 1.0)
    assert list(ending_failures(EndedBy(ending, "up", 1.0, 143, ()))) == []
    assert list(ending_failures(EndedBy(ending, "down", 1.0, 0, ()))) == []
    assert list(ending_failures(EndedBy(ending, "up", 1.0, 0, ()))) == ["exit code 0 (up)"]
    assert list(ending_failures(EndedBy(ending, "up", 6.0, 143, ("network x",)))) == [
        "left: network x",
        "it took 6.0 s",
    ]


def test_messages_are_counted_without_what_differs() -> None:
    said = "error: cannot remove greenroom-small-dd87bi5d-web at 127.0.0.1:4711 after 1.5 s\n"
    assert (
        Ended(74, 1.0, said).error == "cannot remove greenroom-RUN-web at 127.0.0.1:PORT after N s"
    )
    assert general("unix:///tmp/chaos-x/12/engine.sock") == "unix://SOCKET"
    several = Ended(74, 1.0, "error: could not remove:\n  network x: busy\n  step  down\n")
    assert several.error == "could not remove:; network x: busy"


def test_tables_have_a_line_for_each_and_one_for_all() -> None:
    shown = tables.faults([WELL, replace(WELL, reached=False)])
    assert "| cut | the request is read, and the connection closed | 2 | 0 | 1 | 0 |" in shown
    assert shown.splitlines()[-1].startswith("| all |  | 2 | 0 | 1 |")
    assert "| cut | 69 | no container engine answers | start Docker | 2 |" in tables.messages(
        [WELL] * 2
    )
    killed = [
        Killed(Kill("run"), "up", seconds, left) for seconds, left in ((1.0, ()), (9, ("x",)))
    ]
    assert "| up | 2 | 1 | 1.00 s | 1.00 s |" in tables.kills(killed)
    ended = [EndedBy(Ending(signal.SIGINT, 1.0), "up", 0.5, 130, ())]
    assert "| SIGINT | 1 | 0.50 s | 0.50 s | 1 x 130 (up) | 0 |" in tables.signals(ended)


def failing(trial: Trial) -> Outcome:
    if trial == DOWN:
        raise OSError("no engine")
    return replace(WELL, left=("network x",))


def test_tables_and_failures_stand_in_the_page_in_place_of_the_former(tmp_path: Path) -> None:
    part = Part(
        "faults",
        [TRIAL, DOWN],
        0.0,
        failing,
        lambda found: [("Faults", tables.faults(found))],
        fault_failures,
    )
    said: list[str] = []
    gathered = Campaign(2, said.append).perform(part)
    path = tmp_path / "page.md"
    path.write_text(f"before\n\n{page.BEGIN}\nformer tables\n{page.END}\n\nafter\n")
    page.write(path, "a machine", "python -m chaos", [gathered])
    text = path.read_text()
    assert text.startswith("before\n\n<!--")
    assert text.endswith("-->\n\nafter\n")
    assert "former tables" not in text
    assert "From `python -m chaos` on a machine." in text
    assert f"{DOWN}\n    could not be tried: OSError: no engine" in text
    assert f"{TRIAL}\n    left (exit code 69): network x" in text
    assert len(said) == 2


def test_a_page_without_a_place_for_tables_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("nothing")
    with pytest.raises(ValueError, match="has no place for the tables"):
        page.write(path, "", "", [])

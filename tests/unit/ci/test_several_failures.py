"""Steps that failed at the same time: each is a failure of the record, with a place of its own."""

from __future__ import annotations

from orchestrator.ci.failures import failures_of
from orchestrator.errors import Evidence, StepFailed


def test_each_is_a_failure_with_its_own_place_and_evidence() -> None:
    first = StepFailed(
        "seed a 1 a.sql", "a.sql:3: no", evidence=Evidence(file="/nowhere/a.sql", line=3), hint="x"
    )
    second = StepFailed("ready api", "api exited", evidence=Evidence(state="exited", log=("why",)))
    first.others = (second,)
    first.add_note("something could not be removed")
    told = failures_of(first, None)
    assert [(one.step, one.message) for one in told] == [
        ("seed a 1 a.sql", "a.sql:3: no"),
        ("ready api", "api exited"),
    ]
    assert [str(spot) for one in told for spot in one.spots] == ["/nowhere/a.sql:3"]
    assert told[0].notes == ("something could not be removed",)
    assert (told[1].log, told[1].notes) == (("why",), ())
    assert told[1].brief == "api exited: why"

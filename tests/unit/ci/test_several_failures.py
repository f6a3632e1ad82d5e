"""Steps that failed at the same time: each is a failure of the record, with a place of its own."""

from __future__ import annotations

from orchestrator.ci.budget import Budgets, blame, over
from orchestrator.ci.failures import failures_of
from orchestrator.errors import Evidence, StepFailed
from orchestrator.lifecycle.evidence import LONGER, OVER


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


def test_the_budget_is_named_in_all_that_was_over_it_and_a_known_cause_stays() -> None:
    words = f"is not ready after 0.3 s, when {OVER}"
    steps = {"slow": LONGER, "slower": LONGER, "astray": "correct its `ports`"}
    first, *others = (
        StepFailed(f"ready {name}", f"{name} {words}", hint=hint) for name, hint in steps.items()
    )
    first.others = (*others, StepFailed("ready dead", "dead exited with code 1", hint="look"))
    blame(first, Budgets({"up": 0.3}), {"up": 0.4, "all": 0.4})
    budget = "is not ready after 0.3 s, when the budget of 0.3 s was over (--budget up)"
    more = over("up", 0.4, 0.3).hint
    assert [(one.message, one.hint) for one in (first, *first.others)] == [
        (f"slow {budget}", more),
        (f"slower {budget}", more),
        (f"astray {budget}", "correct its `ports`"),
        ("dead exited with code 1", "look"),
    ]

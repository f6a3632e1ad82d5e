"""Steps that failed at the same time: each is a failure of the record, with a place of its own."""

from __future__ import annotations

import pytest

from orchestrator.ci.budget import Budgets, blame, over
from orchestrator.ci.failures import failures_of, users_of
from orchestrator.errors import Evidence, PortTaken, StepFailed
from orchestrator.host.manifests import HostFiles
from orchestrator.lifecycle.evidence import LONGER, OVER
from orchestrator.manifest import load
from orchestrator.model.event import RunStarted
from orchestrator.render.failing import as_text
from orchestrator.technologies import BUILT_IN


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


def test_a_port_that_somebody_has_stands_where_it_is_asked_for() -> None:
    manifest = load(
        b"services:\n  api:\n    image: a\n    ports: {http: {port: 80, host: 9000}}\n",
        path="environment.yaml",
        files=HostFiles(),
        environ={},
        technologies=BUILT_IN,
    )
    error = PortTaken("api wants port 9000", port=9000, hint="end it", resource="api")
    (failure,) = failures_of(error, manifest)
    assert (failure.subject, failure.hint) == ("api", "end it")
    assert [str(one) for one in failure.spots] == ["environment.yaml:4:5"]
    shown = as_text(error, places=lambda _: [str(one) for one in failure.spots])
    assert shown.splitlines()[1] == "  at           environment.yaml:4:5"


@pytest.mark.parametrize(
    ("image", "place"),
    [
        pytest.param("postgres:99", "environment.yaml:2:12", id="by its own name"),
        pytest.param("mirror.test/postgres:99", "environment.yaml:2:12", id="by a mirror's"),
        pytest.param("me/api@sha256:12", "environment.yaml:4:9", id="by that of a lock"),
        pytest.param("cache", "environment.yaml:5:11", id="called as its resource is"),
    ],
)
def test_an_image_stands_where_the_first_resource_asks_for_it(image: str, place: str) -> None:
    manifest = load(
        b"databases:\n  ledger: {use: postgres:99}\nservices:\n  api: {image: me/api}\n"
        b"  cache: {image: cache}\n",
        path="environment.yaml",
        files=HostFiles(),
        environ={},
        technologies=BUILT_IN,
    )
    began = RunStarted(
        at=0,
        run="shop-1",
        name="shop",
        engines=("docker",),
        resources=("api", "ledger", "cache"),
        waits=(
            ("api", ("me/api@sha256:12", "ledger", "cache")),
            ("ledger", (image,)),
            ("cache", ("cache",)),
        ),
    )
    failed = StepFailed(f"pull {image}", f"cannot pull {image}")
    (failure,) = failures_of(failed, manifest, users_of([began]))
    assert [str(one) for one in failure.spots] == [place]

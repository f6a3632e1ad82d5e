"""What a plan does not print of what stands: its health in words, its ports, the sums."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.model.facts import Facts
from orchestrator.model.launch import FINGERPRINT, RESOURCE, RUN, Found, State
from orchestrator.model.manifest import Manifest
from orchestrator.model.probe import Exit, Readiness, Tcp
from orchestrator.model.resource import SEEDING, FunctionSeed, Instance, Port, Resource
from orchestrator.model.step import Change, ChangeKind, Keep, Plan, Ready, Start
from orchestrator.plan import plan_up
from orchestrator.plan.fingerprint import fingerprint
from orchestrator.plan.health import ailment

API = Resource(
    "api", "services", image="api:1", ports=(Port(80), Port(90, "admin")), hostname="shop"
)
TASK = Resource("job", "tasks", image="api:1", readiness=Readiness(Exit(3)))


def standing(resource: Resource, **ports: int) -> Found:
    """It, as an engine reports it, on these host ports (`p80=49001`)."""
    labels = {
        RUN: "run-1",
        RESOURCE: resource.name,
        FINGERPRINT: fingerprint(resource, {}, Facts()),
    }
    numbers = {int(name.removeprefix("p")): host for name, host in ports.items()}
    return Found("docker", "container", "1", labels, ports=numbers)


def planned(resource: Resource, found: Found, *, fresh: bool = False) -> Plan:
    """The plan for a manifest of this resource, of which that stands."""
    manifest = Manifest("/x.yaml", "/", "x", resources={resource.name: resource})
    return plan_up(manifest, Facts(standing={resource.instance: found}), fresh=fresh)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("", State("running")),
        ("", State("running", health="healthy")),
        ("", State("running", health="starting", detail="not yet")),
        ("its own health check says unhealthy", State("running", health="unhealthy", detail="no")),
        ("it is paused", State("running", detail="paused")),
        ("it is restarting", State("running", health="healthy", detail="restarting")),
        ("it was created, but never started", State("created")),
        ("it exited with code 0", State("exited", 0)),
        ("it exited with code 1", State("exited", 1)),
        (
            "it exited with code 137, killed because it ran out of memory",
            State("exited", 137, out_of_memory=True),
        ),
        ("it is gone", State("gone")),
    ],
)
def test_health_of_what_has_to_live(words: str, state: State) -> None:
    assert ailment(state, API) == words


def test_health_of_what_may_come_to_its_end() -> None:
    ends = replace(API, may_exit=True)
    assert ailment(State("exited", 0), ends) == ""
    assert ailment(State("exited", 1), ends) == "it exited with code 1"
    assert ailment(State("gone"), ends) == "it is gone"


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("", State("exited", 3)),
        ("it exited with code 0", State("exited", 0)),
        ("it exited", State("exited")),
        ("it has not ended yet", State("running")),
        ("it was created, but never started", State("created")),
        ("it is gone", State("gone")),
    ],
)
def test_health_of_what_has_to_end(words: str, state: State) -> None:
    assert ailment(state, TASK) == words


def test_what_is_made_anew_wants_its_old_ports_back() -> None:
    plan = planned(replace(API, hostname="other"), standing(API, p80=49001, p90=49002))
    start = plan["start api"]
    assert isinstance(start, Start)
    assert start.ports == {80: 49001, 90: 49002}


def test_ports_that_are_fixed_elsewhere_or_are_no_more_are_not_wanted() -> None:
    other = replace(API, ports=(Port(80, host=8080), Port(90, "admin", host=49002), Port(100)))
    start = planned(other, standing(API, p80=49001, p90=49002))["start api"]
    assert isinstance(start, Start)
    assert start.ports == {90: 49002}


def test_what_is_started_for_the_first_time_has_no_old_ports() -> None:
    manifest = Manifest("/x.yaml", "/", "x", resources={"api": API})
    start = plan_up(manifest, Facts())["start api"]
    assert isinstance(start, Start)
    assert start.ports == {}
    assert start.fingerprint == fingerprint(API, {}, Facts())


def test_what_is_kept_has_to_answer_only_once() -> None:
    asked = replace(API, readiness=Readiness(Tcp(), interval=2.0, successes=5))
    found = standing(asked)
    plan = planned(asked, found)
    keep, ready = plan["keep api"], plan["ready api"]
    assert isinstance(keep, Keep)
    assert isinstance(ready, Ready)
    assert keep.found is found
    assert ready.readiness == Readiness(Tcp(), interval=2.0, successes=1)


def test_what_can_be_asked_nothing_is_asked_nothing() -> None:
    silent = replace(API, ports=())
    assert "ready api" not in [step.key for step in planned(silent, standing(silent)).steps]


def test_an_image_whose_health_check_has_just_begun_is_waited_for() -> None:
    silent = replace(API, ports=())
    found = replace(standing(silent), state=State("running", health="starting"))
    assert "ready api" in [step.key for step in planned(silent, found).steps]


def test_changes_say_what_becomes_of_whom_and_why() -> None:
    plan = planned(API, standing(API), fresh=True)
    assert plan.changes == (Change(Instance("api"), ChangeKind.ANEW, "everything is made anew"),)
    assert plan.counts == {ChangeKind.ANEW: 1}


def test_a_first_up_changes_nothing_that_stands() -> None:
    manifest = Manifest("/x.yaml", "/", "x", resources={"api": API})
    plan = plan_up(manifest, Facts())
    assert plan.changes == ()
    assert plan.counts == {}


def test_an_instance_of_a_slice_is_left_alone() -> None:
    found = standing(API)
    follower = replace(API, follows=("ledger",))
    manifest = Manifest("/x.yaml", "/", "x", resources={"api": follower})
    known = Facts(standing={API.instance: found, Instance("api", "w2"): found})
    assert [str(change.instance) for change in plan_up(manifest, known).changes] == ["api"]


def test_an_instance_of_a_slice_goes_when_it_follows_nothing_any_more() -> None:
    found = standing(API)
    manifest = Manifest("/x.yaml", "/", "x", resources={"api": API})
    known = Facts(standing={API.instance: found, Instance("api", "w2"): found})
    changes = {str(one.instance): str(one.kind) for one in plan_up(manifest, known).changes}
    assert changes == {"api": "kept", "api@w2": "removed"}


def test_what_python_seeds_have_started_stays_with_what_they_have_seeded() -> None:
    seeded = replace(API, seeds=(FunctionSeed("/load.py", "fill", "load.py:fill"),))
    left = Found("process", "process", "2", {RUN: "run-1", RESOURCE: str(SEEDING)})
    here = {seeded.instance: standing(seeded), SEEDING: left}

    def changes(resource: Resource) -> list[Change]:
        manifest = Manifest("/x.yaml", "/", "x", resources={"api": resource})
        return list(plan_up(manifest, Facts(standing=here)).changes)

    assert [str(one.instance) for one in changes(seeded)] == ["api"]
    anew = changes(replace(seeded, hostname="other"))
    assert [(str(one.instance), one.kind) for one in anew] == [
        ("api", ChangeKind.ANEW),
        ("greenroom@seed", ChangeKind.REMOVED),
    ]
    assert anew[1].cause == "api is made anew, and its seeds may have started it"

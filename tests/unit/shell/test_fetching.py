"""Pulling: by which policy, how often, and what is said when it fails."""

from __future__ import annotations

import pytest

from orchestrator import Environment
from orchestrator.engines.fake import FakeEngine
from orchestrator.errors import ImageUnavailable, StepFailed, UsageError
from orchestrator.lifecycle import fetching
from orchestrator.manifest.policy import with_policy
from orchestrator.model.event import Event, Noticed

BUSY = ImageUnavailable("cannot pull api:1: busy", hint="later", passing=True)
ABSENT = ImageUnavailable("cannot pull api:1: none", hint="correct it")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "FIRST_PAUSE", 0.0)
    monkeypatch.delenv("GREENROOM_IMAGE_PREFIX", raising=False)


class Pulling(FakeEngine):
    """Fails each pull with the next of these errors, if there is one."""

    def __init__(self, *errors: ImageUnavailable, notices: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.errors, self.notices = list(errors), notices
        self.pulls: list[str] = []

    def pull(self, image, platform, progress, deadline, notice) -> None:  # type: ignore[no-untyped-def, override]
        self.pulls.append(image)
        for each in self.notices:
            notice(each)
        if self.errors:
            raise self.errors.pop(0)
        super().pull(image, platform, progress, deadline)


def up(engine: FakeEngine, **services: dict[str, str]) -> list[str]:
    """Bring services up and down; return what was noticed."""
    events: list[Event] = []
    wanted = services or {"api": {"image": "api:1"}}
    manifest = {"services": {k: v | {"ready": {"exec": "true"}} for k, v in wanted.items()}}
    with Environment.of(manifest, engines={"docker": engine}, listen=events.append):
        pass
    return [event.text for event in events if isinstance(event, Noticed)]


def test_what_may_pass_is_tried_again_and_told() -> None:
    engine = Pulling(BUSY, BUSY)
    assert up(engine) == ["cannot pull api:1: busy; trying again in 0 s"] * 2
    assert len(engine.pulls) == 3


def test_what_does_not_pass_is_told_with_how_often_it_was_tried() -> None:
    engine = Pulling(*[BUSY] * 9)
    with pytest.raises(StepFailed, match="cannot pull api:1: busy, 4 times in a row") as caught:
        up(engine)
    assert caught.value.hint == "later"
    assert len(engine.pulls) == 4


def test_what_cannot_pass_is_tried_once() -> None:
    engine = Pulling(ABSENT)
    with pytest.raises(StepFailed, match=r"cannot pull api:1: none\nnext: correct it$"):
        up(engine)
    assert len(engine.pulls) == 1


def test_who_always_pulls_is_told_that_an_older_image_is_here() -> None:
    engine = Pulling(ABSENT)
    engine.world.images["api:1"] = "older"
    with pytest.raises(StepFailed, match="none") as caught:
        up(engine, api={"image": "api:1", "pull": "always"})
    assert caught.value.hint == "correct it; or take the one that is here: --pull missing"


def test_the_same_is_noticed_once_for_all_images() -> None:
    engine = Pulling(notices=("no helper",))
    assert up(engine, api={"image": "api:1"}, web={"image": "web:1"}) == ["no helper"]
    assert sorted(engine.pulls) == ["api:1", "web:1"]


def test_one_image_is_pulled_once_for_all() -> None:
    engine = Pulling()
    up(engine, api={"image": "x:1"}, web={"image": "x:1", "pull": "always"})
    assert engine.pulls == ["x:1"]


def test_what_is_not_to_be_pulled_and_not_here_is_told_before_anything_is_made() -> None:
    engine = Pulling()
    never = {"image": "api:1", "pull": "never"}
    with pytest.raises(ImageUnavailable) as caught:
        up(engine, api=never, again=never, web={"image": "web:1", "pull": "never"})
    assert caught.value.message == (
        "not here, and not to be pulled (`pull: never`): api:1, for api and again; web:1, for web"
    )
    assert "docker pull api:1; docker pull web:1" in caught.value.hint
    assert engine.pulls == []
    assert not [call for call in engine.calls if call.startswith(("open", "start"))]


def test_what_is_here_need_not_be_pulled() -> None:
    engine = Pulling()
    engine.world.images["api:1"] = "here"
    up(engine, api={"image": "api:1", "pull": "never"})
    assert engine.pulls == []


def test_somebody_else_may_bring_it() -> None:
    engine = Pulling()
    up(engine, api={"image": "api:1", "pull": "never"}, web={"image": "api:1"})
    assert engine.pulls == ["api:1"]


def test_a_policy_for_all_replaces_what_the_entries_say() -> None:
    mapping = {"services": {"api": {"image": "api:1"}, "web": {"image": "w", "pull": "never"}}}
    manifest = Environment.of(mapping, engines={"docker": FakeEngine()}).manifest
    assert {one.pull for one in with_policy(manifest, "always").resources.values()} == {"always"}
    with pytest.raises(UsageError, match='"daily" is no way to pull') as caught:
        Environment(manifest, pull="daily", engines={"docker": FakeEngine()})
    assert caught.value.hint == "it can be missing, always or never"

"""What each technology that can be sliced promises, on a real server: copies of one's own."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from host_servers import ENGINES, forget_servers, need_programs, settings
from slice_cases import SLICED, SliceCase

from orchestrator import Environment
from orchestrator.addressing.resolve import url
from orchestrator.addressing.route import Directory
from orchestrator.copying.copier import Copier
from orchestrator.lifecycle.running import RunningResource
from orchestrator.model.manifest import Manifest
from orchestrator.model.resource import FileSeed
from orchestrator.model.step import ApplySeed
from orchestrator.model.template import Reference
from orchestrator.seeding.seeder import Seeder
from orchestrator.technologies import BUILT_IN
from orchestrator.waiting import Deadline

PREFIX = "localhost/greenroom-test/"

SEEDED = {"seeded"}

URL = Reference("words", "url")


def test_every_technology_with_slices_has_a_case() -> None:
    assert set(SLICED) == {name for name, one in BUILT_IN.items() if one.slicing}


@dataclass
class Sliced:
    """A server with words, shared and in slices."""

    case: SliceCase
    one: RunningResource
    directory: Directory
    copier: Copier

    def another(self) -> Copier:
        """What another process has: a connection of its own, and no memory of anything."""
        one = self.one
        return Copier(one.instance, self.directory, one.engine, one.found)

    def url(self, number: int | None = None) -> str:
        """The address of a slice, or of what is shared."""
        return url(URL, self.one.instance, None, self.seen(number))

    def seen(self, number: int | None) -> Directory:
        """Where everything is as seen from a slice, or from none."""
        resources = dict(self.directory.resources)
        if number is not None:
            resources[self.one.name] = self.copier.sliced(number)
        return dataclasses.replace(self.directory, resources=resources)

    def seed(self, path: Path, number: int) -> None:
        """Put one more seed into a slice."""
        one = self.one
        seed = FileSeed(str(path), path.suffix, path.name)
        Seeder(
            manifest=Manifest("", "", ""),
            directory=self.seen(number),
            instance=one.instance,
            engine=one.engine,
            found=one.found,
            deadline=soon(),
            progress=lambda _text, _done, _total: None,
        ).apply(
            ApplySeed(instance=one.instance, number=1, seed=seed, timeout=60, cause="a test asked")
        )

    def make(self, *numbers: int) -> None:
        """Make slices."""
        self.copier.make(numbers, soon())

    def drop(self, *numbers: int) -> None:
        """Remove slices."""
        self.copier.drop(numbers, soon())

    def words(self, number: int | None = None) -> set[str]:
        """The words of a slice, or of what is shared."""
        return self.case.words(self.url(number))

    def write(self, word: str, number: int | None = None) -> None:
        """Add a word to a slice, or to what is shared."""
        self.case.write(self.url(number), word)


def soon() -> Deadline:
    return Deadline.after(60)


# Whoever runs the tests has all of one technology on an engine, so that its server is started once.
EACH = [
    pytest.param(
        (case, engine.values[0]),
        id=f"{name}-{engine.values[0]}",
        marks=(*engine.marks, pytest.mark.xdist_group(f"slices-of-{name}-{engine.values[0]}")),
    )
    for name, case in SLICED.items()
    for engine in ENGINES
]


@pytest.fixture(scope="module", params=EACH)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sliced]:
    """One server for all tests of a technology; each uses numbers of its own."""
    case: SliceCase
    case, engine = request.param
    need_programs(engine, case.use)
    folder, state = tmp_path_factory.mktemp("slices"), tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(state))
        patch.setenv("GREENROOM_IMAGE_PREFIX", os.environ.get("GREENROOM_IMAGE_PREFIX", PREFIX))
        patch.setenv("GREENROOM_SNAPSHOTS", "off")
        patch.delenv("GREENROOM_RUN", raising=False)
        with environment(case, engine, folder) as up:
            one = up["words"]
            directory = up.view.directory
            copier = Copier(one.instance, directory, one.engine, one.found)
            yield Sliced(case, one, directory, copier)
            copier.close()
    forget_servers(state)


def environment(case: SliceCase, engine: str, folder: Path) -> Environment:
    for name, content in case.seeds.items():
        (folder / name.partition(":")[0]).write_text(content)
    entry = {"use": case.use, "isolation": "test", "seed": list(case.seeds)}
    manifest = {"name": "slices", **settings(engine), case.section: {"words": entry}}
    return Environment.of(manifest, folder=folder)


@pytest.fixture
def sliced(server: Sliced) -> Iterator[Sliced]:
    """The server, with nothing but what was seeded in its shared part."""
    yield server
    server.copier.reset(soon())


def test_what_was_seeded_is_in_a_slice(sliced: Sliced) -> None:
    sliced.make(1)
    assert sliced.words(1) == SEEDED


def test_what_is_written_is_seen_nowhere_else(sliced: Sliced) -> None:
    sliced.make(11, 12)
    sliced.write("one", 11)
    sliced.write("two", 12)
    sliced.write("shared")
    sliced.make(13)
    assert sliced.words(11) == {"seeded", "one"}
    assert sliced.words(12) == {"seeded", "two"}
    assert sliced.words() == {"seeded", "shared"}
    assert sliced.words(13) == SEEDED


def test_many_are_made_and_dropped_in_one_call(sliced: Sliced) -> None:
    numbers = range(21, 29)
    sliced.make(*numbers)
    assert [sliced.words(number) for number in numbers] == [SEEDED] * 8
    sliced.drop(*numbers)


def test_a_number_can_be_used_again_and_is_clean(sliced: Sliced) -> None:
    sliced.make(31)
    sliced.write("one", 31)
    sliced.drop(31)
    sliced.make(31)
    assert sliced.words(31) == SEEDED


def test_what_a_dead_owner_has_left_of_a_slice_is_replaced(sliced: Sliced) -> None:
    sliced.make(32)
    sliced.write("one", 32)
    sliced.make(32)
    assert sliced.words(32) == SEEDED


def test_one_that_is_gone_may_be_dropped(sliced: Sliced) -> None:
    sliced.drop(41)
    sliced.make(42)
    sliced.drop(41, 42)
    sliced.drop(42)


def test_one_in_use_may_be_dropped(sliced: Sliced) -> None:
    sliced.make(51)
    with sliced.case.connected(sliced.url(51)):
        sliced.drop(51)
    sliced.make(51)
    assert sliced.words(51) == SEEDED


def test_a_reset_brings_back_what_was_seeded_while_others_are_connected(sliced: Sliced) -> None:
    for word in ("one", "late"):
        sliced.write(word)
        with sliced.case.connected(sliced.url()):
            sliced.copier.reset(soon())
            assert sliced.words() == SEEDED
    assert sliced.words() == SEEDED


def test_a_reset_leaves_slices_alone(sliced: Sliced) -> None:
    sliced.make(61)
    sliced.write("one", 61)
    sliced.copier.reset(soon())
    assert sliced.words(61) == {"seeded", "one"}


def test_a_seed_of_a_slice_is_seen_nowhere_else(sliced: Sliced, tmp_path: Path) -> None:
    if sliced.case.late is None:
        pytest.skip("its seeds name the place themselves")
    name, text = sliced.case.late
    (tmp_path / name).write_text(text)
    sliced.make(65)
    sliced.seed(tmp_path / name, 65)
    assert sliced.words(65) == {"seeded", "late"}
    assert sliced.words() == SEEDED


def test_another_process_makes_slices_of_the_same_and_drops_these(sliced: Sliced) -> None:
    sliced.write("shared")
    sliced.make(71)
    other = sliced.another()
    try:
        other.make([72], soon())
        sliced.make(73)
        other.drop([71], soon())
    finally:
        other.close()
    assert sliced.words(72) == sliced.words(73) == SEEDED


def test_the_first_and_the_last_number_can_be_used(sliced: Sliced) -> None:
    last = sliced.copier.slicing.most
    sliced.make(1, last)
    sliced.write("one", last)
    assert (sliced.words(1), sliced.words(last)) == (SEEDED, {"seeded", "one"})
    sliced.drop(1, last)
    assert sliced.words() == SEEDED


def test_no_slice_is_got_into_with_another_password(sliced: Sliced) -> None:
    sliced.make(91)
    wrong = sliced.url(91).replace(sliced.one.password, "wrong")
    with pytest.raises(Exception, match=r"(?i)auth|password|access|denied|refused"):
        sliced.case.words(wrong)


def test_a_template_can_be_made_again(sliced: Sliced) -> None:
    sliced.make(81)
    sliced.copier.template(soon())
    sliced.make(82)
    assert sliced.words(81) == sliced.words(82) == SEEDED

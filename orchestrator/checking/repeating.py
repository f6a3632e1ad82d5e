"""Every seed in two environments that know nothing of each other, and once more in the second."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.checking.findings import Finding, Kind
from orchestrator.checking.holdings import Holdings, difference, held, named
from orchestrator.checking.narrowing import Seeds, written
from orchestrator.checking.throw_away import ThrowAway, reason
from orchestrator.errors import StepFailed
from orchestrator.lifecycle.view import View
from orchestrator.model.resource import Seed, TaskSeed
from orchestrator.model.step import ApplySeed
from orchestrator.seeding.seeder import Seeder
from orchestrator.waiting import Deadline

SEED_SECONDS = 600.0

Looks = dict[str, Holdings | None]


def twice(away: ThrowAway, seeds: Seeds) -> tuple[Looks, Looks, list[Finding]]:
    """Seed two environments alike, the second one once more; return what they held before that."""
    found: list[Finding] = []

    def again(view: View) -> None:
        away.tell("putting every seed in once more")
        found.extend(put_in_again(view, seeds))

    away.tell(f"seeding {', '.join(seeds)}")
    one = away.look(seeds)
    away.tell("seeding a second environment alike")
    other = away.look(seeds, again)
    return one, other, [*not_compared(one), *found]


def not_compared(looks: Looks) -> Iterator[Finding]:
    """Yield whose data nobody looks at."""
    for name, holdings in looks.items():
        if holdings is None:
            words = "what it holds cannot be read; only seeds that fail are noticed"
            yield Finding(Kind.NOT_COMPARED, name, "", words)


def put_in_again(view: View, seeds: Seeds) -> Iterator[Finding]:
    """Yield the seeds that cannot be put into the same database twice; tasks are not tried."""
    for name, all_of_it in seeds.items():
        before = held(view, name)
        for number, seed in enumerate(written(all_of_it), 1):
            if isinstance(seed, TaskSeed):
                continue
            words = refused(view, name, number, seed)
            after = held(view, name)
            if words:
                yield Finding(Kind.ONCE, name, str(seed), f"{seed} fails a second time: {words}")
            elif things := difference(before, after):
                message = f"{seed} changes data a second time, in {named(things)}"
                yield Finding(Kind.ONCE, name, str(seed), message)
            before = after


def refused(view: View, name: str, number: int, seed: Seed) -> str:
    """Put a seed in, and return in words why it was refused, empty when it was not."""
    instance = view.directory.instance(name)
    step = ApplySeed(
        instance=instance, number=number, seed=seed, timeout=SEED_SECONDS, cause="once more"
    )
    seeder = Seeder(
        manifest=view.manifest,
        directory=view.directory,
        instance=instance,
        engine=view.engines[view.instances[instance].engine],
        found=view.instances[instance],
        deadline=Deadline.after(SEED_SECONDS),
        progress=lambda _text, _done, _total: None,
    )
    try:
        seeder.apply(step)
    except StepFailed as failure:
        return reason(failure)
    return ""

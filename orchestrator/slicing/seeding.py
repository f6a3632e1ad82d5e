"""Seeds for one slice only: what a single test needs besides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from orchestrator.errors import UsageError
from orchestrator.lifecycle.view import View
from orchestrator.model.resource import FileSeed, FunctionSeed, Resource, ScriptSeed, Seed
from orchestrator.model.step import ApplySeed
from orchestrator.seeding.seeder import Seeder
from orchestrator.waiting import Deadline

SECONDS = 600.0


def seed(view: View, text: str, name: str | None, folder: str | None) -> None:
    """Put a seed into a sliced resource. Raises UsageError when it cannot be, StepFailed."""
    place = Path(folder or view.manifest.folder)
    resource = chosen(view, text, name)
    made = understood(resource, text, place)
    instance = view.directory.instance(resource.name)
    step = ApplySeed(
        instance=instance, number=1, seed=made, timeout=SECONDS, cause="a test asked for it"
    )
    found = view.instances[instance]
    Seeder(
        manifest=view.manifest,
        directory=view.directory,
        instance=instance,
        engine=view.engines[found.engine],
        found=found,
        deadline=Deadline.after(SECONDS),
        progress=lambda _text, _done, _total: None,
    ).apply(step)


def chosen(view: View, text: str, name: str | None) -> Resource:
    """Return the resource that is meant: the one that is named, or the only one that can be."""
    sliced = {one: view.manifest.resources[one] for one in view if is_sliced(view, one)}
    if name is not None:
        if name not in sliced:
            raise UsageError(
                f"cannot seed {name} with {text} for one test: it is not sliced, and all would see",
                hint=f'give it "isolation: test"; sliced are: {", ".join(sliced) or "none"}',
            )
        return sliced[name]
    able = [one for one in sliced.values() if suffix_of(one, text)]
    if len(able) != 1:
        names = ", ".join(one.name for one in able) or "none"
        raise UsageError(
            f"it is not clear which resource {text} is for; able to take it: {names}",
            hint=f'name it: seed("{text}", resource="...")',
        )
    return able[0]


def is_sliced(view: View, name: str) -> bool:
    """Whether a resource is one of which this view has a slice."""
    return view.manifest.resources[name].sliced


def suffix_of(resource: Resource, text: str) -> str:
    """Return the kind of file that a resource takes this one for, empty when it cannot."""
    kinds = sorted(resource.technology.seeds if resource.technology else (), key=len, reverse=True)
    return next((kind for kind in (*kinds, *scripts(text)) if text.endswith(kind)), "")


def scripts(text: str) -> Iterator[str]:
    """Yield the endings of what every resource takes."""
    yield ".sh"
    path, _, function = text.rpartition(":")
    if path.endswith(".py") and function.isidentifier():
        yield f".py:{function}"


def understood(resource: Resource, text: str, place: Path) -> Seed:
    """Return what a seed's text means. Raises UsageError when it means nothing, or is not there."""
    suffix = suffix_of(resource, text)
    function = text.rpartition(":")[2] if suffix.startswith(".py:") else ""
    path = place / (text.removesuffix(f":{function}") if function else text)
    if not suffix:
        raise UsageError(
            f"cannot seed {resource.name} with {text}",
            hint=f"it takes {', '.join(technology_kinds(resource))}, .sh and file.py:function",
        )
    if not path.is_file():
        raise UsageError(f"there is no seed {path}", hint="its path starts at the test's folder")
    if function:
        return FunctionSeed(str(path), function, text)
    return ScriptSeed(str(path), text) if suffix == ".sh" else FileSeed(str(path), suffix, text)


def technology_kinds(resource: Resource) -> list[str]:
    """Return the endings of the files that its technology takes."""
    return sorted(resource.technology.seeds) if resource.technology else []

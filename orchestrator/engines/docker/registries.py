"""What engines do with registries besides pulling: ask what a name means there, and push."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

from orchestrator.engines.docker import pulling
from orchestrator.engines.docker.answers import Item, item, number, part, text, texts
from orchestrator.engines.docker.asking import asking, failure
from orchestrator.engines.docker.client import Api, Client
from orchestrator.engines.docker.credentials import header
from orchestrator.engines.docker.exchange import NOT_FOUND, Refusal
from orchestrator.engines.docker.pulling import Layers
from orchestrator.engines.docker.push_words import push_meaning
from orchestrator.engines.docker.registry_words import meaning_of
from orchestrator.engines.docker.reports import reports
from orchestrator.engines.engine import Notice, Progress
from orchestrator.errors import EngineError, EngineUnavailable, ImageUnavailable
from orchestrator.model.image import LATEST, ImageName, PresentImage
from orchestrator.waiting import Deadline, TimedOut

UNTAG_SECONDS = 15.0


PLATFORM = ("Os", "Architecture", "Variant")

_DIGEST = re.compile(r"\bdigest: (sha256:[0-9a-f]{64})")
"""What Docker and Podman report at a push's end."""


def present(api: Api, image: str, deadline: Deadline) -> PresentImage | None:
    """Return what is known of an image, None where it is not present."""
    with api.calls(deadline, f"look for {image}") as client:
        try:
            found = item(client.get(f"/images/{image}/json"))
        except Refusal as error:
            if error.status == NOT_FOUND:
                return None
            raise
        known = PresentImage(
            id=text(found, "Id"),
            digests=_known(found, "RepoDigests"),
            size=number(found, "Size") or 0,
            platform="/".join(filter(None, (_word(found, key) for key in PLATFORM))),
        )
        if len(known.digests_in(image)) > 1:
            return replace(known, digests=_of_indexes(client, known))
        return known


def _of_indexes(client: Client, image: PresentImage) -> tuple[str, ...]:
    """Return an image's digests without those of its own platform alone.

    Podman lists both. Which one is which only its own API tells (ImageInspectLibpod).
    """
    try:
        found = item(client.get(f"/v4.0.0/libpod/images/{image.id}/json"))
    except Refusal:
        return image.digests
    index = _word(found, "Digest")
    return tuple(one for one in image.digests if one.endswith(f"@{index}")) or image.digests


def digest(api: Api, image: str, deadline: Deadline, notice: Notice) -> str:
    """Return the digest of what a registry has under this name (DistributionInspect of the API).

    Podman has no such call, and pulls. Raises ImageUnavailable with the registry's words.
    """
    doing = f"ask for {image}"
    asked = asking(api, image, deadline, notice)
    if asked.podman:
        pulling.pull(api, image, None, lambda *_: None, deadline, notice)
        known = present(api, image, deadline)
        found = next(iter(known.digests_in(image) if known else ()), "")
    else:
        try:
            found = _asked(api, image, doing, asked.headers, deadline)
        except EngineUnavailable:
            raise
        except EngineError as error:
            raise failure(doing, image, error, asked, meaning_of) from error
    if not found:
        raise ImageUnavailable(f"cannot {doing}: the engine does not say its digest")
    return found


def _asked(api: Api, image: str, doing: str, headers: dict[str, str], deadline: Deadline) -> str:
    # A registry may be slow, and is not given less time for this than for a pull.
    path = f"/distribution/{image}/json"
    with api.stream(deadline, doing, "GET", path, headers=headers) as stream:
        for found in reports(stream, doing):
            return _word(part(found, "Descriptor"), "digest")
    return ""


def push(
    api: Api, image: str, name: str, progress: Progress, deadline: Deadline, notice: Notice
) -> str:
    """Push an image under another name, which goes afterwards, and return its digest there."""
    doing = f"push {name}"
    asked = asking(api, name, deadline, notice)
    had_it = present(api, name, deadline) is not None
    target = ImageName.of(name)
    place = {"repo": target.name, "tag": target.tag or LATEST}
    with api.calls(deadline, doing) as client:
        client.change("POST", f"/images/{image}/tag", place)
    try:
        return _pushed(
            api, name, asked.headers or {"X-Registry-Auth": header({})}, progress, deadline
        )
    except EngineUnavailable:
        raise
    except EngineError as error:
        raise failure(doing, name, error, asked, push_meaning) from error
    finally:
        if not had_it:
            _untag(api, name)


def _pushed(
    api: Api, name: str, headers: dict[str, str], progress: Progress, deadline: Deadline
) -> str:
    target, found = ImageName.of(name), ""
    path, query = f"/images/{target.name}/push", {"tag": target.tag or LATEST}
    layers = Layers("Pushing", "Pushed")
    stream = api.stream(deadline, f"push {name}", "POST", path, query=query, headers=headers)
    with stream:
        for report in reports(stream, f"push {name}"):
            if layers.note(report):
                progress(f"pushing {name}", layers.done, layers.total)
            if said := _DIGEST.search(_word(report, "status")):
                found = said[1]
    return found


def _untag(api: Api, name: str) -> None:
    """Take a name away, unless the image would go with its last one."""
    deadline = Deadline.after(UNTAG_SECONDS)
    # Whatever goes wrong here, the image is in the registry, or the failure is told.
    with (
        suppress(EngineError, TimedOut),
        api.calls(deadline, f"forget the name {name}") as client,
    ):
        found = item(client.get(f"/images/{name}/json"))
        own = ImageName.of(name)
        names = (*_known(found, "RepoTags"), *_known(found, "RepoDigests"))
        if any(not ImageName.of(each).same_place(own) for each in names):
            client.change("DELETE", f"/images/{name}", {"noprune": 1})


def _known(found: Item, key: str) -> tuple[str, ...]:
    """Return names of an image; one without any has a `<none>` instead."""
    return tuple(name for name in texts(found, key) if "<none>" not in name)


def _word(found: Item, key: str) -> str:
    return str(found.get(key) or "")

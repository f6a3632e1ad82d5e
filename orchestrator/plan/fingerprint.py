"""What an instance is made of, as a short text that stays with it.

    form=1 image=3f2a9c1b60d4 settings=8a01ff6c2e75 files=… seeds=…

An engine keeps it as a label, and a later `up` compares: each part has a name, so that the cause
can say what has changed. Secrets are in it only through a digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from orchestrator.model.facts import Facts
from orchestrator.model.launch import FINGERPRINT, Found
from orchestrator.model.module import Module
from orchestrator.model.resource import (
    DatabaseSeed,
    File,
    FileSeed,
    FunctionSeed,
    Port,
    Resource,
    ScriptSeed,
    Seed,
    SetupSeed,
    TaskSeed,
)
from orchestrator.model.technology import Technology
from orchestrator.model.template import SELF, Reference, Template
from orchestrator.plan.images import image_name
from orchestrator.plan.selection import tenants

FORM = "1"
"""Changes with the way in which the parts are computed, so that no other cause is named for it."""

WORDS = {
    "image": "its image",
    "program": "its program",
    "settings": "its settings",
    "addresses": "the addresses that it refers to",
    "files": "its files",
    "seeds": "its seeds",
    "targets": "what it leads to",
}
"""The parts, as a cause names them."""

OTHER_VERSION = "it was made by another version of Greenroom"

Resources = Mapping[str, Resource]


def fingerprint(resource: Resource, resources: Resources, facts: Facts) -> str:
    """Return the fingerprint of a resource; `resources` are all that it may refer to."""
    image = image_name(resource, facts)
    id_ = image and not resource.build and facts.images.get(image)
    found = parts(resource, resources, facts)
    return text({**found, "image": digest(id_)} if id_ else found)


def with_image(fingerprint: str, image_id: str) -> str:
    """Return the fingerprint with the id of the image: one that has just been fetched has none."""
    return text({**read(fingerprint), "image": digest(image_id)})


def relay_fingerprint(targets: list[str], resources: Resources) -> str:
    """Return the fingerprint of the relay: which ports of which processes it leads to."""
    ports = {name: [port.number for port in resources[name].ports] for name in targets}
    return text({"targets": digest(ports)})


def difference(found: Found, wanted: str, image: str | None = None) -> str:
    """Return in words what is not as it is wanted to be, empty when all is the same.

    An image may stand there under its name (`image`), if its id was not known when it was started.
    """
    was, now = read(found.labels.get(FINGERPRINT, "")), read(wanted)
    if was.pop("form", "") != now.pop("form"):
        return OTHER_VERSION
    if image and was.get("image") == digest(image):
        was["image"] = now["image"]
    return in_words([name for name in WORDS if was.get(name) != now.get(name)])


def in_words(changed: list[str]) -> str:
    """Return as a sentence that these parts have changed, empty for none."""
    if not changed:
        return ""
    *others, last = (WORDS[name] for name in changed)
    verb = "has" if changed in (["image"], ["program"], ["targets"]) else "have"
    return f"{', '.join(others)} and {last} {verb} changed" if others else f"{last} {verb} changed"


def text(parts: Mapping[str, str]) -> str:
    """Return the parts as one text, the form first."""
    return " ".join(f"{name}={value}" for name, value in {"form": FORM, **parts}.items())


def read(fingerprint: str) -> dict[str, str]:
    """Return the parts of a text; whatever is none is left out."""
    pairs = (word.partition("=") for word in fingerprint.split())
    return {name: value for name, equals, value in pairs if equals}


def parts(resource: Resource, resources: Resources, facts: Facts) -> dict[str, str]:
    """Return the digest of each part that a resource has; the image goes by its name."""
    found: dict[str, Any] = {
        "image": image_name(resource, facts),
        "program": program(resource, facts) if resource.native else None,
        "settings": settings(resource),
        "addresses": [address(one, resources[one.resource]) for one in lazy(resource)],
        "files": [file(each, facts) for each in resource.files],
        "seeds": [seed(each, resources, facts) for each in resource.seeds]
        + [
            [one.name, one.databases, [seed(each, resources, facts) for each in one.seeds]]
            for one in tenants(resource.name, resources)
        ],
    }
    return {name: digest(value) for name, value in found.items() if value}


def digest(value: Any) -> str:
    """Return a short digest of anything that JSON can say, whatever the order of its keys."""
    written = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:12]


def settings(resource: Resource) -> dict[str, Any]:
    """Return all that decides how it is started, but for its image, its files and its seeds.

    Further databases are seeds. What only decides how it is waited for is not in it.
    """
    return {
        "engine": resource.engine,
        "technology": technology(resource.technology),
        "command": resource.command and [template(word) for word in resource.command],
        "entrypoint": resource.entrypoint and [template(word) for word in resource.entrypoint],
        "env": {name: template(value) for name, value in resource.env.items()},
        "ports": [port(each) for each in resource.ports],
        "access": [resource.user, resource.password, resource.databases[:1]],
        "limits": [resource.limits.memory, resource.limits.cpus],
        "workdir": resource.workdir,
        "run_as": resource.run_as,
        "hostname": resource.hostname,
        "tmpfs": resource.tmpfs,
        "platform": resource.platform,
        "options": resource.options,
        **({"aliases": resource.aliases} if resource.aliases else {}),
        **({"module": module(resource.module)} if resource.module else {}),
        **({"sliced": True} if resource.sliced else {}),
        **({"at": str(resource.adopted), **vars(resource.adopted)} if resource.adopted else {}),
    }


def module(each: Module) -> list[Any]:
    """Return what decides what a module of testcontainers makes: its version counts too."""
    return [each.use, dict(each.arguments), each.package]


def technology(found: Technology | None) -> str | None:
    """Return what a technology is called, with the digest of its file if it is of one's own."""
    return f"{found.name} {found.digest}".rstrip() if found else None


def program(resource: Resource, facts: Facts) -> list[str] | None:
    """Return what decides what a server of this host runs, None when nobody has looked."""
    found = facts.programs.get(resource.name)
    return [found.path, found.version, found.digest] if found else None


def template(value: Template) -> list[Any]:
    """Return a text with its references apart, which are no text that only looks like them."""
    return [part if isinstance(part, str) else {"reference": str(part)} for part in value.parts]


def port(each: Port) -> list[Any]:
    """Return what makes a port."""
    return [each.number, each.name, each.host, *([each.inside] if each.inside else [])]


def lazy(resource: Resource) -> list[Reference]:
    """Return the references to others that nothing is waited for by.

    Whatever is waited for is made anew before its user is; of these only the address counts.
    """
    texts = (template for _, template in resource.templates())
    references = (reference for template in texts for reference in template.references)
    return [one for one in references if one.lazy and one.resource not in (SELF, resource.name)]


def address(reference: Reference, target: Resource) -> list[Any]:
    """Return what decides how a reference is answered."""
    access = [target.user, target.password, target.databases[:1]]
    return [str(reference), target.engine, [port(each) for each in target.ports], access]


def file(each: File, facts: Facts) -> dict[str, Any]:
    """Return what makes a file that is put in: what is in it, and how it is put where."""
    data = template(each.content) if each.content else known(each.source or "", facts)
    how = {one.name: getattr(each, one.name) for one in fields(each)}
    return {**how, "source": None, "content": data}


def seed(each: Seed, resources: Resources, facts: Facts) -> list[Any]:
    """Return what makes a seed: its name, and what is in it."""
    match each:
        case FileSeed(path=path) | ScriptSeed(path=path) | FunctionSeed(path=path):
            return [str(each), known(path, facts)]
        case TaskSeed(task=task):
            return [str(each), parts(resources[task], resources, facts)]
        case SetupSeed() | DatabaseSeed():
            return [str(each)]


def known(path: str, facts: Facts) -> str:
    """Return the digest of a file, or, when nobody has read it, where it is."""
    return facts.digests.get(path, path)

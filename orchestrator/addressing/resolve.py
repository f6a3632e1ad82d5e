"""Answers references: what `${ledger.url}` says to this asker."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from urllib.parse import quote

from orchestrator.addressing.route import Address, Directory, route
from orchestrator.manifest.reading.templates import parse
from orchestrator.model.adopted import Adopted, bracketed
from orchestrator.model.resource import Instance, Resource
from orchestrator.model.technology import Technology
from orchestrator.model.template import SELF, Reference, Template, View

HTTP = "http://${self.host}:${self.port}"
"""The address of a service: what it speaks nobody said, and most speak HTTP."""

FOLDER = "folder"
"""A server's own folder on this host: a field that only technologies refer to."""

CREDENTIALS = ("user", "password", "database")

Escape = Callable[[str], str]


def as_text(value: str) -> str:
    """Escape nothing."""
    return value


def in_url(value: str) -> str:
    """Percent-encode what stands in a URL, slashes too (RFC 3986, section 2.1)."""
    return quote(value, safe="")


def between_quotes(value: str) -> str:
    """Escape what stands between the quotation marks of a JSON string (RFC 8259, section 7)."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def in_json(value: str) -> str:
    """Escape the same for a probe, in whose texts each character stands for one byte."""
    return between_quotes(value).encode().decode("latin-1")


@cache
def taken_apart(text: str) -> Template:
    """Return a technology's text as a template; it is taken apart only once."""
    return parse(text).template


def resolve(
    template: Template,
    asker: Instance | None,
    directory: Directory,
    *,
    of: Instance | None = None,
    escape: Escape = as_text,
) -> str:
    """Return the text with every reference answered as `asker` (None: the tests) sees it.

    `of` is what `self` means; usually the asker.
    """
    subject = of or asker

    def text(part: str | Reference) -> str:
        if isinstance(part, str):
            return part
        return escape(answer(part, asker, directory, of=subject))

    return "".join(text(part) for part in template.parts)


def answer(
    reference: Reference, asker: Instance | None, directory: Directory, *, of: Instance | None
) -> str:
    """Return what one reference stands for; the manifest's checks have found it answerable."""
    target = of if reference.resource == SELF else directory.instance(reference.resource)
    assert target is not None, f"{reference} has nothing to refer to"
    resource = directory.of(target)
    if reference.field == FOLDER:
        return directory.folder(target)
    if reference.field in CREDENTIALS:
        return credential(resource, reference.field)
    if reference.field in ("host", "port"):
        address = address_of(target, asker, directory, reference.port, reference.view)
        return address.host if reference.field == "host" else str(address.port)
    return url(reference, target, asker, directory)


def credential(resource: Resource, field: str) -> str:
    """Return the user, the password or the first database of a resource."""
    if field == "database":
        return resource.databases[0] if resource.databases else ""
    return (resource.user if field == "user" else resource.password) or ""


def address_of(
    target: Instance,
    asker: Instance | None,
    directory: Directory,
    port: str | None = None,
    view: View | None = None,
) -> Address:
    """Return the address of a named port (None: the first); one without ports has only a name."""
    found = directory.of(target).port(port)
    return route(asker, target, found.number if found else 0, directory, view)


def url(
    reference: Reference, target: Instance, asker: Instance | None, directory: Directory
) -> str:
    """Return the address in its technology's form, or the technology's field of this name.

    That of what runs already has the form in which it was given.
    """
    resource = directory.of(target)
    technology = resource.technology
    if resource.adopted and reference.field == "url":
        place = address_of(target, asker, directory, reference.port, reference.view)
        return given_url(resource, resource.adopted, place)
    form = form_of(technology, reference) if technology else HTTP
    parts = (
        part
        if isinstance(part, str)
        else Reference(SELF, part.field, port=part.port or reference.port, view=reference.view)
        for part in taken_apart(form).parts
    )

    def piece(part: str | Reference) -> str:
        if isinstance(part, str):
            return part
        found = answer(part, asker, directory, of=target)
        return in_url(found) if part.field in CREDENTIALS else found

    return "".join(piece(part) for part in parts)


def form_of(technology: Technology, reference: Reference) -> str:
    """Return what the address, or another field, of this technology looks like."""
    if reference.field != "url":
        return technology.fields[reference.field]
    more = technology.more_ports.get(reference.port or "")
    return more.url if more else technology.url


def given_url(resource: Resource, given: Adopted, place: Address) -> str:
    """Return the address of what runs already, with the database that is used there."""
    user, password = in_url(resource.user or ""), in_url(resource.password or "")
    access = f"{user}:{password}@" if password else f"{user}@" if user else ""
    path = given.path or "".join(f"/{in_url(name)}" for name in resource.databases[:1])
    query = f"?{given.query}" if given.query else ""
    return f"{given.scheme}://{access}{bracketed(place.host)}:{place.port}{path}{query}"


def fields(resource: Resource) -> tuple[str, ...]:
    """Return the names of everything that can be asked of a resource, the address first."""
    technology = resource.technology
    address = ("url", "host", "port") if resource.ports else ()
    return (*address, *(technology.field_names if technology else ()))


def variables(asker: Instance | None, directory: Directory) -> dict[str, str]:
    """Return what tells `asker` every address: `LEDGER_URL`, `LEDGER_HOST` and so on.

    Ports with a name add theirs: `API_ADMIN_URL`.
    """
    found: dict[str, str] = {}
    for name, resource in directory.resources.items():
        prefix = name.upper().replace("-", "_")
        for field in fields(resource):
            reference = Reference(name, field)
            found[f"{prefix}_{field.upper()}"] = answer(reference, asker, directory, of=None)
        for port in resource.ports:
            if port.name and not port.inner:
                infix = port.name.upper().replace("-", "_")
                for field in ("url", "host", "port"):
                    reference = Reference(name, field, port=port.name)
                    key = f"{prefix}_{infix}_{field.upper()}"
                    found[key] = answer(reference, asker, directory, of=None)
    return found


def client(instance: Instance, directory: Directory) -> list[str]:
    """Return its technology's interactive client, as beside the server; a shell where none is."""
    resource = directory.of(instance)
    words = resource.technology.client if resource.technology else ("sh",)
    if how := resource.native or resource.adoption:
        words = how.client or words
    return [resolve(taken_apart(word), instance, directory) for word in words]


def client_env(instance: Instance, directory: Directory) -> dict[str, str]:
    """Return the environment in which a technology's own clients, beside the server, get in."""
    resource = directory.of(instance)
    pairs = dict(resource.technology.client_env) if resource.technology else {}
    if how := resource.native or resource.adoption:
        pairs |= how.client_env
    told = {name: resolve(taken_apart(text), instance, directory) for name, text in pairs.items()}
    return {name: text for name, text in told.items() if text} | query_env(resource)


def query_env(resource: Resource) -> dict[str, str]:
    """Return what tells clients that which an address says behind its question mark."""
    if not resource.adopted or not resource.adoption:
        return {}
    said = resource.adopted.settings
    return {name: said[key] for key, name in resource.adoption.query_env.items() if key in said}

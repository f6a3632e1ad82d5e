"""What the databases of an entry are called."""

from __future__ import annotations

import re

from orchestrator.manifest.building.site import Site
from orchestrator.manifest.model.server import Server
from orchestrator.manifest.model.texts import UNSPEAKABLE, unspeakable
from orchestrator.manifest.words import quoted
from orchestrator.model.resource import SHARED
from orchestrator.model.technology import Technology


def databases_of(
    entry: Server, technology: Technology, site: Site, *, tenant: bool = False
) -> tuple[str, ...]:
    """The names of its databases; its address shows the first.

    A `tenant` on another's server cannot have the database that such servers have anyway.
    """
    words = entry.database or []
    names: list[str] = []
    if not technology.has_databases:
        if words:
            site.wrong(f"{technology.name} has no databases; leave this out", "database")
        return ()
    for word in words:
        if word.text in names:
            site.wrong(f"the database {quoted(word.text)} is named twice", *word.path[2:])
        if unspeakable(word.text):
            site.wrong(UNSPEAKABLE, *word.path[2:])
        if technology.database_form and not re.fullmatch(technology.database_form[0], word.text):
            site.wrong(f"must be {technology.database_form[1]}", *word.path[2:])
        names.append(word.text)
    if len(names) > 1 and technology.create_database is None:
        site.wrong(f"{technology.name} cannot have more than one database", "database")
    default = None if tenant else technology.database
    if tenant and not words and not any(_fits(one, technology) for one in _own(site.name)):
        assert technology.database_form, "any name fits where there is none"
        site.lacks(f'needs a "database" that is {technology.database_form[1]}')
    return tuple(names) or (default or _named_after(site.name, technology, entry),)


def _own(name: str) -> tuple[str, str]:
    """What an entry's database may be called: hyphens are for servers without underscores."""
    return name.replace("-", "_"), name


def _fits(name: str, technology: Technology) -> bool:
    form = technology.database_form
    return form is None or re.fullmatch(form[0], name) is not None


def _named_after(name: str, technology: Technology, entry: Server) -> str:
    """The entry's name as a database's; `greenroom` where the server keeps such a name to itself.

    Many will write `mysql: {use: mysql}`, and `mysql` is where that server has its users; in the
    `postgres` of a Postgres that is sliced, slices are made.
    """
    slicing = technology.slicing
    sliced = entry.isolation not in (None, SHARED)
    taken = slicing.taken if slicing and sliced else ()
    fitting = (one for one in _own(name) if one not in taken and _fits(one, technology))
    return next(fitting, "greenroom")

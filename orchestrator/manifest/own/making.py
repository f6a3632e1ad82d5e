"""A file's form becomes a technology."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from orchestrator.manifest.building.probes import readiness
from orchestrator.manifest.building.site import Site
from orchestrator.manifest.own.form import Form, PortForm, SeedForm
from orchestrator.model.loader import ExecLoader, Loader, SeedHead
from orchestrator.model.probe import Automatic, Readiness
from orchestrator.model.resource import Port
from orchestrator.model.technology import MorePort, Setup, Technology
from orchestrator.model.template import Template

URL = "http://${self.host}:${self.port}"
USERS = ("user", "password")
DATABASE = "{database}"
STEM = "{stem}"


def made(name: str, form: Form, source: bytes, site: Site) -> Technology:
    """Return the technology of this name.

    It has users when it says a user or a password to somebody, and databases when it says one.
    """
    more = {port: MorePort(one.port, written(one.url, URL)) for port, one in ports_of(form).items()}
    asked = {reference.field for text in texts(form) for reference in text.references}
    ports = (Port(form.port), *(Port(one.number, key) for key, one in more.items()))
    ready = readiness(form.ready, ports, Readiness(Automatic()), site)
    return Technology(
        name=name,
        about=form.about or "",
        section="databases",
        image=form.image,
        version=form.version,
        port=form.port,
        inside=form.inside,
        more_ports=more,
        url=written(form.url, URL),
        fields=all_written(form.fields),
        readiness=lambda _user, _database: ready,
        program="",
        command=argv(form.command) if form.command else None,
        env=all_written(form.env),
        files=all_written(form.files),
        user=form.user or "greenroom",
        has_users=form.user is not None or not asked.isdisjoint(USERS),
        database=form.database,
        has_databases=bool(form.database or form.create_database or "database" in asked),
        client=argv(form.client or ()) or ("sh",),
        client_env=all_written(form.client_env),
        setup=Setup(form.setup.label, argv(form.setup.command)) if form.setup else None,
        create_database=with_word(form.create_database, DATABASE) if form.create_database else None,
        seeds={suffix: loader(seed) for suffix, seed in (form.seeds or {}).items()},
        digest=hashlib.sha256(source).hexdigest()[:12],
    )


def ports_of(form: Form) -> dict[str, PortForm]:
    """Return the ports besides the first, by name."""
    return form.ports or {}


def texts(form: Form) -> Iterable[Template]:
    """Yield every text in which it may refer to itself."""
    yield from (text for text in (form.url, *(one.url for one in ports_of(form).values())) if text)
    for texts_ in (form.fields, form.env, form.files, form.client_env):
        yield from (texts_ or {}).values()
    yield from (*(form.command or ()), *(form.client or ()))


def loader(form: SeedForm) -> Loader:
    """Return what puts a file in."""
    unpack: Literal["", "gzip"] = "gzip" if form.unpack else ""
    make = with_word(form.command, STEM)

    def command(head: SeedHead) -> tuple[str, ...]:
        return make(head.stem)

    return ExecLoader(command, unpack=unpack)


def with_word(words: Iterable[Template], word: str) -> Callable[[str], tuple[str, ...]]:
    """Return what makes a command, in which something stands for a name."""
    parts = argv(words)
    return lambda name: tuple(part.replace(word, name) for part in parts)


def argv(words: Iterable[Template]) -> tuple[str, ...]:
    """Return a command in the words of technologies."""
    return tuple(written(word) for word in words)


def all_written(texts_: Mapping[str, Template] | None) -> dict[str, str]:
    """Return texts by their names, in the words of technologies."""
    return {name: written(text) for name, text in (texts_ or {}).items()}


def written(text: Template | None, otherwise: str = "") -> str:
    """Return a text as a technology has it: what is only text stays so when it is read again."""
    if text is None:
        return otherwise
    return "".join(
        part.replace("${", "$${") if isinstance(part, str) else str(part) for part in text.parts
    )

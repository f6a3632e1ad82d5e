"""An entry that runs already becomes a resource: nothing of it is started or removed."""

from __future__ import annotations

import re
from dataclasses import replace

from orchestrator.manifest.building.address import (
    Address,
    Wrong,
    check_scheme,
    check_user,
    database,
    taken_apart,
)
from orchestrator.manifest.building.base import base
from orchestrator.manifest.building.probes import readiness
from orchestrator.manifest.building.seeds import Loads, seeds
from orchestrator.manifest.building.site import Site
from orchestrator.manifest.model.entry import Entry
from orchestrator.manifest.model.program import Service
from orchestrator.manifest.model.server import Server
from orchestrator.manifest.words import quoted
from orchestrator.model.adopted import Adopted
from orchestrator.model.adoption import Adoption
from orchestrator.model.conversation import Credentials
from orchestrator.model.probe import Automatic, Http, Readiness, Tcp
from orchestrator.model.resource import ADOPTED, SHARED, Port, Resource
from orchestrator.model.secret import is_secret
from orchestrator.model.technology import Technology

_FOR_A_START = (
    *("args", "build", "command", "docker", "engine", "entrypoint", "env", "files", "follows"),
    *("hostname", "image", "limits", "platform", "pull", "tmpfs", "workdir"),
)
_IN_THE_ADDRESS = ("database", "password", "port", "ports", "user")

SERVICE = "http://localhost:8000"


def is_adopted(entry: Server | Service, site: Site) -> bool:
    """Whether it runs already, or was meant to by an address that is wrong."""
    if entry.at is None and entry.owned is not None and not site.near("at"):
        site.around.mistakes.warn((*site.path, "owned"), 'means nothing without "at"')
    return entry.at is not None or site.near("at")


def adopted_server(entry: Server, technology: Technology, site: Site) -> Resource | None:
    """The resource that a database or broker is, None when nobody can say where it is."""
    _only_what_fits(entry, site)
    adoption = technology.adoption
    found = _server_address(entry, technology, adoption, site) if adoption else None
    if adoption is None:
        site.wrong(f"nobody has said yet how {technology.name} is adopted", "at")
    loads = Loads.of(technology, adoption.unseeded if adoption else {})
    if found is None or adoption is None:
        seeds(entry.seed, (), loads, site)
        return None
    address, access = found
    named = (access.database,) if technology.has_databases else ()
    ports = (Port(address.port),)
    _check_writing(entry, technology, adoption, address, site)
    made = _made(entry, address, ports, site, access.database)
    return replace(
        made,
        technology=technology,
        user=access.user,
        password=access.password,
        databases=named,
        isolation=entry.isolation or SHARED,
        seeds=seeds(entry.seed, (), loads, site),
        readiness=readiness(entry.ready, ports, _answers(address, access, adoption), site),
        version=(entry.use or "").partition(":")[2] or None,
    )


def adopted_service(entry: Service, site: Site) -> Resource | None:
    """The resource that a service is, None when nobody can say where it is."""
    _only_what_fits(entry, site)
    if entry.ready and entry.ready.exec is not None:
        site.wrong(f"cannot be run beside {site.name}, which runs elsewhere", "ready", "exec")
    made = seeds(entry.seed, (), Loads("a service"), site)
    if entry.seed and not entry.owned:
        site.wrong(
            f"would write into {site.name}, which Greenroom was only given; allow it with "
            '"owned: true", or leave this out',
            "seed",
        )
    try:
        address = _address(entry.at, None, SERVICE, site)
    except Wrong as wrong:
        site.wrong(str(wrong), "at")
        address = None
    if address is None:
        readiness(entry.ready, (), Readiness(Automatic()), site)
        return None
    ports = (Port(address.port),)
    asked = readiness(entry.ready, ports, Readiness(Automatic()), site)
    if isinstance(asked.probe, Http) and address.protocol == "https":
        asked = replace(asked, probe=replace(asked.probe, tls=True))
    return replace(
        _made(entry, address, ports, site),
        user=address.user,
        password=address.password,
        seeds=made,
        readiness=asked,
    )


def _made(
    entry: Server | Service,
    address: Address,
    ports: tuple[Port, ...],
    site: Site,
    database: str = "",
) -> Resource:
    """What databases, brokers and services have in common that run already."""
    path = address.path if isinstance(entry, Service) else ""
    return replace(
        base(entry, site),
        engine=ADOPTED,
        ports=ports,
        env={},
        files=(),
        adopted=Adopted(
            scheme=address.scheme,
            host=address.host,
            port=address.port,
            path=path,
            query=address.query,
            database=database,
            owned=bool(entry.owned),
        ),
    )


def _address(written: str | None, port: int | None, example: str, site: Site) -> Address | None:
    """The address; no message shows its password from here on. Raises Wrong."""
    if written is None:
        return None
    found = taken_apart(written, port, example)
    secret = {value for name, value in found.settings if is_secret(name, value)}
    site.around.mistakes.secrets.update({found.password, *secret})
    return found


def _server_address(
    entry: Server, technology: Technology, adoption: Adoption, site: Site
) -> tuple[Address, Credentials] | None:
    """Where it is and how one gets in; None where that is wrong, which has been told then."""
    schemes = (*adoption.schemes, *adoption.secure)
    place = "/name" if technology.has_databases else ""
    example = f"{schemes[0]}://user@host:{technology.port}{place}"
    try:
        address = _address(entry.at, technology.port, example, site)
        if address is None:
            return None
        check_scheme(address, schemes, technology.name)
        check_user(address, example, needed=adoption.needs_user)
        named = _database(address, technology, adoption, example)
    except Wrong as wrong:
        site.wrong(str(wrong), "at")
        return None
    return address, Credentials(address.user, address.password, named)


def _database(address: Address, technology: Technology, adoption: Adoption, example: str) -> str:
    if not technology.has_databases:
        if address.path not in ("", "/"):
            raise Wrong(
                f"names a database, and {technology.name} has none; leave out "
                f"{quoted(address.path)}"
            )
        return ""
    named = database(address, adoption.database, example)
    form = adoption.database_form
    if form and not re.fullmatch(form[0], named):
        raise Wrong(f"its database must be {form[1]}, not {quoted(named)}")
    return named


def _answers(address: Address, access: Credentials, adoption: Adoption) -> Readiness:
    if address.protocol in adoption.secure:
        return Readiness(Tcp())
    return adoption.readiness(access, Adopted("", "", 0, query=address.query).settings)


def _only_what_fits(entry: Entry, site: Site) -> None:
    """Tell each key that says how something is started, or what the address says already."""
    said = _IN_THE_ADDRESS if isinstance(entry, Server) else ("ports",)
    for key in (*_FOR_A_START, *_IN_THE_ADDRESS):
        if getattr(entry, key, None) is None:
            continue
        message = f'cannot stand beside "at": {site.name} runs already, and is not started'
        site.wrong(
            'is a part of the address in "at"; leave it out' if key in said else message, key
        )
    if entry.ready and entry.ready.log is not None:
        site.wrong(
            f"cannot be read: {site.name} runs elsewhere, and has its log there", "ready", "log"
        )


def _check_writing(
    entry: Server, technology: Technology, adoption: Adoption, address: Address, site: Site
) -> None:
    """Tell seeds and slices for which there is no place on such a server."""
    if entry.seed and address.protocol in adoption.secure:
        site.wrong(
            f"cannot be put in through {address.scheme}: Greenroom cannot speak TLS to "
            f"{technology.name}",
            "seed",
        )
    elif entry.seed and adoption.own is None and not entry.owned:
        site.wrong(
            f"would write into what Greenroom was only given, and on {technology.name} it can "
            'make no place of its own; allow it with "owned: true", or leave this out',
            "seed",
        )
    if entry.isolation in (None, SHARED):
        return
    if not adoption.sliced:
        site.wrong(
            f"{technology.name} cannot be sliced where it runs already; leave this out, and let "
            "each test clean up or use names of its own",
            "isolation",
        )
        return
    named = address.path.removeprefix("/")
    if entry.owned and technology.slicing and named in technology.slicing.taken:
        site.wrong(
            f"the database {quoted(named)} is needed for making slices; name another one in "
            '"at", or leave "owned" out',
            "isolation",
        )

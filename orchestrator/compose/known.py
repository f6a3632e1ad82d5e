"""Which services run the server of a technology, as that says what its image is."""

from __future__ import annotations

import re

from orchestrator.compose.out import Row, Text
from orchestrator.compose.site import Site
from orchestrator.model.technology import Technology

_PREFIX = re.compile(r"(?:(?:docker\.io|index\.docker\.io)/)?(?:library/)?")


class Unlike(Exception):
    """Raised where a server of Greenroom's would be another one, with the reason."""


def technology_of(site: Site) -> tuple[Technology, str] | None:
    """Return the technology whose image a service runs, and its tag; None for other images."""
    image = site.entry.get("image")
    if site.task or not isinstance(image, Text) or "@" in image.written:
        return None
    name, _, tag = _PREFIX.sub("", image.written, count=1).partition(":")
    known = site.common.technologies.values()
    technology = next((one for one in known if one.image == name), None)
    return (technology, tag) if technology else None


def arguments(site: Site, technology: Technology) -> Row | None:
    """Return what the server is told besides its own program. Raises Unlike for another program."""
    if "entrypoint" in site.entry:
        raise Unlike("it has its own entrypoint")
    command = site.entry.get("command")
    if not isinstance(command, Row):
        return None
    first = command.items[0]
    word = first.written if isinstance(first, Text) else ""
    if word == technology.program:
        return Row(command.spot, command.items[1:])
    if not word.startswith("-"):
        raise Unlike(f"it runs {word}")
    return command


def own_port(site: Site) -> None:
    """Give a known server its port, if the file names none.

    Only so can be seen that it is ready: many servers run for themselves first, to initialize, and
    then answer whoever asks beside them, but nobody over the network.
    """
    known = technology_of(site)
    if known is None or "ports" in site.entry:
        return
    technology, _ = known
    try:
        arguments(site, technology)
    except Unlike:
        return
    spot = site.entry["image"].spot
    site.entry["ports"] = Row(spot, [Text(str(technology.port), spot, plain=True)])

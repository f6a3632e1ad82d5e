"""Services that run a technology which Greenroom knows become databases and brokers.

Only so can they be seeded, kept as snapshots, and sliced. It is done where nobody can tell the
difference: the same name, user, password and database, so that addresses written elsewhere in the
file stay right. All that is known of an image here, its technology says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from orchestrator.compose.known import Unlike, arguments, technology_of
from orchestrator.compose.nodes import Spot
from orchestrator.compose.out import Branch, Item, Row, Text
from orchestrator.compose.site import Site
from orchestrator.manifest.words import listed
from orchestrator.model.technology import Technology

INITIAL = "/docker-entrypoint-initdb.d/"
"""Where official images look for what they run at the first start."""

KEPT = ("needs", "limits", "profiles", "platform", "hostname", "pull", "docker", "aliases")
"""What a server's entry says as a service's does."""

FIELDS = ("user", "password", "database")
_FIELD = re.compile(r"\$\{self\.(user|password|database)\}")


def recognised(site: Site) -> tuple[str, dict[str, Item]] | None:
    """Return the section and the entry of a service that is a known server, None for others."""
    known = technology_of(site)
    if known is None:
        return None
    technology, tag = known
    try:
        entry = _Server(site, technology, tag, site.entry["image"].spot).entry()
    except Unlike as why:
        site.fine(
            site.service.entries["image"],
            f"stays a service, and cannot be seeded: {why}; for seeds, write a "
            f"{technology.section[:-1]} with `use: {technology.name}` and refer to its address",
        )
        return None
    return technology.section, entry


def _said(item: Item | None) -> str | None:
    return item.written if isinstance(item, Text) else None


@dataclass
class _Server:
    site: Site
    technology: Technology
    tag: str
    spot: Spot
    command: Row | None = None

    def entry(self) -> dict[str, Item]:
        """Return the entry. Raises Unlike."""
        own, technology = self.site.entry, self.technology
        self.command = arguments(self.site, technology)
        if technology.inside is not None:
            raise Unlike("it tells its clients where to go on")
        for key in ("user", "workdir"):
            if key in own:
                raise Unlike(f"it has its own {key}")
        use = f"{technology.name}:{self.tag}" if self.tag else technology.name
        found: dict[str, Item] = {"use": Text(use, self.spot)}
        if not self.tag:
            self.tell("image", f"version {technology.version}, as no other is named")
        found |= self.fields()
        found |= {"args": self.command} if self.command and self.command.items else {}
        found |= self.port()
        found |= {key: own[key] for key in KEPT if key in own}
        found |= self.seeds()
        self.tell_of_probe()
        return found

    def tell(self, key: str, message: str) -> None:
        """Tell what need not be missed."""
        node = self.site.service.entries.get(key)
        if node is not None:
            self.site.fine(node, message)

    def tell_of_probe(self) -> None:
        """Tell that it is asked otherwise whether it is ready."""
        if "ready" in self.site.entry:
            name = self.technology.name
            self.tell("healthcheck", f"{name} is asked over its own protocol instead")

    def fields(self) -> dict[str, Item]:
        """Return user, password and database, and the variables that say something else."""
        env = self.site.entry.get("env")
        given = dict(env.entries) if isinstance(env, Branch) else {}
        variables = {
            name: match[1]
            for name, value in self.technology.env.items()
            if (match := _FIELD.fullmatch(value))
        }
        fields = self.from_command()
        for name, field in variables.items():
            if field not in fields and name in given:
                fields[field] = given.pop(name)
        for name in list(given):
            said = _said(given[name])
            same = _said(fields.get(variables.get(name, "")))
            if said is not None and said in (same, self.technology.env.get(name)):
                del given[name]
            elif name in self.technology.env and name not in variables:
                if not self.technology.env[name].startswith("/"):
                    raise Unlike(f"it has its own {name}")
                block = self.site.block("environment")
                node = block.get(name) if block else None
                self.site.fine(node or self.site.service, "the data has its own place here")
                del given[name]
        fields = self._settled(fields)
        if given:
            fields["env"] = Branch(env.spot if isinstance(env, Branch) else self.spot, given)
        return fields

    def from_command(self) -> dict[str, Item]:
        """Take out of the command what names a field, such as a password."""
        own, command = self.technology.command or (), self.command
        found: dict[str, Item] = {}
        if command is None:
            return found
        words = [item.written if isinstance(item, Text) else "" for item in command.items]
        for option, value in pairwise(own):
            match = _FIELD.fullmatch(value)
            if match and option in words[:-1]:
                at = words.index(option)
                found[match[1]] = command.items[at + 1]
                del words[at : at + 2]
                command = Row(command.spot, [*command.items[:at], *command.items[at + 2 :]])
        self.command = command
        return found

    def _settled(self, fields: dict[str, Item]) -> dict[str, Item]:
        """Return the fields with what the image takes for those that are not said."""
        technology = self.technology
        taken = {"database": technology.database, **technology.unset}
        if technology.fixed_user:
            taken["user"] = technology.user
        for field in FIELDS:
            if field in fields or f"${{self.{field}}}" not in technology.url:
                continue
            default = taken.get(field)
            if default is None:
                raise Unlike(f"nothing says its {field}")
            copied = fields.get(default.removeprefix("${self.").removesuffix("}"))
            fields[field] = copied or Text(default, self.spot)
        self._fit(fields)
        if technology.fixed_user:
            fields.pop("user", None)
        return {field: fields[field] for field in FIELDS if field in fields}

    def _fit(self, fields: Mapping[str, Item]) -> None:
        technology = self.technology
        forms = {
            "user": technology.user_form,
            "password": technology.password_form,
            "database": technology.database_form,
        }
        for field, form in forms.items():
            value = fields.get(field)
            if isinstance(value, Text):
                if not value.written:
                    raise Unlike(f"its {field} is empty")
                if form and "${" not in value.written and not re.fullmatch(form[0], value.written):
                    raise Unlike(f"its {field} cannot be {value.written}")

    def port(self) -> dict[str, Item]:
        """Return its port on this host, if that is named."""
        ports = self.site.entry.get("ports")
        found: dict[str, Item] = {}
        others: list[str] = []
        more = {str(one.number) for one in self.technology.more_ports.values()}
        for item in ports.items if isinstance(ports, Row) else ():
            number = item.entries["port"] if isinstance(item, Branch) else item
            written = number.written if isinstance(number, Text) else ""
            if written == str(self.technology.port):
                found = {"port": item.entries["host"]} if isinstance(item, Branch) else found
            elif written not in more:
                others.append(written)
        if others:
            node = self.site.service.entries.get("ports") or self.site.service
            self.site.lost(node, f"the port of its protocol is published, and not {listed(others)}")
        return found

    def seeds(self) -> dict[str, Item]:
        """Return what the image runs at its first start as seeds, if it is all of their formats."""
        files = self.site.entry.get("files")
        own = dict(files.entries) if isinstance(files, Branch) else {}
        first = {path: part for path, part in sorted(own.items()) if path.startswith(INITIAL)}
        sources = [self._seed(part) for part in first.values()]
        seeds = [source for source in sources if source is not None]
        if first and len(seeds) == len(first):
            own = {path: part for path, part in own.items() if path not in first}
            # They stand in the place of what the image would have run, and in the same order.
            found: dict[str, Item] = {"seed": Row(seeds[0].spot, list(seeds))}
        else:
            found = {}
        if own:
            found["files"] = Branch(files.spot if isinstance(files, Branch) else self.spot, own)
        return found

    def _seed(self, part: Item) -> Text | None:
        source = part.entries.get("source") if isinstance(part, Branch) else part
        if not isinstance(source, Text):
            return None
        name = source.written.rpartition("/")[2]
        known = (suffix for suffix in (".sql", ".sql.gz") if suffix in self.technology.seeds)
        return source if any(name.endswith(suffix) for suffix in known) else None

"""What a technology is, in words: what `greenroom technologies` prints, and the reference has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from orchestrator.model.probe import Dialogue, Exec, Http, Log, Probe, Tcp
from orchestrator.model.technology import Technology

Row = tuple[str, str]
"""What is told, and what there is to tell of it; texts in backticks are to be taken literally."""

NONE = "none"


def sheet(technology: Technology) -> list[Row]:
    """Return all there is to know before it is used; what it has none of is left out."""
    return [row for row in all_rows(technology) if row[1] != NONE]


def all_rows(technology: Technology) -> list[Row]:
    """Return a row for everything, `none` where there is none."""
    return [
        ("section", code(technology.section)),
        ("image and default version", code(f"{technology.image}:{technology.version}")),
        ("other images", codes(technology.variants)),
        ("port", code(str(technology.port))),
        *more_ports(technology),
        ("address", code(in_words(technology.url))),
        *((code(name), code(in_words(form))) for name, form in technology.fields.items()),
        ("user", user(technology)),
        ("database", database(technology)),
        ("command", command(technology)),
        ("variables", codes(technology.env)),
        ("ready", readiness(technology)),
        ("told at the start", technology.setup.label if technology.setup else NONE),
        ("client of `greenroom shell`", words(technology.client)),
        ("seeds", codes(technology.seeds)),
        ("`isolation`", isolation(technology)),
        ("snapshots", "yes" if technology.snapshotting else "no"),
        ("`engine: process`", programs(technology)),
        ("`at:`", adoption(technology)),
    ]


def code(text: str) -> str:
    """Return a text as it is to be taken literally."""
    return f"`{text}`"


def codes(texts: Iterable[str]) -> str:
    """Return several such texts, `none` for none."""
    return ", ".join(map(code, texts)) or NONE


def in_words(text: str) -> str:
    """Return a technology's own template as people read it: `${self.user}` is USER."""

    def said(match: re.Match[str]) -> str:
        return "_".join(match[1].split(".")).upper()

    return re.sub(r"\$\{self\.([\w.-]+)\}", said, text)


def words(argv: Iterable[str]) -> str:
    """Return a command as it is typed, `none` for none."""
    typed = " ".join(in_words(on_one_line(word)) or '""' for word in argv)
    return code(typed) if typed else NONE


def on_one_line(word: str) -> str:
    """Return a word of a command as it fits into a row: of a script only how it ends."""
    *before, last = re.sub(r"\\\n *", "", word).strip().splitlines() or [""]
    return f"'… {last}'" if before else word


def more_ports(technology: Technology) -> Iterator[Row]:
    """Yield what there is besides the first port."""
    if technology.inside:
        yield "port for containers", code(str(technology.inside))
    for name, port in technology.more_ports.items():
        yield f"port `{name}`", f"{code(str(port.number))}, {code(in_words(port.url))}"


def user(technology: Technology) -> str:
    """Return who one is there."""
    if not technology.has_users:
        return "nobody: it has no users"
    return code(technology.user) + (", no other" if technology.fixed_user else "")


def database(technology: Technology) -> str:
    """Return which database there is when the manifest names none."""
    if not technology.has_databases:
        return "it has none"
    if technology.database is None:
        return "the entry's name, hyphens as underscores"
    return code(technology.database)


def command(technology: Technology) -> str:
    """Return what the container runs."""
    return "the image's own" if technology.command is None else words(technology.command)


def readiness(technology: Technology) -> str:
    """Return in words what makes it ready."""
    return asked(technology.readiness("USER", "DATABASE").probe)


def asked(probe: Probe) -> str:
    """Return in words what a probe does."""
    match probe:
        case Dialogue():
            return "a client's greeting is answered as it should be"
        case Http(path=path):
            return f"{code('GET ' + path)} is answered well"
        case Exec(argv=argv):
            return f"{words(map(str, argv))} exits 0 beside it"
        case Log(pattern=pattern):
            return f"the log has {code(pattern)}"
        case Tcp():
            return "it accepts connections"
    return "it is alive"


def isolation(technology: Technology) -> str:
    """Return how many slices it can have."""
    slicing = technology.slicing
    return f"up to {slicing.most:,} slices" if slicing else "no"


def programs(technology: Technology) -> str:
    """Return which program of this host does the same as the image."""
    return codes(technology.native.servers) if technology.native else "no"


def adoption(technology: Technology) -> str:
    """Return what the address of one that runs already begins with."""
    given = technology.adoption
    return codes((*given.schemes, *given.secure)) if given else "no"

"""The arguments and options that several commands share, each said once."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestrator.cli.completing import manifests, replaceable, resources

Manifest = Annotated[
    str | None,
    typer.Argument(
        metavar="MANIFEST",
        help="A manifest's path, its folder, or a ready-made name. "
        "Without it, environment.yaml is looked for here and upwards.",
        autocompletion=manifests,
        show_default=False,
    ),
]

Profiles = Annotated[
    list[str] | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="Resources of this profile take part too. Can be given several times. "
        "Default: GREENROOM_PROFILES.",
        show_default=False,
    ),
]

Events = Annotated[
    str | None,
    typer.Option(
        "--events",
        metavar="FILE",
        help="Write everything that happens to FILE, as lines of JSON; - is stdout.",
        show_default=False,
    ),
]

Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        help="Show as plain lines why each step is taken and what every probe is answered.",
    ),
]

InTime = Annotated[
    bool,
    typer.Option(
        "--timeline",
        help="Draw, when the way up is over, what took how long, and what decided that.",
    ),
]

Run = Annotated[
    str | None,
    typer.Option(
        "--run",
        metavar="RUN",
        help="The run that is meant, as greenroom ps shows it. "
        "Default: GREENROOM_RUN, else what is up of the manifest here or above.",
        show_default=False,
    ),
]

Timeout = Annotated[
    str | None,
    typer.Option(
        "--timeout",
        metavar="TIME",
        help="Within this time everything must be ready: 90s, 5m. Default: 30m.",
        show_default=False,
    ),
]

Ttl = Annotated[
    str | None,
    typer.Option(
        "--ttl",
        metavar="TIME",
        help="Remove it after this time, unless somebody still uses it then. Default: 2h.",
        show_default=False,
    ),
]

Keep = Annotated[
    str,
    typer.Option(
        "--keep",
        metavar="WHEN",
        help="When to leave everything as it is, to look inside, for two hours at most: "
        "never, failed or always. Default: never.",
        show_default=False,
        autocompletion=lambda: ["never", "failed", "always"],
    ),
]

NoSnapshots = Annotated[
    bool,
    typer.Option(
        "--no-snapshots",
        help="Seed everything, whatever is kept from earlier, and keep nothing.",
    ),
]

Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="ENGINE",
        help="Where everything runs, whatever the manifest says: docker, process, or auto, which "
        "is docker when it answers and process otherwise. Default: GREENROOM_ENGINE, else what "
        "the manifest says.",
        show_default=False,
        autocompletion=lambda: ["docker", "process", "auto"],
    ),
]

Pull = Annotated[
    str | None,
    typer.Option(
        "--pull",
        metavar="WHEN",
        help="When to pull the image of whatever is started, whatever the manifest says: missing, "
        "always or never.",
        show_default=False,
        autocompletion=lambda: ["missing", "always", "never"],
    ),
]

With = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="NAME=USE",
        help="What a resource uses instead of what the manifest says: ledger=postgres:15, or an "
        "image. Can be given several times.",
        show_default=False,
        autocompletion=replaceable,
    ),
]

OfSlice = Annotated[
    str | None,
    typer.Option(
        "--slice",
        metavar="NAME",
        help="As seen from this slice (greenroom slice --list). "
        "Default: the one that this runs in (greenroom slice -- CMD), else none.",
        show_default=False,
    ),
]

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Resource = Annotated[
    str,
    typer.Argument(metavar="RESOURCE", help="A name in the manifest.", autocompletion=resources),
]

Resources = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="RESOURCE",
        help="Names in the manifest. Default: all.",
        autocompletion=resources,
        show_default=False,
    ),
]

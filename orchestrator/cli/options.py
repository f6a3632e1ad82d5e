"""The arguments and options that several commands share, each said once."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestrator.cli.completing import manifests, resources

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
        help="Resources of this profile take part too. Can be given several times.",
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

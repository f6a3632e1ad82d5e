"""What was typed, as words again: for the runs that we start ourselves, and for people to copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

OWN = ("with_", "artifacts", "parallel", "fail_fast", "part")
"""Parameters that mean something else to the run of one combination than to all of them."""

DECIDING = ("profile", "engine", "pull", "no_snapshots", "timeout")
"""Parameters that decide what runs, besides the manifest and `--with`; `run` has them all.

The others decide only what is shown, kept and told of it, and when a part has taken too long.
"""


def passed_on(parameters: Sequence[Any], values: Mapping[str, Any]) -> list[str]:
    """Return the words of a command line that say the same, without what each run has of its own.

    `parameters` are those of the command, as Typer has them, `values` what was given for each.
    """
    ours = [one for one in parameters if one.name not in OWN]
    return [word for option in typed(ours, values) for word in option if word]


def what_runs(
    parameters: Sequence[Any], values: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """Return the options that decide what runs, as names and values; flags have no value.

    The budgets are well-formed. What nobody has typed may stand in a variable of the pipeline,
    which is not there elsewhere.
    """
    from orchestrator.ci.budget import ALL
    from orchestrator.host.manifests import ENGINE, asked_profiles
    from orchestrator.lifecycle import snapshotting

    parts = dict(one.split("=", 1) for one in values["budget"] or ())
    known = {
        **values,
        "profile": values["profile"] or asked_profiles(environ),
        "engine": values["engine"] or environ.get(ENGINE),
        "no_snapshots": values["no_snapshots"] or not snapshotting.wanted(environ),
        "timeout": values["timeout"] or parts.get(ALL),
    }
    return tuple(typed([one for one in parameters if one.name in DECIDING], known))


def typed(parameters: Sequence[Any], values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what differs from the defaults: options and their values, arguments without a name."""
    for one in parameters:
        value = values.get(one.name)
        if value in (None, "", one.default, [], ()):
            continue
        if one.param_type_name == "argument":
            yield "", str(value)
        elif one.is_flag:
            yield one.opts[0], ""
        else:
            yield from ((one.opts[0], str(each)) for each in (value if one.multiple else [value]))

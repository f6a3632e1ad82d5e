"""Files of variables, as `env_file` and `.env` name them.

Format: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#env_file-format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from orchestrator.compose.nodes import Said, Source, Spot, literal
from orchestrator.compose.reading.document import World
from orchestrator.compose.variables import BadVariable, fill
from orchestrator.manifest.reading.dotenv import NOT_UNDERSTOOD, Binding, bindings


def variables(data: bytes, source: Source, world: World, *, raw: bool = False) -> dict[str, Said]:
    """Return the variables in a file; values without single quotes may name others.

    With `raw` a line is a name and a value, and no character means anything.
    """
    text = data.decode("utf-8-sig", errors="replace")
    found: dict[str, Said] = {}
    for one in _raw(text) if raw else bindings(text):
        spot = Spot(source, one.line, 1)
        if one.wrong:
            world.notes.wrong_at(spot, (), NOT_UNDERSTOOD)
        elif one.value is not None:
            said = Said(one.value, literal(one.value), False, spot, (one.name,))
            found[one.name] = said if one.literal else _filled(said, found, world)
    return found


def _filled(said: Said, before: Mapping[str, Said], world: World) -> Said:
    environ = {**{name: one.text for name, one in before.items()}, **world.environ}
    try:
        result = fill(said.text, environ)
    except BadVariable as wrong:
        world.notes.wrong(said, str(wrong))
        return said
    world.notes.secrets.update(result.secrets)
    return replace(said, text=result.text, written=literal(result.text))


def _raw(text: str) -> Iterator[Binding]:
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            yield Binding(number, name.strip(), value, literal=True)

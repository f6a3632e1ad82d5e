"""Files of variables, as `env_file` and `.env` name them.

Format: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#env_file-format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import StringIO

from orchestrator.compose.nodes import Said, Source, Spot, literal
from orchestrator.compose.reading.document import World
from orchestrator.compose.variables import BadVariable, fill


def variables(data: bytes, source: Source, world: World, *, raw: bool = False) -> dict[str, Said]:
    """Return the variables in a file; values without single quotes may name others.

    With `raw` a line is a name and a value, and no character means anything.
    """
    text = data.decode("utf-8-sig", errors="replace")
    found: dict[str, Said] = {}
    for line, name, value, quoted in _raw(text) if raw else _bindings(text):
        said = Said(value, literal(value), False, Spot(source, line, 1), (name,))
        if not raw and not quoted:
            said = _filled(said, found, world)
        found[name] = said
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


def _raw(text: str) -> Iterator[tuple[int, str, str, bool]]:
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            yield number, name.strip(), value, True


def _bindings(text: str) -> Iterator[tuple[int, str, str, bool]]:
    from dotenv.parser import parse_stream

    for binding in parse_stream(StringIO(text)):
        if binding.key is None or binding.error:
            continue
        _, _, written = binding.original.string.partition("=")
        if binding.value is not None:
            # A blank line before it belongs to what was read.
            blank = len(binding.original.string) - len(binding.original.string.lstrip())
            line = binding.original.line + binding.original.string[:blank].count("\n")
            yield line, binding.key, binding.value, written.lstrip().startswith("'")

"""Which rows a file has, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.conversation import SeedRefused
from orchestrator.model.loader import GENERATED
from orchestrator.seeding.files import SeedFile
from orchestrator.seeding.rows.json_rows import read_json
from orchestrator.seeding.rows.row import Row
from orchestrator.seeding.rows.yaml_rows import read_yaml


def rows_of(file: SeedFile) -> Iterator[Row]:
    """Return the rows that a file lists or describes.

    The text is held as a whole. Raises SeedRefused, also while the rows are gone through, and
    ManifestError for a file that describes rows and has mistakes.
    """
    text, name = text_of(file), file.path.name
    if name.endswith(GENERATED):
        # Faker is imported only for those who want it.
        from orchestrator.seeding.generated import generate

        return generate(text, file.seed.label)
    read = read_json if name.endswith(".json") else read_yaml
    return read(text, file.name_only().stem)


def text_of(file: SeedFile) -> str:
    """Return the whole text. Raises SeedRefused where it is none."""
    data = b"".join(file.chunks())
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SeedRefused(line, "this is no text in UTF-8") from error

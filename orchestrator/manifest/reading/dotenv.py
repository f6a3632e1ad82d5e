"""`.env`: variables for `${env:...}` that the caller's environment need not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.errors import ManifestError, Problem
from orchestrator.manifest.files import Files, led_out, project

NAME = ".env"
NOT_UNDERSTOOD = "is not understood; write NAME=value, and close every quote"


def beside(folder: str, files: Files, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables in a folder's `.env`, with those of `environ`, which win.

    Raises ManifestError when the file is no such thing, or a link out of the project, which no
    manifest asks for.
    """
    path = f"{folder}/{NAME}"
    if not files.exists(path) or files.is_folder(path):
        return dict(environ)
    whole = project(folder, files)
    real = led_out(path, whole, files)
    if real is not None:
        raise _refused(
            path, f"leads by a link out of the project {whole}, to {real}; put a copy in its place"
        )
    try:
        text = files.read(path).decode("utf-8-sig")
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _refused(path, "cannot be read; save the file as UTF-8") from error
    return variables(text, path, environ)


@dataclass(frozen=True)
class Binding:
    """What one line sets; `value` is None for a name alone.

    In a `literal` one, which stands in single quotes, `$` means nothing. A `wrong` one is not
    understood.
    """

    line: int
    name: str
    value: str | None
    literal: bool = False
    wrong: bool = False


def bindings(text: str) -> Iterator[Binding]:
    """Take a text in the form of `.env` apart."""
    from io import StringIO

    from dotenv.parser import parse_stream

    for one in parse_stream(StringIO(text)):
        if one.key is None and not one.error:
            continue
        # Blank lines before it belong to what was read.
        written = one.original.string
        blank = written[: len(written) - len(written.lstrip())]
        literal = written.partition("=")[2].lstrip().startswith("'")
        line = one.original.line + blank.count("\n")
        yield Binding(line, one.key or "", one.value, literal, one.error)


def variables(text: str, path: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What a text in the form of `.env` sets, with those of `environ`, which win.

    `${NAME}` and `${NAME:-default}` in a value, unless it stands in single quotes, are what is set
    before it or in `environ`, as Compose and shells have it. Raises ManifestError with every line
    that is not understood.
    """
    from dotenv.variables import parse_variables

    known = dict(environ)
    problems: list[Problem] = []
    for one in bindings(text):
        if one.wrong:
            problems.append(Problem(path, one.line, 1, "", NOT_UNDERSTOOD))
        elif one.name not in environ:
            value = one.value or ""
            if not one.literal:
                value = "".join(atom.resolve(known) for atom in parse_variables(value))
            known[one.name] = value
    if problems:
        raise ManifestError(problems)
    return known


def _refused(path: str, message: str) -> ManifestError:
    return ManifestError([Problem(path, 0, 0, "", message)])

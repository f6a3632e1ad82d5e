"""`.env`: variables for `${env:...}` that the caller's environment need not have."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.errors import ManifestError, Problem
from orchestrator.manifest.files import Files, led_out, project

NAME = ".env"


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


def variables(text: str, path: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What a text in the form of `.env` sets, with those of `environ`, which win.

    `${NAME}` and `${NAME:-default}` in a value, unless it stands in single quotes, are what is set
    before it or in `environ`, as Compose and shells have it. Raises ManifestError with every line
    that is not understood.
    """
    from io import StringIO

    from dotenv.parser import parse_stream
    from dotenv.variables import parse_variables

    known = dict(environ)
    problems: list[Problem] = []
    for binding in parse_stream(StringIO(text)):
        written = binding.original.string
        if binding.error:
            blank = written[: len(written) - len(written.lstrip())]
            line = binding.original.line + blank.count("\n")
            problems.append(Problem(path, line, 1, "", "is not understood; write NAME=value"))
        elif binding.key is not None and binding.key not in environ:
            value = binding.value or ""
            if not written.partition("=")[2].lstrip().startswith("'"):
                value = "".join(atom.resolve(known) for atom in parse_variables(value))
            known[binding.key] = value
    if problems:
        raise ManifestError(problems)
    return known


def _refused(path: str, message: str) -> ManifestError:
    return ManifestError([Problem(path, 0, 0, "", message)])

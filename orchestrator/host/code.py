"""Digests of the code that seeds run on this host, as far as it can be known without running it."""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

HASH = "sha256"

LEFT_OUT = frozenset({"__pycache__", "node_modules", "venv", "build", "dist", "target"})
"""Folders that hold what is made of the code, or what others wrote. Hidden ones are out, too."""

LONGEST = 200
"""Characters of a text that may be the path of a file."""

MOST_FILES = 5000
MOST_BYTES = 50 * 10**6
"""A folder with more is not read: it takes longer than the seeds that it would save."""


def of_imports(path: str) -> str | None:
    """Return the digest of a Python file, and of all that it imports or names from beside it.

    None when it cannot be understood. What comes from elsewhere (installed packages), and what is
    only named while it runs, is not known.
    """
    whole = hashlib.new(HASH)
    module = Path(path).resolve()
    try:
        for file in sorted(imported(module)):
            data = file.read_bytes()
            whole.update(f"{file.relative_to(module.parent)}:{len(data)}:".encode() + data)
    except (SyntaxError, ValueError):
        return None
    return whole.hexdigest()


def imported(path: Path) -> set[Path]:
    """Return the files of a module and of all that it imports or names, from its own folder on."""
    found, waiting = set[Path](), [path]
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found.add(file)
        if file.suffix != ".py":
            continue
        tree = ast.parse(file.read_bytes())
        for name in names(tree, file.parent, path.parent):
            waiting += files(name)
        waiting += texts(tree, {file.parent, path.parent})
    return found


def texts(tree: ast.AST, folders: set[Path]) -> Iterator[Path]:
    """Yield the files that a module names in its texts: what it says it reads, most likely."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (path for path in named(node.value, folders) if path.is_file())


def named(text: str, folders: set[Path]) -> Iterator[Path]:
    """Yield what a text would be as a path in these folders, if it can be one below them."""
    if 0 < len(text) <= LONGEST and "\0" not in text and not Path(text).is_absolute():
        for folder in folders:
            path = Path(os.path.normpath(folder / text))
            if path.is_relative_to(folder):
                yield path


def names(tree: ast.AST, here: Path, root: Path) -> Iterator[Path]:
    """Yield what a module's imports name, as paths without their ending."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield from on_the_way(root, one.name)
        elif isinstance(node, ast.ImportFrom):
            start = root
            if node.level:
                start = Path(os.path.normpath(here.joinpath(*[".."] * (node.level - 1))))
                yield start
            for one in node.names:
                yield from on_the_way(start, f"{node.module or ''}.{one.name}")


def on_the_way(start: Path, dotted: str) -> Iterator[Path]:
    """Yield all that is imported on the way to a name: the packages that it is in, and itself."""
    for part in filter(None, dotted.split(".")):
        start /= part
        yield start


def files(name: Path) -> Iterator[Path]:
    """Yield the files that an imported name stands for: a module, or a package."""
    for file in (name.with_name(f"{name.name}.py"), name / "__init__.py"):
        if file.is_file():
            yield file


def of_tree(folder: str) -> str | None:
    """Return the digest of all files of a folder.

    None where that would take too long, or a link leads to a folder elsewhere.
    """
    whole = hashlib.new(HASH)
    count = size = 0
    for path in walk(folder):
        count, size = count + 1, size + path.lstat().st_size
        if count > MOST_FILES or size > MOST_BYTES or leads_out(path, folder):
            return None
        link = str(path.readlink()) if path.is_symlink() else ""
        data = path.read_bytes() if path.is_file() else b""
        whole.update(f"{path.relative_to(folder)}:{link}:{len(data)}:".encode() + data)
    return whole.hexdigest()


def leads_out(path: Path, folder: str) -> bool:
    """Whether it is a link to a folder of which nothing is read here."""
    return path.is_dir() and not path.resolve().is_relative_to(Path(folder).resolve())


def walk(folder: str) -> Iterator[Path]:
    """Yield the files and links of a folder in a fixed order, without what is no code of its own.

    Links to folders are not followed.
    """
    for place, folders, found in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT and name[0] != ".")
        for name in sorted([*found, *folders]):
            path = Path(place, name)
            if name[0] != "." and (path.is_symlink() or path.is_file()):
                yield path

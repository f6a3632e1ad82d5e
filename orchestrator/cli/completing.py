"""What the shell proposes at the Tab key: looked up cheaply, and silent when anything is wrong."""

from __future__ import annotations

from pathlib import Path

NAME = "environment.yaml"


def manifests(incomplete: str) -> list[str]:
    """Return the ready-made names, folders and YAML files that begin like this."""
    try:
        return [name for name in (*ready_made(), *paths(incomplete)) if name.startswith(incomplete)]
    except OSError:
        return []


def ready_made() -> list[str]:
    """Return the names of the manifests that come with Greenroom.

    Where they are is said once more than in `manifests.ready_made`, whose module imports all that
    reads them.
    """
    package = Path(__file__).parent.parent
    inside = package / "environments"
    folder = inside if inside.is_dir() else package.parent / "environments"
    return sorted(path.stem for path in folder.glob("*.yaml"))


def paths(incomplete: str) -> list[str]:
    """Return the folders and YAML files beside what was typed; hidden ones only when asked for."""
    head, slash, tail = incomplete.rpartition("/")
    folder = Path(head + slash).expanduser() if slash else Path()
    return [
        f"{head}{slash}{path.name}{'/' if path.is_dir() else ''}"
        for path in sorted(folder.iterdir())
        if (path.is_dir() or path.suffix in (".yaml", ".yml"))
        and (tail.startswith(".") or not path.name.startswith("."))
    ]


def resources(incomplete: str) -> list[str]:
    """Return the names in the manifest here or above that begin like this."""
    try:
        # What a manifest includes is not looked at: reading one file is quick.
        return [name for name in sorted(names_in(nearest())) if name.startswith(incomplete)]
    except Exception:  # At the Tab key nobody wants to read what is wrong.
        return []


def replaceable(incomplete: str) -> list[str]:
    """Return the names in the manifest here or above, as `--with` takes them."""
    return [f"{name}=" for name in resources(incomplete)]


def nearest() -> Path:
    """Return the manifest that commands take when none is named; StopIteration if there is none."""
    here = Path.cwd()
    return next(path for folder in (here, *here.parents) if (path := folder / NAME).is_file())


def names_in(path: Path) -> set[str]:
    """Return the names of the entries of every section."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root = yaml.load(path.read_bytes(), Loader=loader)  # noqa: S506 - both are safe loaders
    sections = (root.get(name) for name in ("databases", "brokers", "services", "tasks"))
    return {str(name) for section in sections if isinstance(section, dict) for name in section}

"""Web applications in Python: which file makes one, and by which command it is served."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.drafting.evidence import Evidence, Runs
from orchestrator.drafting.project import Project
from orchestrator.drafting.python_projects import requirements

MAKES = re.compile(
    r"^(\w+)\s*(?::\s*[\w.]+\s*)?=\s*(?:\w+\.)?(FastAPI|Starlette|Flask)\(", re.MULTILINE
)
"""An application that is made where its module can be asked for it: `app = FastAPI(`."""

HEALTH = re.compile(r"[\"'](/(?:[\w-]+/)*(?:health(?:z|check|-check)?|livez|readyz?|ping)/?)[\"']")
"""A path that is usually there to be asked whether all is well."""

PLACES = ("app.py", "main.py", "asgi.py", "wsgi.py", "src/main.py", "src/app.py")
BELOW = ("*/main.py", "*/app.py", "*/asgi.py", "*/__init__.py")


def web(project: Project) -> Iterator[Evidence]:
    """Find an application of FastAPI, Starlette or Flask, and how it is served."""
    required = {name.lower() for name, _ in requirements(project)}
    places = [
        *filter(project.has, PLACES),
        *(one for each in BELOW for one in project.matching(each)),
    ]
    for place in dict.fromkeys(places):
        text = project.text(place)
        found = MAKES.search(text)
        if found and found[2].lower() in required:
            health = HEALTH.search(text)
            command = served(place, found[1], found[2])
            yield Runs(command, f"{found[2]} in {place}", health[1] if health else "")
            return


def served(place: str, variable: str, framework: str) -> str:
    """Return the command that serves what a file has under this name, on a port of its own."""
    parts = place.removesuffix(".py").removesuffix("/__init__").split("/")
    # What is in `src` is imported from there.
    folder = "src" if parts[0] == "src" and parts[1:] else ""
    module = ".".join(parts[1:] if folder else parts)
    if framework == "Flask":
        path = f"{folder}/{module.replace('.', '/')}" if folder else module
        name = path if variable in ("app", "application") else f"{path}:{variable}"
        return f"flask --app {name} run --port ${{self.port}}"
    where = f" --app-dir {folder}" if folder else ""
    return f"uvicorn{where} {module}:{variable} --host 127.0.0.1 --port ${{self.port}}"

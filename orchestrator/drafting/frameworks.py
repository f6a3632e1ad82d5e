"""Django and Alembic: which database, told by which variables, brought up to date how."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.drafting.evidence import Evidence, Migrates, Told, Uses
from orchestrator.drafting.project import Project

ENGINE = re.compile(r"django\.(?:contrib\.gis\.)?db\.backends\.(\w+)")
ENGINES = {"postgresql": "postgres", "postgis": "postgres", "mysql": "mysql"}
SETTING = re.compile(
    r"[\"'](NAME|USER|PASSWORD|HOST|PORT)[\"']\s*:\s*"
    r"(?:os\.environ(?:\.get)?|os\.getenv|getenv|env|config|environ)(?:\.\w+)?\s*[\[(]\s*"
    r"[\"']([A-Za-z_]\w*)[\"']"
)
FIELDS = {
    "NAME": "database",
    "USER": "user",
    "PASSWORD": "password",
    "HOST": "host",
    "PORT": "port",
}
SETTINGS_MODULE = re.compile(r"DJANGO_SETTINGS_MODULE[\"']\s*,\s*[\"']([\w.]+)[\"']")
READS = re.compile(r"(?:os\.environ(?:\.get)?|os\.getenv|getenv)\s*[\[(]\s*[\"'](\w*URL\w*)[\"']")


def django(project: Project) -> Iterator[Evidence]:
    """Find the databases in Django's settings, by which variables they are told, and migrations."""
    if not project.has("manage.py"):
        return
    text = "\n".join(project.text(place) for place in _settings(project))
    kinds = dict.fromkeys(ENGINES[name] for name in ENGINE.findall(text) if name in ENGINES)
    for kind in kinds:
        yield Uses(kind, "Django's settings")
    if "dj_database_url" in text or re.search(r"\benv\.db(_url)?\(", text):
        yield Told("DATABASE_URL", "sql")
    for setting, variable in SETTING.findall(text):
        yield Told(variable, "sql", FIELDS[setting])
    yield Migrates("python manage.py migrate --noinput", "Django's migrations")


def _settings(project: Project) -> list[str]:
    """Return the files that the settings may be in: a module, or all of a package of them."""
    module = SETTINGS_MODULE.search(project.text("manage.py"))
    if module is None:
        return project.matching("*/settings.py")
    path = module[1].replace(".", "/")
    folder = path.rpartition("/")[0]
    package = folder if folder.endswith("settings") else path
    return [f"{path}.py", *project.matching(f"{package}/*.py")]


def alembic(project: Project) -> Iterator[Evidence]:
    """Find Alembic's migrations, and the variable that they read the address from."""
    if not project.has("alembic.ini"):
        return
    found = re.search(r"^script_location\s*=\s*(.+)$", project.text("alembic.ini"), re.MULTILINE)
    folder = found[1].strip().replace("%(here)s/", "") if found else "alembic"
    variables = dict.fromkeys(READS.findall(project.text(f"{folder}/env.py")))
    for variable in variables:
        yield Told(variable, "sql")
    if not variables:
        yield Told("DATABASE_URL", "sql")
    yield Migrates("alembic upgrade head", "alembic.ini")

"""PostgreSQL, as the official image runs it."""

from __future__ import annotations

from orchestrator.model.technology import Technology
from orchestrator.technologies.parts.postgres_adopted import ADOPTION
from orchestrator.technologies.parts.postgres_content import CONTENT
from orchestrator.technologies.parts.postgres_native import NATIVE
from orchestrator.technologies.parts.postgres_ready import readiness
from orchestrator.technologies.parts.postgres_seeds import SEEDS, create_database
from orchestrator.technologies.parts.postgres_state import DATA, SLICING, SNAPSHOTTING

POSTGRES = Technology(
    name="postgres",
    about="PostgreSQL, a relational database",
    section="databases",
    image="postgres",
    version="17",
    port=5432,
    url="postgresql://${self.user}:${self.password}@${self.host}:${self.port}/${self.database}",
    fields={"jdbc": "jdbc:postgresql://${self.host}:${self.port}/${self.database}"},
    readiness=readiness,
    program="postgres",
    user_form=(r"""[^"$'\\]+""", "a text without quotes, `$` and `\\`: no superuser can have them"),
    # Test data need not survive a power cut, and without that care everything is written faster.
    command=(
        *("postgres", "-c", "fsync=off", "-c", "full_page_writes=off"),
        *("-c", "synchronous_commit=off"),
    ),
    env={
        "POSTGRES_USER": "${self.user}",
        "POSTGRES_PASSWORD": "${self.password}",
        "POSTGRES_DB": "${self.database}",
        # Outside the folder that the image declares a volume, so that the data belongs to the
        # container itself.
        "PGDATA": DATA,
    },
    unset={"user": "postgres", "database": "${self.user}"},
    client=("psql",),
    client_env={
        "PGUSER": "${self.user}",
        "PGPASSWORD": "${self.password}",
        "PGDATABASE": "${self.database}",
    },
    seeds=SEEDS,
    create_database=create_database,
    slicing=SLICING,
    snapshotting=SNAPSHOTTING,
    content=CONTENT,
    native=NATIVE,
    adoption=ADOPTION,
)

"""MariaDB and MySQL, as the official images run them."""

from __future__ import annotations

from orchestrator.model.technology import Technology
from orchestrator.technologies.parts.inserts import quoted
from orchestrator.technologies.parts.mariadb_adopted import adoption
from orchestrator.technologies.parts.mariadb_native import native
from orchestrator.technologies.parts.mariadb_seeds import (
    DATA,
    DATABASE,
    DATABASE_VARIABLE,
    FILES,
    HOME,
    OPTIONS,
    PASSWORD,
    SNAPSHOTTING,
    USER,
    loaders,
    readiness,
    variables,
)
from orchestrator.technologies.parts.mariadb_slices import slicing


def made(name: str, called: str, version: str, server: str) -> Technology:
    """Return the technology; both images have settings and a client called after themselves."""
    dump = "mysqldump" if name == "mysql" else f"{name}-dump"
    return Technology(
        name=name,
        about=f"{called}, a relational database",
        section="databases",
        image=name,
        version=version,
        port=3306,
        url="mysql://${self.user}:${self.password}@${self.host}:${self.port}/${self.database}",
        fields={"jdbc": f"jdbc:{name}://${{self.host}}:${{self.port}}/${{self.database}}"},
        readiness=readiness,
        program=server,
        command=(server, *OPTIONS),
        env=variables(name.upper()),
        files=FILES,
        user_form=USER,
        password_form=PASSWORD,
        database_form=DATABASE,
        client=(name, "${self.database}"),
        client_env={"MYSQL_HOME": HOME, DATABASE_VARIABLE: "${self.database}"},
        seeds=loaders(name),
        slicing=slicing(name, dump, DATA),
        native=native(name, server),
        adoption=adoption(name, dump, readiness("", "")),
        snapshotting=SNAPSHOTTING if name == "mariadb" else None,
        create_database=lambda database: (name, "--execute", f"CREATE DATABASE {quoted(database)}"),
    )


MARIADB = made("mariadb", "MariaDB", "11", "mariadbd")
MYSQL = made("mysql", "MySQL", "8", "mysqld")

"""ClickHouse, as the official image runs it.

Settings: https://clickhouse.com/docs/install/docker, https://clickhouse.com/docs/interfaces/cli
"""

from __future__ import annotations

from orchestrator.model.technology import MorePort, Technology
from orchestrator.technologies.parts.clickhouse_seeds import DATABASE_VARIABLE, SEEDS, quoted
from orchestrator.technologies.parts.ready_by_http import answers

OWN_DATABASES = "system|information_schema|_temporary_and_external_tables"

ACCESS = "<config><user>${self.user}</user><password>${self.password}</password></config>\n"
"""Where the client looks for who it is."""

IN_DATABASE = "${self.user}:${self.password}@${self.host}:${self.port}/${self.database}"

CLICKHOUSE = Technology(
    name="clickhouse",
    about="ClickHouse, a database for analytics",
    section="databases",
    image="clickhouse/clickhouse-server",
    version="25.8",
    port=8123,
    more_ports={"native": MorePort(9000, f"clickhouse://{IN_DATABASE}")},
    url=f"http://{IN_DATABASE}",
    fields={"jdbc": "jdbc:clickhouse://${self.host}:${self.port}/${self.database}"},
    readiness=answers("/ping"),
    program="",
    # The image would start a server only to make a database, and then a second one.
    env={
        "CLICKHOUSE_USER": "${self.user}",
        "CLICKHOUSE_PASSWORD": "${self.password}",
        "CLICKHOUSE_DEFAULT_ACCESS_MANAGEMENT": "1",
    },
    files={"/etc/clickhouse-client/config.xml": ACCESS},
    # What the image and the client find in XML.
    user_form=(r"[A-Za-z_]\w{0,63}", "letters, digits and `_`, and not a digit first"),
    password_form=(
        r"""(?!.*[<>&"\\\]])[!-~](?:[ -~]*[!-~])?""",
        "ASCII text without `<`, `>`, `&`, `]`, `\\` and quotation marks",
    ),
    database_form=(
        rf"(?!(?i:{OWN_DATABASES})$)[A-Za-z_]\w{{0,63}}",
        "letters, digits and `_`, not a digit first, and no database of the server's own",
    ),
    client=("clickhouse-client", "--database", "${self.database}"),
    client_env={DATABASE_VARIABLE: "${self.database}"},
    seeds=SEEDS,
    create_database=lambda name: (
        *("clickhouse-client", "--query"),
        f"CREATE DATABASE IF NOT EXISTS {quoted(name)}",
    ),
    creates_all=True,
)

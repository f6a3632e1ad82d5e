"""MariaDB or MySQL that runs already, and the database that a run makes for itself there."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.model.adoption import Adoption, Command, OwnPlace
from orchestrator.model.conversation import Credentials
from orchestrator.model.probe import Readiness
from orchestrator.technologies.parts.copy_names import COPIES
from orchestrator.technologies.parts.inserts import literal, quoted
from orchestrator.technologies.parts.mariadb_native import SETTINGS

SESSIONS = """
SELECT CONCAT('KILL ', id, ';') FROM information_schema.processlist
  WHERE db REGEXP {names} AND id <> CONNECTION_ID()
"""

DATABASES = """
SELECT CONCAT('DROP DATABASE IF EXISTS `', schema_name, '`;') FROM information_schema.schemata
  WHERE schema_name REGEXP {names}
"""

# A session that is gone meanwhile cannot be killed, and need not be. Of one that is not ours, with
# a transaction open there, the server is not asked to wait for long.
DROP = """
ask() { "$CLIENT" --batch --skip-column-names information_schema "$@"; }
sessions=$(ask --execute="$1") || exit
printf '%s\\n' "$sessions" | ask --force > /dev/null 2>&1
databases=$(ask --execute="$2") || exit
printf '%s\\n' 'SET SESSION lock_wait_timeout = 10;' "$databases" | ask
"""


def adoption(client: str, dump: str, ready: Readiness) -> Adoption:
    """Return how one is dealt with that has these programs."""

    def readiness(_access: Credentials, _query: Mapping[str, str]) -> Readiness:
        return ready

    def make(_given: Credentials, name: str) -> Command:
        words = f"CREATE DATABASE {quoted(name)}"
        return Command((client, f"--execute={words}", "information_schema"))

    def drop(_given: Credentials, name: str) -> Command:
        names = literal(COPIES.format(name=name))
        script = f"CLIENT={client}\n{DROP}"
        asked = (SESSIONS.format(names=names), DATABASES.format(names=names))
        return Command(("sh", "-c", script, "sh", *asked))

    return Adoption(
        schemes=("mysql", "mariadb"),
        readiness=readiness,
        needs_user=True,
        tools=(client, dump),
        packages={"apt-get": f"{client}-client", "brew": client},
        files={"my.cnf": SETTINGS},
        # What the user has at home for other servers would be read after ours.
        client_env={"MYSQL_HOME": "${self.folder}", "HOME": "${self.folder}"},
        own=OwnPlace("a database", make, drop),
        sliced=True,
    )

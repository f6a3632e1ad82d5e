"""MariaDB and MySQL as processes of this host."""

from __future__ import annotations

from orchestrator.model.native import Native

SETTINGS = """\
[client]
protocol=tcp
host="${self.host}"
port=${self.port}
user="${self.user}"
password="${self.password}"
[mysql]
database="${self.database}"
default-character-set=utf8mb4
"""

# What the images make of their variables; a server that starts reads it before anybody can connect.
FIRST = """\
CREATE USER '${self.user}'@'%' IDENTIFIED BY '${self.password}';
GRANT ALL ON *.* TO '${self.user}'@'%' WITH GRANT OPTION;
ALTER USER 'root'@'localhost' IDENTIFIED BY '${self.password}';
CREATE DATABASE `${self.database}`;
"""

# What installs MariaDB makes one root for each name of this host, and none of them has a password.
ONE_ROOT = """\
DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost';
FLUSH PRIVILEGES;
"""

INSTALL = """
mariadb-install-db --no-defaults --datadir="$PWD/data" --skip-test-db --force \\
  --auth-root-authentication-method=normal > log 2>&1
"""

INITIALIZE = """
"$1" --no-defaults --initialize-insecure --datadir="$PWD/data" > log 2>&1
"""

PREPARE = """
mkdir -p -m 700 data &&
{%s} || { cat log >&2; exit 1; }
rm log
set -- "$@" "--init-file=$PWD/first.sql"
"""


def native(name: str, server: str) -> Native:
    """Return how one is run that is called so; the same words serve both, but for the beginning."""
    mysql = name == "mysql"
    return Native(
        servers=(server,),
        tools=(name,) if mysql else (name, "mariadb-install-db"),
        backup="" if mysql else "mariadb-backup",
        version=r"Ver (\d+(?:\.\d+)+)(?!.*MariaDB)" if mysql else r"Ver (\d+(?:\.\d+)+)-MariaDB",
        places=(
            *("/usr/sbin", "/usr/libexec", "/opt/homebrew/bin"),
            *((f"/opt/homebrew/opt/{name}@*/bin", f"/usr/local/{name}*/bin")),
        ),
        packages={"apt-get": f"{name}-server", "brew": name},
        prepare=PREPARE % (INITIALIZE if mysql else INSTALL),
        command=(
            *(server, "--no-defaults", "--datadir=${self.folder}/data"),
            *("--bind-address=127.0.0.1", "--port=${self.port}"),
            # Relative to its data, because a path's length is limited.
            *("--socket=server.sock", "--pid-file=server.pid", "--skip-log-bin"),
            *("--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0"),
            *("--loose-innodb-flush-method=nosync", "--loose-mysqlx=OFF"),
        ),
        files={"my.cnf": SETTINGS, "first.sql": FIRST if mysql else ONE_ROOT + FIRST},
        client_env={"MYSQL_HOME": "${self.folder}"},
        refuses_root=True,
    )

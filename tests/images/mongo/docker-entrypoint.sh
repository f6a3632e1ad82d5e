#!/bin/bash
# Does what the official image's entry point does, but for scripts in /docker-entrypoint-initdb.d: options are mongod's,
# and the server does not run as root.
set -e

case ${1:-} in
    -*) set -- mongod "$@" ;;
esac

if [ "${1:-}" = mongod ] && [ "$(id -u)" = 0 ]; then
    find /data/db /data/configdb \! -user mongodb -exec chown mongodb '{}' +
    exec gosu mongodb "$0" "$@"
fi

exec "$@"

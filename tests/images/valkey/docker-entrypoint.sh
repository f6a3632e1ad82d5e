#!/bin/sh
# Does what the official image's entry point does: options and configuration files are valkey-server's, and the
# server does not run as root.
set -e

case ${1:-} in
    -* | *.conf) set -- valkey-server "$@" ;;
esac

if [ "${1:-}" = valkey-server ] && [ "$(id -u)" = 0 ]; then
    find . \! -user valkey -exec chown valkey '{}' +
    exec gosu valkey "$0" "$@"
fi

# Data and dumps are for the server's user alone, unless somebody asked for something else.
if [ "$(umask)" = 0022 ]; then umask 0077; fi

# shellcheck disable=SC2086 # More arguments of the server's, separated by spaces.
exec "$@" ${VALKEY_EXTRA_FLAGS:-}

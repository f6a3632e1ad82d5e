#!/bin/sh
# Does what the official image's entry point does: options and configuration files are redis-server's, and the
# server does not run as root.
set -e

case ${1:-} in
    -* | *.conf) set -- redis-server "$@" ;;
esac

if [ "${1:-}" = redis-server ] && [ "$(id -u)" = 0 ]; then
    find . \! -user redis -exec chown redis '{}' +
    exec gosu redis "$0" "$@"
fi

# Data and dumps are for the server's user alone, unless somebody asked for something else.
if [ "$(umask)" = 0022 ]; then umask 0077; fi

exec "$@"

#!/bin/sh
# Does what the official image's entry point does: runs the scripts in /docker-entrypoint.d, then the server.
set -e

if [ "${1:-}" = nginx ]; then
    for script in /docker-entrypoint.d/*.sh; do
        if [ -x "$script" ]; then "$script"; fi
    done
fi

exec "$@"

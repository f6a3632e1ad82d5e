#!/usr/bin/env bash
# Does what the official image's entry point does: the server and its tools do not run as root.
set -euo pipefail

if [[ ${1:-} == rabbitmq* ]] && (( $(id -u) == 0 )); then
    if [[ $1 == rabbitmq-server ]]; then
        find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq '{}' +
    fi
    exec gosu rabbitmq "${BASH_SOURCE[0]}" "$@"
fi

exec "$@"

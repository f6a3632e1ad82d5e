#!/bin/sh
# Does what the official image's entry point does: the broker's folders are the broker's.
set -e

if [ "$(id -u)" = 0 ] && [ -d /mosquitto ]; then chown -R mosquitto:mosquitto /mosquitto || true; fi

exec "$@"

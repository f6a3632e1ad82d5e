#!/bin/sh
# Does what the official image's entry point does: arguments alone are minio's.
set -e

if [ "${1:-}" != minio ]; then set -- minio "$@"; fi

exec "$@"

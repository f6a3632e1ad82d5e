#!/bin/sh
# Does what the official image's entry point does: options are memcached's.
set -e

case ${1:-} in
    -*) set -- memcached "$@" ;;
esac

exec "$@"

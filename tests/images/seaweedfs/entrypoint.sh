#!/bin/sh
# Does what the official image's entry point does with a command of weed's that has all it needs.
set -e

exec /usr/bin/weed "$@"

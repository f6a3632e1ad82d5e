#!/bin/bash
# Does what the official image's entry point does: variables with a dot in their names are settings. Those of parts that
# are not here (security, the databases of places) would be unknown to this server.
set -euo pipefail

settings=()
while IFS='=' read -r -d '' name value; do
    case $name in xpack.* | ingest.*) continue ;; esac
    if [[ $name =~ ^[a-z0-9_]+(\.[a-z0-9_]+)+$ && -n $value ]]; then settings+=("-E$name=$value"); fi
done < <(env -0)

case ${1:-eswrapper} in
    eswrapper) set -- elasticsearch "${@:2}" "${settings[@]}" ;;
    elasticsearch) set -- "$@" "${settings[@]}" ;;
esac

exec "$@"

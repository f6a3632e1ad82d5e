#!/bin/bash
# Does what the official image's entry point does: variables with a dot in their names are settings. There is no security
# plugin here that DISABLE_SECURITY_PLUGIN could take away.
set -euo pipefail

settings=()
while IFS='=' read -r -d '' name value; do
    if [[ $name =~ ^[a-z0-9_]+(\.[a-z0-9_]+)+$ && -n $value ]]; then settings+=("-E$name=$value"); fi
done < <(env -0)

if [[ ${1:-} == -* ]]; then set -- opensearch "$@"; fi
if [[ ${1:-} == opensearch ]]; then set -- "$@" "${settings[@]}"; fi

exec "$@"

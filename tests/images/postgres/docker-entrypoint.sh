#!/usr/bin/env bash
# Does what the official image's entry point does: makes the database on the first start, then becomes the server.
set -eo pipefail

main() {
    if [[ ${1:0:1} == - ]]; then set -- postgres "$@"; fi
    if [[ $1 == postgres ]] && ! asks_for_help "$@"; then
        make_folders
        if (( $(id -u) == 0 )); then exec gosu postgres "${BASH_SOURCE[0]}" "$@"; fi
        if [[ -s $PGDATA/PG_VERSION ]]; then
            printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
        else
            make_database "$@"
        fi
    fi
    exec "$@"
}

asks_for_help() {
    local argument
    for argument; do
        case $argument in -'?' | --help | --describe-config | -V | --version) return 0 ;; esac
    done
    return 1
}

make_folders() {
    local folder
    mkdir -p "$PGDATA" /var/run/postgresql
    # Both may be mounts that already have the right owner and cannot be changed.
    chmod 00700 "$PGDATA" || :
    chmod 03775 /var/run/postgresql || :
    if [[ -n ${POSTGRES_INITDB_WALDIR:-} ]]; then
        mkdir -p "$POSTGRES_INITDB_WALDIR"
        chmod 700 "$POSTGRES_INITDB_WALDIR"
    fi
    (( $(id -u) == 0 )) || return 0
    for folder in "$PGDATA" /var/run/postgresql ${POSTGRES_INITDB_WALDIR:+"$POSTGRES_INITDB_WALDIR"}; do
        find "$folder" \! -user postgres -exec chown postgres '{}' +
    done
}

make_database() {
    read_settings
    refuse_without_password
    # Unreadable scripts should stop the start now, not after the database has been made.
    ls /docker-entrypoint-initdb.d >/dev/null

    run_initdb
    allow_remote_logins "$@"

    export PGPASSWORD="${PGPASSWORD:-$POSTGRES_PASSWORD}"
    start_for_setup "$@"
    create_named_database
    run_init_scripts
    PGUSER="${PGUSER:-$POSTGRES_USER}" pg_ctl -D "$PGDATA" -m fast -w stop
    unset PGPASSWORD
    printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

read_settings() {
    setting POSTGRES_PASSWORD ""
    setting POSTGRES_USER postgres
    setting POSTGRES_DB "$POSTGRES_USER"
    setting POSTGRES_INITDB_ARGS ""
    : "${POSTGRES_HOST_AUTH_METHOD:=}"
}

# Sets and exports NAME: from the environment, else from the file that NAME_FILE tells, else the default.
setting() {
    local name=$1 file_name=${1}_FILE value=$2
    if [[ -n ${!name:-} && -n ${!file_name:-} ]]; then
        echo >&2 "error: both $name and $file_name are set (but are exclusive)"
        exit 1
    fi
    if [[ -n ${!name:-} ]]; then
        value=${!name}
    elif [[ -n ${!file_name:-} ]]; then
        value=$(<"${!file_name}")
    fi
    export "$name=$value"
    unset "$file_name"
}

refuse_without_password() {
    if [[ -n $POSTGRES_PASSWORD || $POSTGRES_HOST_AUTH_METHOD == trust ]]; then return; fi
    cat >&2 <<'END'
Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.
END
    exit 1
}

run_initdb() {
    set --
    if [[ -n ${POSTGRES_INITDB_WALDIR:-} ]]; then set -- --waldir "$POSTGRES_INITDB_WALDIR"; fi
    # The official image evaluates its arguments too, so that quotes within them work.
    eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") "$@" '"$POSTGRES_INITDB_ARGS"
}

allow_remote_logins() {
    shift
    local method=${POSTGRES_HOST_AUTH_METHOD:-$(postgres -C password_encryption "$@")}
    printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

# The set-up server listens on its Unix socket only, so that nobody outside takes it for the real one.
start_for_setup() {
    shift
    set -- "$@" -c listen_addresses='' -p "${PGPORT:-5432}"
    PGUSER="${PGUSER:-$POSTGRES_USER}" pg_ctl -D "$PGDATA" -o "$(printf '%q ' "$@")" -w start
}

create_named_database() {
    local exists
    exists=$(run_sql postgres --set name="$POSTGRES_DB" --tuples-only <<<"SELECT 1 FROM pg_database WHERE datname = :'name';")
    if [[ -z $exists ]]; then
        run_sql postgres --set name="$POSTGRES_DB" <<<'CREATE DATABASE :"name";'
    fi
}

# The first argument is the database. Settings that lead to another server must not redirect the set-up.
run_sql() {
    PGHOST='' PGHOSTADDR='' psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc --dbname "$@"
}

run_init_scripts() {
    local file
    echo
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh)
                # A script without the executable bit is read into this shell, as the official image does.
                if [[ -x $file ]]; then
                    echo "$0: running $file"
                    "$file"
                else
                    echo "$0: sourcing $file"
                    # shellcheck source=/dev/null
                    . "$file"
                fi
                ;;
            *.sql) echo "$0: running $file" && run_sql "$POSTGRES_DB" -f "$file" ;;
            *.sql.gz) echo "$0: running $file" && gunzip -c "$file" | run_sql "$POSTGRES_DB" ;;
            *.sql.xz) echo "$0: running $file" && xzcat "$file" | run_sql "$POSTGRES_DB" ;;
            *) echo "$0: ignoring $file" ;;
        esac
        echo
    done
}

main "$@"

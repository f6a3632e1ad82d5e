#!/usr/bin/env bash
# Does what the official image's entry point does: makes the database on the first start, then becomes the server.
set -eo pipefail
shopt -s nullglob

main() {
    if [[ ${1:0:1} == - ]]; then set -- mariadbd "$@"; fi
    if [[ $1 == mariadbd || $1 == mysqld ]] && ! asks_for_help "$@"; then
        check_settings "$@"
        read_settings "$@"
        make_folders
        if (( $(id -u) == 0 )); then exec gosu mysql "${BASH_SOURCE[0]}" "$@"; fi
        if [[ ! -d $DATADIR/mysql ]]; then make_database "$@"; fi
        unset {MARIADB,MYSQL}_{ROOT_,}PASSWORD {MARIADB,MYSQL}_ROOT_HOST
    fi
    exec "$@"
}

say() {
    printf '%s [Note] [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" "$*"
}

fail() {
    printf '%s [ERROR] [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" "$*" >&2
    exit 1
}

asks_for_help() {
    local argument
    for argument; do
        case $argument in -'?' | --help | --print-defaults | -V | --version) return 0 ;; esac
    done
    return 1
}

# Settings that the server does not know should stop the start now, and with the server's words.
check_settings() {
    local errors
    errors=$("$@" --verbose --help 2>&1 >/dev/null) || fail "mariadbd failed while attempting to check config"$'\n'"$errors"
}

# What the server would do with its arguments and its files, only the server itself can tell.
server_setting() {
    local name=$1
    shift
    "$@" --verbose --help 2>/dev/null | awk -v name="$name" '$1 == name && /^[^ \t]/ { sub(/^[^ \t]+[ \t]+/, ""); print; exit }'
}

read_settings() {
    DATADIR=$(server_setting datadir "$@")
    SOCKET=$(server_setting socket "$@")
    setting ROOT_HOST %
    setting DATABASE ""
    setting USER ""
    setting PASSWORD ""
    setting ROOT_PASSWORD ""
    : "${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:=${MYSQL_ALLOW_EMPTY_PASSWORD:-}}"
    : "${MARIADB_RANDOM_ROOT_PASSWORD:=${MYSQL_RANDOM_ROOT_PASSWORD:-}}"
    : "${MARIADB_INITDB_SKIP_TZINFO:=${MYSQL_INITDB_SKIP_TZINFO:-}}"
}

# Sets and exports MARIADB_NAME and MYSQL_NAME, to the value of whichever is there, else to the default.
setting() {
    from_file "MYSQL_$1" "$2"
    local alias=MYSQL_$1 name=MARIADB_$1
    from_file "$name" "${!alias}"
    export "$alias=${!name}"
}

# Sets and exports NAME: from the environment, else from the file that NAME_FILE tells, else the default.
from_file() {
    local name=$1 file_name=${1}_FILE value=$2
    if [[ -n ${!name:-} && -n ${!file_name:-} ]]; then
        fail "Both $name and $file_name are set (but are exclusive)"
    fi
    if [[ -n ${!name:-} ]]; then
        value=${!name}
    elif [[ -n ${!file_name:-} ]]; then
        value=$(<"${!file_name}")
    fi
    export "$name=$value"
    unset "$file_name"
}

make_folders() {
    mkdir -p "$DATADIR"
    (( $(id -u) == 0 )) || return 0
    find "$DATADIR" \! -user mysql -exec chown mysql: '{}' +
    find "${SOCKET%/*}" -maxdepth 0 \! -user mysql -exec chown mysql: '{}' \;
}

make_database() {
    refuse_without_password
    # Unreadable scripts should stop the start now, not after the database has been made.
    ls /docker-entrypoint-initdb.d >/dev/null

    say "Initializing database files"
    mariadb-install-db --datadir="$DATADIR" --rpm --auth-root-authentication-method=normal "${@:2}" \
        --cross-bootstrap --skip-test-db --old-mode=UTF8_IS_UTF8MB3 --default-time-zone=SYSTEM \
        --enforce-storage-engine= --skip-log-bin --expire-logs-days=0 \
        --loose-innodb_buffer_pool_load_at_startup=0 --loose-innodb_buffer_pool_dump_at_shutdown=0
    start_for_setup "$@"
    load_time_zones
    create_users_and_database
    run_init_scripts /docker-entrypoint-initdb.d/*
    kill "$SETUP_SERVER"
    wait "$SETUP_SERVER"
    say "MariaDB init process done. Ready for start up."
}

refuse_without_password() {
    if [[ -z $MARIADB_ROOT_PASSWORD$MARIADB_ALLOW_EMPTY_ROOT_PASSWORD$MARIADB_RANDOM_ROOT_PASSWORD ]]; then
        fail "Database is uninitialized and password option is not specified
	You need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD"
    fi
}

# The set-up server listens on its Unix socket only, so that nobody outside takes it for the real one.
start_for_setup() {
    "$@" --skip-networking --default-time-zone=SYSTEM --socket="$SOCKET" --wsrep_on=OFF --expire-logs-days=0 \
        --skip-slave-start --loose-innodb_buffer_pool_load_at_startup=0 --skip-ssl &
    SETUP_SERVER=$!
    say "Waiting for server startup"
    # The official image, too, asks once a second.
    local attempt
    for attempt in {1..30}; do
        if MYSQL_PWD='' as_root --database=mysql <<<'SELECT 1' &>/dev/null; then return; fi
        sleep 1
    done
    fail "Unable to start server."
}

load_time_zones() {
    if [[ -n $MARIADB_INITDB_SKIP_TZINFO ]]; then return; fi
    mariadb-tzinfo-to-sql --skip-write-binlog /usr/share/zoneinfo | MYSQL_PWD='' as_root --database=mysql
}

as_root() {
    mariadb --protocol=socket --user=root --host=localhost --socket="$SOCKET" "$@"
}

# The name is the official image's: scripts in /docker-entrypoint-initdb.d call it.
docker_process_sql() {
    MYSQL_PWD=$MARIADB_ROOT_PASSWORD as_root ${MARIADB_DATABASE:+--database="$MARIADB_DATABASE"} "$@"
}

create_users_and_database() {
    if [[ -n $MARIADB_RANDOM_ROOT_PASSWORD ]]; then
        MARIADB_ROOT_PASSWORD=$(pwgen --numerals --capitalize --symbols --remove-chars="'\\" -1 32)
        say "GENERATED ROOT PASSWORD: $MARIADB_ROOT_PASSWORD"
    fi
    { say_root; say_database; say_user; } | MYSQL_PWD='' as_root --database=mysql --binary-mode
}

say_root() {
    local password
    password=$(escaped "$MARIADB_ROOT_PASSWORD")
    echo "DROP USER IF EXISTS root@'127.0.0.1', root@'::1';"
    echo "SET PASSWORD FOR root@localhost = PASSWORD('$password');"
    if [[ -n $MARIADB_ROOT_HOST && $MARIADB_ROOT_HOST != localhost ]]; then
        echo "CREATE USER root@'$MARIADB_ROOT_HOST' IDENTIFIED BY '$password';"
        echo "GRANT ALL ON *.* TO root@'$MARIADB_ROOT_HOST' WITH GRANT OPTION;"
    fi
}

say_database() {
    if [[ -n $MARIADB_DATABASE ]]; then echo "CREATE DATABASE IF NOT EXISTS \`$MARIADB_DATABASE\`;"; fi
}

say_user() {
    if [[ -z $MARIADB_USER || -z $MARIADB_PASSWORD ]]; then return; fi
    echo "CREATE USER '$MARIADB_USER'@'%' IDENTIFIED BY '$(escaped "$MARIADB_PASSWORD")';"
    if [[ -n $MARIADB_DATABASE ]]; then
        echo "GRANT ALL ON \`${MARIADB_DATABASE//_/\\_}\`.* TO '$MARIADB_USER'@'%';"
    fi
}

# Returns a text as it stands between quotation marks in SQL.
escaped() {
    local text=${1//\\/\\\\}
    text=${text//$'\n'/\\n}
    echo "${text//\'/\\\'}"
}

run_init_scripts() {
    local file
    for file; do
        say "$0: running $file"
        case $file in
            *.sh)
                # A script without the executable bit is read into this shell, as the official image does.
                if [[ -x $file ]]; then
                    "$file"
                else
                    # shellcheck source=/dev/null
                    . "$file"
                fi
                ;;
            *.sql) docker_process_sql <"$file" ;;
            *.sql.gz) gunzip -c "$file" | docker_process_sql ;;
            *.sql.xz) xzcat "$file" | docker_process_sql ;;
            *.sql.zst) zstd -dc "$file" | docker_process_sql ;;
            *) say "$0: ignoring $file" ;;
        esac
    done
}

main "$@"

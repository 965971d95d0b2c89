#!/usr/bin/env bash
# PgBouncer 1.18 has no middle way with the settings of a connection string: refused, or dropped without a word.
#   findings/pooler-and-options.sh        needs Debian 12 and apt-get; unpacks into a temporary folder
# A client asks for its timeouts at the start (options='-c statement_timeout=1234'), as libpq documents. One that pools per
# session keeps one server connection for it, so that settings could hold as they do without a pooler. Seen:
#   PostgreSQL itself:                        1234ms
#   session mode:                             FATAL:  unsupported startup parameter: options
#   session mode, refusal switched off:       0
# Why it matters: the second line sends everybody to `ignore_startup_parameters = options`, which ends the error and the
# timeouts: a statement that was to end after 1.2 s may now hold its locks for ever. Who needs a setting reads it back, or
# sends it in the transaction (SET LOCAL).
set -euo pipefail
folder=$(mktemp -d) pids=() && cd "$folder" && chmod 777 .
trap 'kill -INT "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
apt-get download -qq pgbouncer=1.18.0-1+deb12u1 postgresql-15 postgresql-client-15 libpq5 libldap-2.5-0 libevent-2.1-7 \
    libc-ares2 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH=$PWD/root/usr/lib/x86_64-linux-gnu PGHOST=$PWD PGUSER=shop PGDATABASE=postgres
programs=$PWD/root/usr/lib/postgresql/15/bin
plain=() # neither of the two runs as root
((EUID != 0)) || plain=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
"${plain[@]}" "$programs/initdb" -D data -U shop -A trust -N >initdb.log
"${plain[@]}" "$programs/postgres" -D data -k "$folder" -c listen_addresses= -c fsync=off 2>postgres.log & pids+=($!)
# pooler PORT [SETTING]
pooler() {
    printf '%s\n' '[databases]' "* = host=$folder port=5432 user=shop" '[pgbouncer]' "unix_socket_dir = $folder" 'listen_addr =' \
        "listen_port = $1" 'auth_type = any' 'pool_mode = session' "${@:2}" >"$1.ini"
    "${plain[@]}" root/usr/sbin/pgbouncer -q "$1.ini" 2>"$1.log" & pids+=($!)
}
pooler 6432
pooler 6433 'ignore_startup_parameters = options'
timeout_at() { PGPORT=$1 PGOPTIONS=${2-'-c statement_timeout=1234'} "$programs/psql" -XAtc 'SHOW statement_timeout' 2>&1 || true; }
for port in 5432 6432 6433; do until [[ $(timeout_at "$port" '') == 0 ]]; do :; done; done
seen="PostgreSQL itself: $(timeout_at 5432)
session mode: $(timeout_at 6432 | sed -n 's/.*\(FATAL: .*\)/\1/p')
session mode, refusal switched off: $(timeout_at 6433)"
echo "$seen"
[[ $seen == 'PostgreSQL itself: 1234ms
session mode: FATAL:  unsupported startup parameter: options
session mode, refusal switched off: 0' ]] || { echo "this has changed" >&2; exit 1; }

#!/usr/bin/env bash
# What others write for the same purpose, and shop-server, in turns on this machine under the same load, 256 connections
# of wrk: order services on Fastify, with better-sqlite3 and with pg, one transaction per order. And without HTTP the same
# transaction written by hand on libpqxx, beside linked orders.
#   bench/peers.sh SHOP-SERVER [SECONDS] [SHOP-BENCH]     without SHOP-BENCH libpqxx is put beside shop-server over HTTP
# Ends with an error, and without a ratio, unless every order that wrk got a 201 for is there, in theirs as in ours.
# Without npm, or what it fetches, all of this is skipped.
set -euo pipefail
program=$(realpath "${1:?bench/peers.sh SHOP-SERVER [SECONDS] [SHOP-BENCH]}")
seconds=${2:-10}
linked=${3:+$(realpath "$3")}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rounds=3
threads=8 # of libpqxx, each with a connection: more are slower on two cores

skip() { echo "peers: skipped, $*"; exit 0; }
for tool in node:nodejs npm:npm wrk:wrk; do
    command -v "${tool%:*}" >/dev/null || skip "${tool%:*} is not installed (apt-get install ${tool#*:})"
done
[[ $(node -p 'process.versions.node.split(".")[0] >= 20') == true ]] ||
    skip "Node.js 20 or later is needed, this is $(node --version) (Debian 13 has it, or https://nodejs.org)"

folder=$(mktemp -d)
chmod 755 "$folder"
declare -A process address acknowledged loads # by subject, see `name`
cleanup() {
    for pid in "${process[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    [[ ! -d $folder/postgres ]] || "$here/../script/postgres" stop "$folder/postgres" || true
    rm -rf "$folder"
}
trap cleanup EXIT
die() { echo "peers: $*" >&2; exit 1; }
quiet() { "$@" >"$folder/quiet" 2>&1 || { cat "$folder/quiet" >&2; exit 1; }; }

echo "installing the peers with npm; where better-sqlite3 has to be compiled, that takes a minute or two"
cp -r "$here/peers" "$folder/peers"
(cd "$folder/peers" && npm ci --no-audit --no-fund --loglevel=error) >"$folder/npm" 2>&1 ||
    skip "npm ci fails: $(grep -m1 -i error "$folder/npm" || tail -1 "$folder/npm") (the npm registry must be there, and" \
        "python3, make and g++ where better-sqlite3 is not ready-made for $(node --version))"

tail -n +2 "$here/../reference-server/catalogue/products.csv" | awk -F, '$5 == "" || $0 ~ /active/ {print $1}' >"$folder/skus"
{ echo sku,quantity,reference; awk '{print $1 ",1000000,bench"}' "$folder/skus"; } >"$folder/stock.csv"
export SKUS=$folder/skus

# The subjects. Orders/s of each round are kept in $folder/SUBJECT.figures.
declare -A name=([sqlite]="Fastify + better-sqlite3" [shop_sqlite]="shop-server on SQLite"
    [postgres]="Fastify + pg" [shop_postgres]="shop-server on PostgreSQL"
    [libpqxx]="libpqxx, $threads threads" [linked]="linked orders, 256 callers")

# serve SUBJECT COMMAND...
serve() {
    "${@:2}" >"$folder/$1.out" 2>"$folder/$1.log" &
    process[$1]=$!
    until grep -q listening "$folder/$1.out"; do
        kill -0 "${process[$1]}" 2>/dev/null || { cat "$folder/$1.log" >&2; die "${name[$1]} does not start"; }
        sleep 0.1
    done
    address[$1]=$(sed -n 's/listening on //p' "$folder/$1.out")
    acknowledged[$1]=0
}
# serve_shop SUBJECT STORE
serve_shop() {
    quiet "$program" migrate --store "$2"
    quiet "$program" import products "$here/../reference-server/catalogue/products.csv" --store "$2"
    quiet "$program" import stock "$folder/stock.csv" --store "$2"
    serve "$1" "$program" serve all --listen 127.0.0.1:0 --store "$2"
}
close() {
    kill -TERM "${process[$1]}"
    wait "${process[$1]}" || { cat "$folder/$1.log" >&2; die "${name[$1]} ends with an error"; }
    unset "process[$1]"
}
cpu() { awk '{print $14 + $15}' "/proc/${process[$1]}/stat"; }

tell() { # SUBJECT ORDERS-PER-SECOND [more]
    echo "$2" >>"$folder/$1.figures"
    printf '%-32s %9.0f orders/s%s\n' "${name[$1]}" "$2" "${3:-}"
}
# load SUBJECT SECONDS RUN: over HTTP, counts what is acknowledged
load() {
    RUN=$3 wrk -t1 -c256 -d"$2s" -s "$here/place.lua" "${address[$1]}" >"$folder/report"
    ! grep -q 'Non-2xx' "$folder/report" || { cat "$folder/report" >&2; die "${name[$1]} refused orders"; }
    placed=$(awk '/requests in/ {print $1}' "$folder/report")
    acknowledged[$1]=$((acknowledged[$1] + placed))
    loads[$1]=$((${loads[$1]:-0} + 1))
}
# settle SUBJECT: until what was cut off is done, too, so that it does not meet the next round
settle() {
    local before left=40
    while ((left-- > 0)); do
        before=$(cpu "$1")
        sleep 0.5
        (($(cpu "$1") - before > 2)) || return 0
    done
}
warm_up() {
    load "$1" 3 warm-up
    settle "$1"
}
# sell SUBJECT ROUND
sell() {
    local before ticks
    before=$(cpu "$1")
    load "$1" "$seconds" "round-$2"
    ticks=$(($(cpu "$1") - before))
    tell "$1" "$(awk '/^Requests\/sec/ {print $2}' "$folder/report")" \
        "  $((ticks * 10000 / (placed > 0 ? placed : 1))) us CPU of its process per order"
    settle "$1"
}
# is_there SUBJECT ORDERS-IN-THE-STORE
is_there() {
    echo "${name[$1]}: acknowledged ${acknowledged[$1]}, in the store $2${loads[$1]:+ (those that were cut off included)}"
    (($2 >= acknowledged[$1] && $2 <= acknowledged[$1] + 256 * ${loads[$1]:-0})) || die "orders are missing or doubled"
}
# check_peer SUBJECT ORDERS INCOMPLETE UNBALANCED, as audit.sql gives them
check_peer() {
    [[ $3 == 0 && $4 == 0 ]] || die "${name[$1]}: $3 orders are incomplete, $4 pieces left the stock without an order"
    is_there "$1" "$2"
}
check_shop() { # SUBJECT STORE
    "$program" audit --store "$2" >"$folder/audit" || { cat "$folder/audit" >&2; exit 1; }
    is_there "$1" "$(awk '$1 == "audited" {print $2}' "$folder/audit")"
}

# compare PEER OURS GOAL: the medians, from the slowest to the quickest round
compare() {
    local subject
    for subject in "$1" "$2"; do
        sort -n "$folder/$subject.figures" |
            awk '{v[NR] = $1} END {print (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2, v[1], v[NR]}'
    done | awk -v peer="${name[$1]}" -v ours="${name[$2]}" -v goal="$3" '
        {median[NR] = $1; from[NR] = $2; to[NR] = $3}
        END {
            printf "= %s %.0f (%.0f to %.0f), %s %.0f (%.0f to %.0f): ratio %.2f, goal %s\n",
                ours, median[2], from[2], to[2], peer, median[1], from[1], to[1], median[2] / median[1], goal
            if (to[1] > 1.25 * from[1]) print "  void, the machine was busy: rounds of " peer " differ by more than 25 %"
        }'
}

echo "load of the machine before: $(cut -d' ' -f1-3 /proc/loadavg)"
serve sqlite node "$folder/peers/sqlite.mjs" "$folder/peer.db"
serve_shop shop_sqlite "sqlite:$folder/shop.db"
warm_up sqlite
warm_up shop_sqlite
for ((round = 1; round <= rounds; round++)); do
    sell sqlite "$round"
    sell shop_sqlite "$round"
done
close sqlite
close shop_sqlite
read -ra found < <(node "$folder/peers/sqlite.mjs" "$folder/peer.db" --audit)
check_peer sqlite "${found[@]}"
check_shop shop_sqlite "sqlite:$folder/shop.db"
compare sqlite shop_sqlite ">= 10"

programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[[ -x $programs/postgres ]] || { echo "peers: PostgreSQL skipped, script/setup --postgres installs it"; exit 0; }
databases=$("$here/../script/postgres" start "$folder/postgres" shop fastify libpqxx linked)
database() { grep "@/$1?" <<<"$databases"; }
linked_database=$(database shop)
linked_database=${linked_database/@\/shop/@\/linked} # as the role that may ask for checkpoints
psql() { "$programs/psql" -X -q -v ON_ERROR_STOP=1 "$@"; }
# stock_up DATABASE SKUS: the tables of the peers
stock_up() {
    psql "$1" -f "$here/peers/postgres.sql"
    awk '{print $1 ",Product " $1 ",999,EUR"}' "$2" | psql "$1" -c '\copy product FROM STDIN CSV' \
        -c 'INSERT INTO stock SELECT sku, 1000000, 1000000 FROM product' -c 'VACUUM ANALYZE product, stock'
}
audit_peer() { psql "$(database "$1")" -tA -F ' ' -f "$here/peers/audit.sql"; }

stock_up "$(database fastify)" "$folder/skus"
serve postgres node "$folder/peers/postgres.mjs" "$(database fastify)"
serve_shop shop_postgres "$(database shop)"
warm_up postgres
warm_up shop_postgres
for ((round = 1; round <= rounds; round++)); do
    sell postgres "$round"
    sell shop_postgres "$round"
done
close postgres
read -ra found < <(audit_peer fastify)
check_peer postgres "${found[@]}"

# sell_by_hand ROUND
sell_by_hand() {
    local placed rate
    "$folder/libpqxx" "$(database libpqxx)" "$folder/libpqxx.skus" "$threads" "$seconds" "round-$1" >"$folder/report"
    read -r placed _ rate _ <"$folder/report"
    acknowledged[libpqxx]=$((acknowledged[libpqxx] + placed))
    tell libpqxx "$rate"
}
# sell_linked: the median of the rounds of the suite, each on an emptied database and with an audit of its own
sell_linked() {
    SHOP_BENCH_POSTGRES=$linked_database "$linked" --benchmark_filter='^place/postgres/callers:256/' \
        --benchmark_format=csv >"$folder/report" 2>"$folder/log" || { cat "$folder/log" >&2; exit 1; }
    tell linked "$(awk -F, '$1 == "name" {for (i = 1; i <= NF; i++) if ($i == "items_per_second") at = i}
        $1 ~ /_median"$/ {print $at}' "$folder/report")"
}
by_hand=no
if pkg-config --exists libpqxx 2>/dev/null && command -v g++ >/dev/null; then
    by_hand=yes
    # shellcheck disable=SC2046 # arguments, a word each
    g++ -std=c++20 -O2 "$here/peers/libpqxx.cpp" -o "$folder/libpqxx" $(pkg-config --cflags --libs libpqxx)
    # As many skus as the other side has.
    if [[ -n $linked ]]; then seq -f 'SKU-%.0f' 100000 109999; else cat "$folder/skus"; fi >"$folder/libpqxx.skus"
    stock_up "$(database libpqxx)" "$folder/libpqxx.skus"
    acknowledged[libpqxx]=0
    for ((round = 1; round <= rounds; round++)); do
        sell_by_hand "$round"
        if [[ -n $linked ]]; then sell_linked; else sell shop_postgres "$((rounds + round))"; fi
    done
    read -ra found < <(audit_peer libpqxx)
    check_peer libpqxx "${found[@]}"
else
    echo "peers: libpqxx skipped, it is not installed (apt-get install g++ pkg-config libpqxx-dev)"
fi
close shop_postgres
check_shop shop_postgres "$(database shop)"
compare postgres shop_postgres ">= 5"
if [[ $by_hand == yes && -n $linked ]]; then
    compare libpqxx linked ">= 3.5"
elif [[ $by_hand == yes ]]; then
    echo "no SHOP-BENCH, so no linked orders: libpqxx, which has no HTTP to do, beside shop-server over HTTP"
    compare libpqxx shop_postgres ">= 3.5 for linked orders"
fi
echo "load of the machine after: $(cut -d' ' -f1-3 /proc/loadavg)"

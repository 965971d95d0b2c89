#!/usr/bin/env bash
# This build beside one from before the suites of Google Benchmark, in turns, with the same workloads: placing, linked, on
# memory, SQLite and PostgreSQL; then reading a product and placing over HTTP with wrk, on SQLite.
#   bench/older.sh OTHER THIS [ROUNDS] [SECONDS]      OTHER and THIS are build folders
# Ratios are this one to the other, the median of those of the rounds.
set -euo pipefail
other=$(realpath "${1:?bench/older.sh OTHER THIS [ROUNDS] [SECONDS]}")
this=$(realpath "${2:?bench/older.sh OTHER THIS [ROUNDS] [SECONDS]}")
rounds=${3:-5} seconds=${4:-5}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

folder=$(mktemp -d)
chmod 755 "$folder"
started=()
cleanup() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    [[ ! -d $folder/postgres ]] || "$here/../script/postgres" stop "$folder/postgres" || true
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap cleanup EXIT

# median, of the numbers in the lines of standard input
median() { sort -n | awk '{a[NR] = $1} END {print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2}'; }
# in_turns NAME: calls `rate other` and `rate this` in each round, whoever was second before first
in_turns() {
    local round first second
    rm -f "$folder/other" "$folder/this" "$folder/ratios"
    for ((round = 1; round <= rounds; round++)); do
        if ((round % 2)); then first=other second=this; else first=this second=other; fi
        rate $first "$round" >>"$folder/$first"
        rate $second "$round" >>"$folder/$second"
        paste <(tail -1 "$folder/this") <(tail -1 "$folder/other") | awk '{print $1 / $2}' >>"$folder/ratios"
    done
    printf '%-44s %9.0f beside %9.0f /s  ratio %.2f\n' "$1" "$(median <"$folder/this")" "$(median <"$folder/other")" \
        "$(median <"$folder/ratios")"
}

url=$("$here/../script/postgres" start "$folder/postgres") # as the role that may ask for checkpoints
database() { echo "${url/@\/shop/@\/$1}"; }
# shellcheck disable=SC2012 # versions are numbers
psql=$(ls -d /usr/lib/postgresql/*/bin/psql | sort -V | tail -1)
for one in other this; do "$psql" -X -q "$url" -c "CREATE DATABASE $one"; done

# place STORE CALLERS BATCH ORDERS
place() {
    local store=$1 callers=$2 batch=$3 orders=$4 name
    name=$1/callers:$callers
    ((batch == 1)) || name=$1/batch:$batch
    rate() {
        local where=$store
        [[ $store != postgres ]] || where=$(database "$1")
        if [[ $1 == other ]]; then
            "$other/bench/shop-bench" once "$where" "$callers" "$batch" "$orders" | sed -n 's/.*: \([0-9]*\) orders\/s.*/\1/p'
        else
            SHOP_BENCH_POSTGRES=$(database this) "$this/bench/shop-bench" --benchmark_filter="^place/$name/" \
                --benchmark_repetitions=1 --benchmark_format=json 2>/dev/null | jq '.benchmarks[0].items_per_second'
        fi
    }
    in_turns "place/$name"
}
place memory 1 1 20000
place memory 1 256 100000
place sqlite 1 1 2000
place sqlite 256 1 20000
place postgres 1 1 2000
place postgres 256 1 30000

products=$here/../reference-server/catalogue/products.csv
tail -n +2 "$products" | awk -F, '$5 == "" || $0 ~ /active/ {print $1}' >"$folder/skus"
{ echo sku,quantity,reference; awk '{print $1 ",1000000,bench"}' "$folder/skus"; } >"$folder/stock.csv"
declare -A address
for one in other this; do
    program=${!one}/reference-server/shop-server store=sqlite:$folder/$one.db
    "$program" import products "$products" --store "$store" >/dev/null 2>&1
    "$program" import stock "$folder/stock.csv" --store "$store" >/dev/null 2>&1
    "$program" serve all --listen 127.0.0.1:0 --store "$store" >"$folder/$one.out" 2>"$folder/$one.log" &
    started+=($!)
    until grep -q listening "$folder/$one.out"; do kill -0 "${started[-1]}"; done
    address[$one]=$(sed -n 's/listening on //p' "$folder/$one.out")
done
# load URL [wrk argument]...: requests per second
load() {
    wrk -t1 -c256 -d"${seconds}s" "${@:2}" "$1" >"$folder/report"
    ! grep -q 'Non-2xx' "$folder/report" || { cat "$folder/report" >&2; exit 1; }
    awk '/^Requests\/sec/ {print $2}' "$folder/report"
}
rate() { load "${address[$1]}/v1/products/MUG-STONE-350"; }
in_turns "GET /v1/products/{sku}, 256 connections"
rate() { SKUS=$folder/skus RUN=$2 load "${address[$1]}" -s "$here/place.lua"; }
in_turns "POST /v1/orders on SQLite, 256 connections"

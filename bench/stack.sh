#!/usr/bin/env bash
# The gateway and four services on PostgreSQL, all on this machine, beside one process on the same PostgreSQL; with 64 callers,
# with and without batching between services; product reads through the gateway.
#   bench/stack.sh SHOP-SERVER [SECONDS]
# Ends with an error, and without a figure, unless every order that wrk got a 201 for is there and the audit is clean.
set -euo pipefail
program=$(realpath "${1:?bench/stack.sh SHOP-SERVER [SECONDS]}")
seconds=${2:-10}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command -v wrk >/dev/null || { echo "stack: skipped, wrk is not installed (apt-get install wrk)"; exit 0; }

folder=$(mktemp -d)
chmod 755 "$folder"
running=
cleanup() {
    [[ -z $running ]] || { kill -TERM "$running" 2>/dev/null && wait "$running" || true; }
    for one in postgres stack/postgres; do "$here/../script/postgres" stop "$folder/$one" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap cleanup EXIT

quiet() { "$@" >"$folder/quiet" 2>&1 || { cat "$folder/quiet" >&2; exit 1; }; }
tail -n +2 "$here/../reference-server/catalogue/products.csv" | awk -F, '$5 == "" || $0 ~ /active/ {print $1}' >"$folder/skus"
{ echo sku,quantity,reference; awk '{print $1 ",1000000,bench"}' "$folder/skus"; } >"$folder/stock.csv"

# load NAME CONNECTIONS URL [wrk argument]...
load() {
    wrk -t1 -c"$2" -d"${seconds}s" "${@:4}" "$3" >"$folder/report"
    local refused
    refused=$(sed -n 's/.*Non-2xx or 3xx responses: //p' "$folder/report")
    printf '%-58s %9.0f requests/s%s\n' "$1" "$(awk '/^Requests\/sec/ {print $2}' "$folder/report")" "${refused:+  ($refused refused)}"
    [[ -z $refused ]] || { cat "$folder/report"; exit 1; }
}
acknowledged=0
# sell NAME CONNECTIONS RUN [wrk argument]...: orders of three lines
sell() {
    SKUS=$folder/skus RUN=$3 load "POST /v1/orders, $1, $2 connections" "$2" "$address" -s "$here/place.lua" "${@:4}"
    acknowledged=$((acknowledged + $(awk '/requests in/ {print $1}' "$folder/report")))
}
# check AUDIT-ARGUMENT...
check() {
    local orders
    "$program" audit "$@" >"$folder/audit" || { cat "$folder/audit"; exit 1; }
    orders=$(awk '$1 == "audited" {print $2}' "$folder/audit")
    echo "acknowledged $acknowledged, in the store $orders (those cut off at the end of a round included), $(tail -1 "$folder/audit")"
    ((orders >= acknowledged && orders <= acknowledged + 3 * 256 * 4)) || { echo "stack: orders are missing or doubled" >&2; exit 1; }
    acknowledged=0
}

one=$("$here/../script/postgres" start "$folder/postgres" one)
quiet "$program" migrate --store "$one"
quiet "$program" import products "$here/../reference-server/catalogue/products.csv" --store "$one"
quiet "$program" import stock "$folder/stock.csv" --store "$one"
"$program" serve all --listen 127.0.0.1:0 --store "$one" >"$folder/out" 2>"$folder/log" &
running=$!
until grep -q listening "$folder/out"; do kill -0 "$running"; done
address=$(sed -n 's/listening on //p' "$folder/out")
for round in 1 2; do sell "one process" 256 "one-$round"; done
sell "one process" 64 one-64
kill -TERM "$running" && wait "$running" || true
running=
check --store "$one"
"$here/../script/postgres" stop "$folder/postgres"

# open_stack [SETTING]...: sets $address and $key
open_stack() {
    "$here/../script/stack" --listen 127.0.0.1:0 --folder "$folder/stack" --program "$program" -- --access-log no "$@" >"$folder/out" 2>&1 &
    running=$!
    until grep -q 'is open' "$folder/out"; do kill -0 "$running"; done
    address=$(sed -n 's/.*is open at \(http[^ ,]*\).*/\1/p' "$folder/out")
    key=$(sed -n "s/.*key='\(.*\)'/\1/p" "$folder/out")
    export AUTHORIZATION=${key#Authorization: }
    until grep -q 'curl' "$folder/out"; do kill -0 "$running"; done
}
close_stack() {
    kill -TERM "$running"
    wait "$running" || true
    running=
}
mkdir -m 755 "$folder/stack"
databases=$("$here/../script/postgres" start "$folder/stack/postgres" product inventory orders notification)
database() { grep "@/$1?" <<<"$databases"; }
for name in product inventory orders notification; do quiet "$program" migrate --store "$(database $name)"; done
quiet "$program" import products "$here/../reference-server/catalogue/products.csv" --store "$(database product)"
quiet "$program" import stock "$folder/stock.csv" --store "$(database inventory)" --product-store "$(database product)"

open_stack
for round in 1 2 3; do sell "gateway and four services" 256 "stack-$round"; done
load "GET /v1/products/{sku} through the gateway, 256 connections" 256 "$address/v1/products/MUG-STONE-350" -H "$key"
for pid in $(pgrep -P "$running"); do
    [[ -r /proc/$pid/cmdline ]] && tr '\0' ' ' <"/proc/$pid/cmdline" | awk -v kib="$(awk '/VmRSS/ {print $2}' "/proc/$pid/status")" \
        -v ticks="$(awk '{print $14 + $15}' "/proc/$pid/stat")" '$2 == "serve" {printf "  %-14s %6d KiB resident, %6.1f s CPU\n", $3, kib, ticks / 100}'
done
close_stack
# In pairs: what the database does meanwhile (checkpoints) meets both. Each is warm when it counts.
sell_warm() {
    seconds=3 sell "warming up" 64 "warm-$2" >/dev/null
    sell "$1" 64 "$2"
}
for round in 1 2 3 4 5; do
    open_stack
    sell_warm "gateway and four services" "stack-64-$round"
    close_stack
    open_stack --batching no
    sell_warm "the same without batching between services" "apart-64-$round"
    close_stack
done
"$here/../script/postgres" start "$folder/stack/postgres" product >/dev/null
check --order-store "$(database orders)" --inventory-store "$(database inventory)" --product-store "$(database product)" \
    --notification-store "$(database notification)"

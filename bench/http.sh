#!/usr/bin/env bash
# The benchmarks over HTTP: shop-server on SQLite and on PostgreSQL, and wrk on the same machine, 256 connections, beside nginx as the floor.
#   bench/http.sh SHOP-SERVER [SECONDS]
# Ends with an error, and without a figure, unless every order that wrk got a 201 for is there and the audit is clean.
set -euo pipefail
program=$(realpath "${1:?bench/http.sh SHOP-SERVER [SECONDS]}")
seconds=${2:-10}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for tool in wrk nginx; do
    command -v "$tool" >/dev/null || { echo "http: skipped, $tool is not installed (apt-get install wrk nginx-light)"; exit 0; }
done

folder=$(mktemp -d)
started=()
cleanup() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    [[ ! -d $folder/postgres ]] || "$here/../script/postgres" stop "$folder/postgres" || true
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap cleanup EXIT

# load NAME URL [wrk argument]...: prints requests per second, and keeps the report in $folder/report.
load() {
    local name=$1 url=$2
    shift 2
    wrk -t1 -c256 -d"${seconds}s" "$@" "$url" >"$folder/report"
    local refused
    refused=$(sed -n 's/.*Non-2xx or 3xx responses: //p' "$folder/report")
    printf '%-44s %9.0f requests/s%s\n' "$name" "$(awk '/^Requests\/sec/ {print $2}' "$folder/report")" \
        "${refused:+  ($refused refused)}"
    [[ -z $refused ]] || { cat "$folder/report"; exit 1; }
}

# The floor: nginx with one worker and a constant of the size of a product.
mkdir -p "$folder/nginx"
body=$(printf '{"sku":"MUG-STONE-350","text":"%0400d"}' 0)
cat >"$folder/nginx/nginx.conf" <<CONF
worker_processes 1;
pid $folder/nginx/pid;
error_log $folder/nginx/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 100000000;
  server { listen 127.0.0.1:18089; location / { default_type application/json; return 200 '$body'; } }
}
CONF
nginx -c "$folder/nginx/nginx.conf" -g 'daemon off;' &
started+=($!)

tail -n +2 "$here/../reference-server/catalogue/products.csv" | awk -F, '$5 == "" || $0 ~ /active/ {print $1}' >"$folder/skus"
{ echo sku,quantity,reference; awk '{print $1 ",1000000,bench"}' "$folder/skus"; } >"$folder/stock.csv"
quiet() { "$@" >"$folder/quiet" 2>&1 || { cat "$folder/quiet" >&2; exit 1; }; }

# open_shop STORE: sets $server and $address.
open_shop() {
    quiet "$program" migrate --store "$1"
    quiet "$program" import products "$here/../reference-server/catalogue/products.csv" --store "$1"
    quiet "$program" import stock "$folder/stock.csv" --store "$1"
    "$program" serve all --listen 127.0.0.1:0 --store "$1" >"$folder/out" 2>"$folder/log" &
    server=$!
    started+=("$server")
    until grep -q listening "$folder/out"; do kill -0 "$server"; done
    address=$(sed -n 's/listening on //p' "$folder/out")
}
cpu() { awk '{print $14 + $15}' "/proc/$server/stat"; }

# sell NAME STORE: three rounds of orders, then the audit.
sell() {
    local acknowledged=0 round before placed orders
    for round in 1 2 3; do
        before=$(cpu)
        SKUS=$folder/skus RUN=round-$round load "POST /v1/orders, three lines, $1" "$address" -s "$here/place.lua"
        placed=$(awk '/requests in/ {print $1}' "$folder/report")
        acknowledged=$((acknowledged + placed))
        awk -v ticks=$(($(cpu) - before)) -v n="$placed" 'BEGIN {printf "  %.1f us CPU of shop-server per order\n", ticks * 10000 / n}'
    done
    kill -TERM "$server"
    wait "$server"
    "$program" audit --store "$2" >"$folder/audit" || { cat "$folder/audit"; exit 1; }
    orders=$(awk '$1 == "audited" {print $2}' "$folder/audit")
    echo "acknowledged $acknowledged, in the store $orders (those cut off at the end of a round included), $(tail -1 "$folder/audit")"
    ((orders >= acknowledged && orders <= acknowledged + 3 * 256)) || { echo "http: orders are missing or doubled" >&2; exit 1; }
}

open_shop "sqlite:$folder/shop.db"
load "floor: nginx, a constant" http://127.0.0.1:18089/
load "GET /v1/products/{sku}" "$address/v1/products/MUG-STONE-350"
load "floor: nginx, a constant" http://127.0.0.1:18089/
echo "resident: $(awk '/VmRSS/ {print $2}' "/proc/$server/status") KiB"

sell SQLite "sqlite:$folder/shop.db"

if [[ -x $(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | tail -1) ]]; then
    chmod 755 "$folder"
    postgres=$("$here/../script/postgres" start "$folder/postgres")
    open_shop "$postgres"
    sell PostgreSQL "$postgres"
else
    echo "http: PostgreSQL skipped, script/setup installs it"
fi

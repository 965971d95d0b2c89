#!/usr/bin/env bash
# The benchmarks on PostgreSQL: a private server, linked orders, and pgbench as the floor on the same server before and after.
#   bench/postgres.sh SHOP-BENCH [SECONDS]
set -euo pipefail
program=$(realpath "${1:?bench/postgres.sh SHOP-BENCH [SECONDS]}")
seconds=${2:-10}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pgbench=$(ls -d /usr/lib/postgresql/*/bin/pgbench 2>/dev/null | sort -V | tail -1)
[[ -n $pgbench ]] || { echo "postgres: skipped, there is no pgbench: script/setup installs it"; exit 0; }

folder=$(mktemp -d)
chmod 755 "$folder"
url=$("$here/../script/postgres" start "$folder/postgres")
cleanup() {
    "$here/../script/postgres" stop "$folder/postgres" || true
    rm -rf "$folder"
}
trap cleanup EXIT
floors=${url/@\/shop/@\/floors}
psql() { "${pgbench%pgbench}psql" -X -q -v ON_ERROR_STOP=1 "$@"; }
psql "$url" -c "CREATE DATABASE floors"

# The tables of the usual hand-written shop: rows for lines, a guarded update for each.
psql "$floors" <<'SQL'
CREATE TABLE stock (sku text PRIMARY KEY, available bigint NOT NULL CHECK (available >= 0)) WITH (fillfactor = 70);
CREATE TABLE orders (id uuid PRIMARY KEY, customer text NOT NULL, key text NOT NULL UNIQUE, status text NOT NULL, total bigint NOT NULL,
    placed_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE order_line (order_id uuid NOT NULL, line int NOT NULL, sku text NOT NULL, quantity bigint NOT NULL, price bigint NOT NULL,
    PRIMARY KEY (order_id, line));
INSERT INTO stock SELECT 'SKU-' || 100000 + n, 1000000000 FROM generate_series(0, 9999) AS n;
VACUUM ANALYZE;
SQL
cat >"$folder/naive.sql" <<'SQL'
\set a random(100000, 109999)
\set b random(100000, 109999)
\set c random(100000, 109999)
\set low least(:a, :b, :c)
\set high greatest(:a, :b, :c)
\set middle :a + :b + :c - :low - :high
SELECT gen_random_uuid() AS id \gset
BEGIN;
INSERT INTO orders (id, customer, key, status, total) VALUES (:id, 'ann', :id, 'confirmed', 2997);
INSERT INTO order_line VALUES (:id, 1, 'SKU-' || :a, 1, 999);
INSERT INTO order_line VALUES (:id, 2, 'SKU-' || :b, 1, 999);
INSERT INTO order_line VALUES (:id, 3, 'SKU-' || :c, 1, 999);
UPDATE stock SET available = available - 1 WHERE sku = 'SKU-' || :low AND available >= 1;
UPDATE stock SET available = available - 1 WHERE sku = 'SKU-' || :middle AND available >= 1;
UPDATE stock SET available = available - 1 WHERE sku = 'SKU-' || :high AND available >= 1;
COMMIT;
SQL
cat >"$folder/hot.sql" <<'SQL'
UPDATE stock SET available = available - 1 WHERE sku = 'SKU-100000' AND available >= 1;
SQL
floor() { # NAME SCRIPT CLIENTS
    local tps
    "$pgbench" -n -M prepared -T "$seconds" -c "$3" -j 1 -f "$folder/$2" "$floors" >"$folder/report" 2>&1 ||
        { cat "$folder/report" >&2; exit 1; }
    tps=$(awk '/^tps/ {print $3}' "$folder/report")
    printf '%-58s %9.0f per second\n' "  floor: $1, $3 clients" "$tps"
}
floors() {
    floor "pgbench, one transaction per order" naive.sql 8
    floor "pgbench, one transaction per order" naive.sql 32
    floor "pgbench, one row updated" hot.sql 8
}
floors
SHOP_BENCH_POSTGRES=$url "$program" --benchmark_filter="^place/postgres/"
floors

-- What postgres.mjs and libpqxx.cpp write to: the tables of the usual shop, with no index that placing does not need.
CREATE TABLE product (sku text PRIMARY KEY, name text NOT NULL, price bigint NOT NULL, currency text NOT NULL);
CREATE TABLE stock (sku text PRIMARY KEY, received bigint NOT NULL, available bigint NOT NULL CHECK (available >= 0))
    WITH (fillfactor = 70);
CREATE TABLE orders (id uuid PRIMARY KEY, customer text NOT NULL, status text NOT NULL, total bigint NOT NULL,
    currency text NOT NULL, placed_at timestamptz NOT NULL);
CREATE TABLE order_line (order_id uuid NOT NULL, line int NOT NULL, sku text NOT NULL, name text NOT NULL,
    quantity bigint NOT NULL, price bigint NOT NULL, PRIMARY KEY (order_id, line));
CREATE TABLE order_history (order_id uuid NOT NULL, version int NOT NULL, status text NOT NULL, at timestamptz NOT NULL,
    PRIMARY KEY (order_id, version));
CREATE TABLE idempotency_key (key text PRIMARY KEY, fingerprint text NOT NULL, order_id uuid NOT NULL,
    answer jsonb NOT NULL);

#include "migrations.hpp"

namespace shop::sqlite {

namespace {

// Small rows lie in their key's tree (WITHOUT ROWID); long ones would overflow its pages and lie in a tree of their
// own. Columns stand in the order of the records' descriptions (a test compares). Times are milliseconds since 1970,
// ids are 16 bytes, `checksum` covers the other columns of its row. Invariants that a CHECK can hold stand here too:
// the rules keep them first, so that one that fails is a defect and never a refusal.
constexpr migration steps[] = {{R"sql(
CREATE TABLE products_product (
    sku         TEXT PRIMARY KEY,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    version     INTEGER NOT NULL CHECK (version > 0),
    name        TEXT NOT NULL,
    price       TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
    content     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    checksum    INTEGER NOT NULL
) STRICT;

CREATE TABLE products_availability (
    sku                  TEXT PRIMARY KEY,
    revision             INTEGER NOT NULL CHECK (revision > 0),
    epoch                BLOB NOT NULL,
    sequence             INTEGER NOT NULL,
    available            INTEGER NOT NULL,
    low_stock_threshold  INTEGER NOT NULL,
    untracked            INTEGER NOT NULL,
    as_of                INTEGER NOT NULL,
    checksum             INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE inventory_stock (
    sku                  TEXT NOT NULL,
    location             TEXT NOT NULL,
    revision             INTEGER NOT NULL CHECK (revision > 0),
    sequence             INTEGER NOT NULL CHECK (sequence >= 0),
    on_hand              INTEGER NOT NULL CHECK (on_hand >= 0),
    allocated            INTEGER NOT NULL CHECK (allocated >= 0),
    held                 INTEGER NOT NULL CHECK (held >= 0),
    low_stock_threshold  INTEGER NOT NULL,
    backorder_limit      INTEGER NOT NULL CHECK (backorder_limit >= 0),
    untracked            INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL,
    checksum             INTEGER NOT NULL,
    PRIMARY KEY (sku, location),
    CHECK (on_hand - allocated - held >= -backorder_limit)
) STRICT, WITHOUT ROWID;

CREATE TABLE inventory_movement (
    position         INTEGER PRIMARY KEY,
    sku              TEXT NOT NULL,
    location         TEXT NOT NULL,
    sequence         INTEGER NOT NULL,
    kind             TEXT NOT NULL,
    on_hand_delta    INTEGER NOT NULL,
    allocated_delta  INTEGER NOT NULL,
    on_hand          INTEGER NOT NULL CHECK (on_hand >= 0),
    allocated        INTEGER NOT NULL CHECK (allocated >= 0),
    reason           TEXT,
    reference        TEXT,
    order_id         BLOB,
    operation        BLOB,
    at               INTEGER NOT NULL,
    checksum         INTEGER NOT NULL,
    UNIQUE (sku, location, sequence)
) STRICT;

CREATE TABLE inventory_reference (
    sku          TEXT NOT NULL,
    location     TEXT NOT NULL,
    reference    TEXT NOT NULL,
    revision     INTEGER NOT NULL CHECK (revision > 0),
    fingerprint  BLOB NOT NULL,
    recorded     TEXT NOT NULL,
    checksum     INTEGER NOT NULL,
    PRIMARY KEY (sku, location, reference)
) STRICT, WITHOUT ROWID;

CREATE TABLE inventory_decision (
    order_id    BLOB PRIMARY KEY,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    decision    TEXT NOT NULL CHECK (decision IN ('allocated', 'refused', 'released')),
    content     TEXT NOT NULL,
    decided_at  INTEGER NOT NULL,
    checksum    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE inventory_cursor (
    subscriber  TEXT PRIMARY KEY,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    told        INTEGER NOT NULL CHECK (told >= 0),
    checksum    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE orders_order (
    id           BLOB PRIMARY KEY,
    revision     INTEGER NOT NULL CHECK (revision > 0),
    customer_id  TEXT NOT NULL,
    status       TEXT NOT NULL,
    version      INTEGER NOT NULL CHECK (version > 0),
    updated_at   INTEGER NOT NULL,
    settled_at   INTEGER NOT NULL,
    content      TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    open         TEXT,
    checksum     INTEGER NOT NULL,
    CHECK (status <> 'pending' OR open IS NOT NULL)
) STRICT;
CREATE INDEX orders_order_of_customer ON orders_order (customer_id, id);
CREATE INDEX orders_order_open ON orders_order (id) WHERE open IS NOT NULL;

CREATE TABLE orders_key (
    account          TEXT NOT NULL,
    idempotency_key  TEXT NOT NULL,
    revision         INTEGER NOT NULL CHECK (revision > 0),
    fingerprint      BLOB NOT NULL,
    order_id         BLOB NOT NULL,
    operation        BLOB,
    outcome_version  INTEGER NOT NULL,
    refusal          TEXT,
    created_at       INTEGER NOT NULL,
    checksum         INTEGER NOT NULL,
    PRIMARY KEY (account, idempotency_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE orders_event (
    position     INTEGER PRIMARY KEY,
    order_id     BLOB NOT NULL,
    version      INTEGER NOT NULL CHECK (version > 0),
    status       TEXT NOT NULL,
    at           INTEGER NOT NULL,
    customer_id  TEXT NOT NULL,
    actor        TEXT NOT NULL,
    note         TEXT,
    tracking     TEXT,
    checksum     INTEGER NOT NULL,
    UNIQUE (order_id, version)
) STRICT;

CREATE TABLE orders_cursor (
    subscriber  TEXT PRIMARY KEY,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    told        INTEGER NOT NULL CHECK (told >= 0),
    checksum    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE notifications_delivery (
    order_id         BLOB NOT NULL,
    order_version    INTEGER NOT NULL,
    channel          TEXT NOT NULL,
    recipient        TEXT NOT NULL,
    revision         INTEGER NOT NULL CHECK (revision > 0),
    id               BLOB NOT NULL,
    event_type       TEXT NOT NULL,
    status           TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'dead')),
    attempts         TEXT NOT NULL,
    created_at       INTEGER NOT NULL,
    next_attempt_at  INTEGER,
    checksum         INTEGER NOT NULL,
    PRIMARY KEY (order_id, order_version, channel, recipient)
) STRICT, WITHOUT ROWID;
CREATE INDEX notifications_delivery_due ON notifications_delivery (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
)sql"},
                               {R"sql(
CREATE TABLE inventory_lease (
    work      TEXT PRIMARY KEY,
    revision  INTEGER NOT NULL CHECK (revision > 0),
    holder    BLOB NOT NULL,
    checksum  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE orders_lease (
    work      TEXT PRIMARY KEY,
    revision  INTEGER NOT NULL CHECK (revision > 0),
    holder    BLOB NOT NULL,
    checksum  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE notifications_lease (
    work      TEXT PRIMARY KEY,
    revision  INTEGER NOT NULL CHECK (revision > 0),
    holder    BLOB NOT NULL,
    checksum  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql"},
                               {R"sql(
CREATE TABLE inventory_event (
    position   INTEGER PRIMARY KEY,
    sku        TEXT NOT NULL,
    version    INTEGER NOT NULL,
    status     TEXT NOT NULL,
    available  INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    checksum   INTEGER NOT NULL,
    UNIQUE (sku, version)
) STRICT;
CREATE TABLE inventory_event_cursor (
    subscriber  TEXT PRIMARY KEY,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    told        INTEGER NOT NULL CHECK (told >= 0),
    checksum    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE notifications_delivery ADD COLUMN sku TEXT;
)sql"},
                               {R"sql(
CREATE INDEX orders_order_of_status ON orders_order (status, id);
)sql"},
                               {R"sql(
ALTER TABLE inventory_reference ADD COLUMN account TEXT;
)sql"},
                               {R"sql(
CREATE INDEX notifications_delivery_of_customer
    ON notifications_delivery (recipient, order_id, order_version, channel) WHERE sku IS NULL;
ALTER TABLE orders_event ADD COLUMN note_visibility TEXT;
)sql"},
                               {R"sql(
ALTER TABLE inventory_movement ADD COLUMN actor TEXT;
)sql"},
                               {R"sql(
ALTER TABLE notifications_delivery RENAME COLUMN order_id TO subject;
ALTER TABLE notifications_delivery RENAME COLUMN order_version TO sequence;
)sql",
                                8},
                               {R"sql(
CREATE TABLE notifications_delivery_new (
    subject          BLOB NOT NULL,
    sequence         INTEGER NOT NULL,
    channel          TEXT NOT NULL,
    recipient        TEXT NOT NULL,
    revision         INTEGER NOT NULL CHECK (revision > 0),
    id               BLOB NOT NULL,
    event_type       TEXT NOT NULL,
    status           TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'dead', 'skipped')),
    attempts         TEXT NOT NULL,
    created_at       INTEGER NOT NULL,
    next_attempt_at  INTEGER,
    checksum         INTEGER NOT NULL,
    sku              TEXT,
    event            TEXT,
    redelivered_at   INTEGER,
    PRIMARY KEY (subject, sequence, channel, recipient)
) STRICT, WITHOUT ROWID;
INSERT INTO notifications_delivery_new
    (subject, sequence, channel, recipient, revision, id, event_type, status, attempts, created_at, next_attempt_at,
     sku, checksum)
    SELECT subject, sequence, channel, recipient, revision, id, event_type, status, attempts, created_at,
           next_attempt_at, sku, checksum
    FROM notifications_delivery ORDER BY subject, sequence, channel, recipient;
DROP TABLE notifications_delivery;
ALTER TABLE notifications_delivery_new RENAME TO notifications_delivery;
CREATE INDEX notifications_delivery_of_customer
    ON notifications_delivery (recipient, subject, sequence, channel) WHERE sku IS NULL;
CREATE INDEX notifications_delivery_due
    ON notifications_delivery (channel, recipient, next_attempt_at, subject, sequence, status)
    WHERE status = 'pending' AND next_attempt_at IS NOT NULL;
CREATE INDEX notifications_delivery_unsent
    ON notifications_delivery (status, subject, sequence, channel, recipient) WHERE status <> 'delivered';
CREATE INDEX notifications_delivery_of_id
    ON notifications_delivery (id) WHERE event IS NOT NULL OR status <> 'delivered';

CREATE TABLE notifications_preferences (
    customer_id  TEXT PRIMARY KEY,
    revision     INTEGER NOT NULL CHECK (revision > 0),
    choices      TEXT NOT NULL,
    updated_at   INTEGER NOT NULL,
    checksum     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE notifications_suppression (
    address     TEXT PRIMARY KEY,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    reason      TEXT NOT NULL,
    note        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    checksum    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql",
                                9},
                               {R"sql(
CREATE TABLE notifications_endpoint (
    id               BLOB PRIMARY KEY,
    revision         INTEGER NOT NULL CHECK (revision > 0),
    version          INTEGER NOT NULL CHECK (version > 0),
    url              TEXT NOT NULL,
    description      TEXT NOT NULL,
    events           TEXT NOT NULL,
    enabled          INTEGER NOT NULL,
    disabled_reason  TEXT CHECK (disabled_reason IN ('by_hand', 'gone', 'failing')),
    failing_since    INTEGER,
    secrets          TEXT NOT NULL,
    asked            BLOB NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    checksum         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX notifications_delivery_of_endpoint
    ON notifications_delivery (recipient, subject, sequence) WHERE channel = 'webhook';
)sql"}};

}  // namespace

std::span<migration const> shop_migrations() {
    return steps;
}

}  // namespace shop::sqlite

#include "schema.hpp"

namespace shop::postgres {

namespace {

using storage::migration;

// Columns stand in the order of the records' descriptions (a test compares). Texts sort by their bytes, as keys do in
// the program. Times are milliseconds since 1970. No sequences, no foreign keys between services: nothing that a
// distributed PostgreSQL would refuse. `shop_log` holds the last position of each log. Invariants that a CHECK can hold
// stand here too: the rules keep them first, so that one that fails is a defect and never a refusal.
constexpr migration steps[] = {{R"sql(
CREATE TABLE shop_log (
    log                  text COLLATE "C" PRIMARY KEY,
    last                 bigint NOT NULL
);
INSERT INTO shop_log (log, last) VALUES ('inventory_movement', 0), ('orders_event', 0);

CREATE TABLE products_product (
    sku                  text COLLATE "C" PRIMARY KEY,
    revision             bigint NOT NULL CHECK (revision > 0),
    version              bigint NOT NULL CHECK (version > 0),
    name                 text COLLATE "C" NOT NULL,
    price                text COLLATE "C" NOT NULL,
    status               text COLLATE "C" NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
    content              text COLLATE "C" NOT NULL,
    created_at           bigint NOT NULL,
    updated_at           bigint NOT NULL
);

CREATE TABLE products_availability (
    sku                  text COLLATE "C" PRIMARY KEY,
    revision             bigint NOT NULL CHECK (revision > 0),
    epoch                uuid NOT NULL,
    sequence             bigint NOT NULL,
    available            bigint NOT NULL,
    low_stock_threshold  bigint NOT NULL,
    untracked            boolean NOT NULL,
    as_of                bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE inventory_stock (
    sku                  text COLLATE "C" NOT NULL,
    location             text COLLATE "C" NOT NULL,
    revision             bigint NOT NULL CHECK (revision > 0),
    sequence             bigint NOT NULL CHECK (sequence >= 0),
    on_hand              bigint NOT NULL CHECK (on_hand >= 0),
    allocated            bigint NOT NULL CHECK (allocated >= 0),
    held                 bigint NOT NULL CHECK (held >= 0),
    low_stock_threshold  bigint NOT NULL,
    backorder_limit      bigint NOT NULL CHECK (backorder_limit >= 0),
    untracked            boolean NOT NULL,
    updated_at           bigint NOT NULL,
    PRIMARY KEY (sku, location),
    CHECK (on_hand - allocated - held >= -backorder_limit)
) WITH (fillfactor = 50);

CREATE TABLE inventory_movement (
    position             bigint PRIMARY KEY,
    sku                  text COLLATE "C" NOT NULL,
    location             text COLLATE "C" NOT NULL,
    sequence             bigint NOT NULL,
    kind                 text COLLATE "C" NOT NULL,
    on_hand_delta        bigint NOT NULL,
    allocated_delta      bigint NOT NULL,
    on_hand              bigint NOT NULL CHECK (on_hand >= 0),
    allocated            bigint NOT NULL CHECK (allocated >= 0),
    reason               text COLLATE "C",
    reference            text COLLATE "C",
    order_id             uuid,
    operation            uuid,
    at                   bigint NOT NULL,
    UNIQUE (sku, location, sequence)
);

CREATE TABLE inventory_reference (
    sku                  text COLLATE "C" NOT NULL,
    location             text COLLATE "C" NOT NULL,
    reference            text COLLATE "C" NOT NULL,
    revision             bigint NOT NULL CHECK (revision > 0),
    fingerprint          bytea NOT NULL,
    recorded             text COLLATE "C" NOT NULL,
    PRIMARY KEY (sku, location, reference)
);

CREATE TABLE inventory_decision (
    order_id             uuid PRIMARY KEY,
    revision             bigint NOT NULL CHECK (revision > 0),
    decision             text COLLATE "C" NOT NULL CHECK (decision IN ('allocated', 'refused', 'released')),
    content              text COLLATE "C" NOT NULL,
    decided_at           bigint NOT NULL
);

CREATE TABLE inventory_cursor (
    subscriber           text COLLATE "C" PRIMARY KEY,
    revision             bigint NOT NULL CHECK (revision > 0),
    told                 bigint NOT NULL CHECK (told >= 0)
);

CREATE TABLE orders_order (
    id                   uuid PRIMARY KEY,
    revision             bigint NOT NULL CHECK (revision > 0),
    customer_id          text COLLATE "C" NOT NULL,
    status               text COLLATE "C" NOT NULL,
    version              bigint NOT NULL CHECK (version > 0),
    updated_at           bigint NOT NULL,
    settled_at           bigint NOT NULL,
    content              text COLLATE "C" NOT NULL,
    outcome              text COLLATE "C" NOT NULL,
    open                 text COLLATE "C",
    CHECK (status <> 'pending' OR open IS NOT NULL)
) WITH (fillfactor = 60);
CREATE INDEX orders_order_of_customer ON orders_order (customer_id, id);
CREATE INDEX orders_order_open ON orders_order (id) WHERE open IS NOT NULL;

CREATE TABLE orders_key (
    account              text COLLATE "C" NOT NULL,
    idempotency_key      text COLLATE "C" NOT NULL,
    revision             bigint NOT NULL CHECK (revision > 0),
    fingerprint          bytea NOT NULL,
    order_id             uuid NOT NULL,
    operation            uuid,
    outcome_version      bigint NOT NULL,
    refusal              text COLLATE "C",
    created_at           bigint NOT NULL,
    PRIMARY KEY (account, idempotency_key)
);

CREATE TABLE orders_event (
    position             bigint PRIMARY KEY,
    order_id             uuid NOT NULL,
    version              bigint NOT NULL CHECK (version > 0),
    status               text COLLATE "C" NOT NULL,
    at                   bigint NOT NULL,
    customer_id          text COLLATE "C" NOT NULL,
    actor                text COLLATE "C" NOT NULL,
    note                 text COLLATE "C",
    tracking             text COLLATE "C",
    UNIQUE (order_id, version)
);

CREATE TABLE orders_cursor (
    subscriber           text COLLATE "C" PRIMARY KEY,
    revision             bigint NOT NULL CHECK (revision > 0),
    told                 bigint NOT NULL CHECK (told >= 0)
);

CREATE TABLE notifications_delivery (
    order_id             uuid NOT NULL,
    order_version        bigint NOT NULL,
    channel              text COLLATE "C" NOT NULL,
    recipient            text COLLATE "C" NOT NULL,
    revision             bigint NOT NULL CHECK (revision > 0),
    id                   uuid NOT NULL,
    event_type           text COLLATE "C" NOT NULL,
    status               text COLLATE "C" NOT NULL CHECK (status IN ('pending', 'delivered', 'dead')),
    attempts             text COLLATE "C" NOT NULL,
    created_at           bigint NOT NULL,
    next_attempt_at      bigint,
    PRIMARY KEY (order_id, order_version, channel, recipient)
);
CREATE INDEX notifications_delivery_due ON notifications_delivery (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE TABLE inventory_lease (
    work                 text COLLATE "C" PRIMARY KEY,
    revision             bigint NOT NULL CHECK (revision > 0),
    holder               uuid NOT NULL
);

CREATE TABLE orders_lease (
    work                 text COLLATE "C" PRIMARY KEY,
    revision             bigint NOT NULL CHECK (revision > 0),
    holder               uuid NOT NULL
);

CREATE TABLE notifications_lease (
    work                 text COLLATE "C" PRIMARY KEY,
    revision             bigint NOT NULL CHECK (revision > 0),
    holder               uuid NOT NULL
);
)sql"},
                               {R"sql(
INSERT INTO shop_log (log, last) VALUES ('inventory_event', 0);

CREATE TABLE inventory_event (
    position             bigint PRIMARY KEY,
    sku                  text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    status               text COLLATE "C" NOT NULL,
    available            bigint NOT NULL,
    at                   bigint NOT NULL,
    UNIQUE (sku, version)
);

CREATE TABLE inventory_event_cursor (
    subscriber           text COLLATE "C" PRIMARY KEY,
    revision             bigint NOT NULL CHECK (revision > 0),
    told                 bigint NOT NULL CHECK (told >= 0)
);

ALTER TABLE notifications_delivery ADD COLUMN sku text COLLATE "C";
)sql"},
                               {R"sql(
CREATE INDEX orders_order_of_status ON orders_order (status, id);
)sql"},
                               {R"sql(
ALTER TABLE inventory_reference ADD COLUMN account text COLLATE "C";
)sql"},
                               {R"sql(
CREATE INDEX notifications_delivery_of_customer
    ON notifications_delivery (recipient, order_id, order_version, channel) WHERE sku IS NULL;
ALTER TABLE orders_event ADD COLUMN note_visibility text COLLATE "C";
)sql"},
                               {R"sql(
ALTER TABLE inventory_movement ADD COLUMN actor text COLLATE "C";
)sql"},
                               {R"sql(
ALTER TABLE notifications_delivery RENAME COLUMN order_id TO subject;
ALTER TABLE notifications_delivery RENAME COLUMN order_version TO sequence;
)sql",
                                7},
                               {R"sql(
ALTER TABLE notifications_delivery ADD COLUMN event text COLLATE "C";
ALTER TABLE notifications_delivery ADD COLUMN redelivered_at bigint;
ALTER TABLE notifications_delivery DROP CONSTRAINT notifications_delivery_status_check;
ALTER TABLE notifications_delivery ADD CONSTRAINT notifications_delivery_status_check
    CHECK (status IN ('pending', 'delivered', 'dead', 'skipped'));
DROP INDEX notifications_delivery_due;
CREATE INDEX notifications_delivery_due
    ON notifications_delivery (channel, recipient, next_attempt_at, subject, sequence)
    WHERE status = 'pending' AND next_attempt_at IS NOT NULL;
CREATE INDEX notifications_delivery_unsent
    ON notifications_delivery (status, subject, sequence, channel, recipient) WHERE status <> 'delivered';
CREATE INDEX notifications_delivery_of_id
    ON notifications_delivery (id) WHERE event IS NOT NULL OR status <> 'delivered';

CREATE TABLE notifications_preferences (
    customer_id          text COLLATE "C" PRIMARY KEY,
    revision             bigint NOT NULL CHECK (revision > 0),
    choices              text COLLATE "C" NOT NULL,
    updated_at           bigint NOT NULL
);
CREATE TABLE notifications_suppression (
    address              text COLLATE "C" PRIMARY KEY,
    revision             bigint NOT NULL CHECK (revision > 0),
    reason               text COLLATE "C" NOT NULL,
    note                 text COLLATE "C" NOT NULL,
    created_at           bigint NOT NULL
);
)sql",
                                8},
                               {R"sql(
CREATE TABLE notifications_endpoint (
    id                   uuid PRIMARY KEY,
    revision             bigint NOT NULL CHECK (revision > 0),
    version              bigint NOT NULL CHECK (version > 0),
    url                  text COLLATE "C" NOT NULL,
    description          text COLLATE "C" NOT NULL,
    events               text COLLATE "C" NOT NULL,
    enabled              boolean NOT NULL,
    disabled_reason      text COLLATE "C" CHECK (disabled_reason IN ('by_hand', 'gone', 'failing')),
    failing_since        bigint,
    secrets              text COLLATE "C" NOT NULL,
    asked                bytea NOT NULL,
    created_at           bigint NOT NULL,
    updated_at           bigint NOT NULL
);
CREATE INDEX notifications_delivery_of_endpoint
    ON notifications_delivery (recipient, subject, sequence) WHERE channel = 'webhook';
)sql"}};

}  // namespace

std::span<migration const> shop_migrations() {
    return steps;
}

}  // namespace shop::postgres

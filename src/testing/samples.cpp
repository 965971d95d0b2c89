#include "samples.hpp"

namespace shop::testing {

std::vector<std::string> const& odd_texts() {
    static std::vector<std::string> const texts{
        "",
        " ",
        " trailing and leading ",
        "'; DROP TABLE orders_order; --",
        "100% of _everything_ \\ \"quoted\"",
        "line\nbreak\ttab",
        "Zürich 東京 ✓ 🧺",
        "e\u0301 is not \u00e9",
        "NULL",
        "0",
        std::string(4096, 'x'),
    };
    return texts;
}

std::string nth_text(std::string const& prefix, int n) {
    auto digits = std::to_string(n);
    return prefix + "-" + std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

sku nth_sku(int n) {
    return sku(nth_text("SKU", n));
}

timestamp nth_time(int n) {
    return timestamp(std::chrono::milliseconds(1'770'000'000'000 + n));
}

namespace {

constexpr int odd_from = 1'000;
constexpr fingerprint odd_print{0, 255, 1, 254, 0, 0, 7, 8, 9, 10, 128, 127, 13, 14, 15, 0};

std::optional<std::string> odd_optional(std::string const& text) {
    return text;
}

}  // namespace

// Products --------------------------------------------------------------------------------------------------------

products::product_record sample<products::product_record>::make(int n) {
    products::product_record r;
    r.sku = nth_sku(n);
    r.version = 1;
    r.name = nth_text("Mug", n);
    r.price = eur(1'000 + n);
    r.status = products::status::active;
    products::product_content content;
    content.tags = {"kitchen"};
    r.content = document(std::move(content));
    r.created_at = r.updated_at = nth_time(n);
    return r;
}

std::vector<products::product_record> sample<products::product_record>::odd() {
    std::vector<products::product_record> out;
    for (auto const& text : odd_texts()) {
        auto& r = out.emplace_back(make(odd_from + static_cast<int>(out.size())));
        r.name = text;
        r.price = money(largest, *currency::parse("JPY"));
        r.status = products::status::archived;
        products::product_content content;
        content.description = text;
        content.tags = {text, "b", text};
        content.attributes = {{text, text}, {"z", ""}};
        content.group = text;
        content.options = {{"size", text}};
        content.changed_by = text;
        r.content = document(std::move(content));
    }
    out.push_back(make(odd_from - 1));
    out.back().content = {};
    out.back().price = eur(0);
    return out;
}

products::availability_record sample<products::availability_record>::make(int n) {
    products::availability_record r;
    r.sku = nth_sku(n);
    r.epoch = nth_id<store_epoch>(7);
    r.sequence = static_cast<std::uint64_t>(n);
    r.available = n;
    r.as_of = nth_time(n);
    return r;
}

std::vector<products::availability_record> sample<products::availability_record>::odd() {
    auto many = make(odd_from);
    many.sequence = static_cast<std::uint64_t>(largest);
    many.available = largest;
    many.low_stock_threshold = largest;
    many.untracked = true;
    auto owed = make(odd_from + 1);
    owed.available = -largest;
    return {many, owed};
}

// Inventory -------------------------------------------------------------------------------------------------------

inventory::stock_record sample<inventory::stock_record>::make(int n) {
    inventory::stock_record r;
    r.sku = nth_sku(n);
    r.on_hand = 100;
    r.updated_at = nth_time(n);
    return r;
}

std::vector<inventory::stock_record> sample<inventory::stock_record>::odd() {
    auto full = make(odd_from);
    full.location = location("aisle-7");
    full.sequence = static_cast<std::uint64_t>(largest);
    full.on_hand = limits::stock_count_max;
    full.allocated = limits::stock_count_max - 1;
    full.held = 1;
    full.low_stock_threshold = limits::stock_count_max;
    full.backorder_limit = limits::stock_count_max;
    full.untracked = true;
    auto empty = make(odd_from + 1);
    empty.sku = sku(std::string(64, 'z'));
    empty.on_hand = 0;
    return {full, empty};
}

inventory::movement_record sample<inventory::movement_record>::make(int n) {
    inventory::movement_record r;
    r.sku = nth_sku(1);
    r.sequence = static_cast<std::uint64_t>(n) + 1;
    r.on_hand_delta = 1;
    r.on_hand = n;
    r.reference = nth_text("delivery", n);
    r.at = nth_time(n);
    return r;
}

std::vector<inventory::movement_record> sample<inventory::movement_record>::odd() {
    std::vector<inventory::movement_record> out;
    for (auto const& text : odd_texts()) {
        auto& r = out.emplace_back(make(odd_from + static_cast<int>(out.size())));
        r.kind = inventory::movement_kind::returned;
        r.on_hand_delta = limits::stock_count_max;
        r.allocated_delta = -limits::stock_count_max;
        r.reason = text;
        r.reference = odd_optional(text);
        r.order_id = nth_id(3);
        r.operation = nth_id<operation_id>(4);
        r.actor = odd_optional(text);
    }
    out.push_back(make(odd_from - 1));
    out.back().reason.reset();
    out.back().reference.reset();
    return out;
}

inventory::stock_event_record sample<inventory::stock_event_record>::make(int n) {
    inventory::stock_event_record r;
    r.sku = nth_sku(1);
    r.version = static_cast<std::uint64_t>(n) + 1;
    r.available = n;
    r.at = nth_time(n);
    return r;
}

std::vector<inventory::stock_event_record> sample<inventory::stock_event_record>::odd() {
    auto r = make(odd_from);
    r.sku = sku(std::string(64, 'z'));
    r.version = static_cast<std::uint64_t>(largest);
    r.status = availability_status::in_stock;
    r.available = -largest;
    return {r};
}

inventory::reference_record sample<inventory::reference_record>::make(int n) {
    inventory::reference_record r;
    r.sku = nth_sku(1);
    r.reference = nth_text("delivery", n);
    r.fingerprint = {1, 2, 3};
    inventory::movement recorded;
    recorded.sku = r.sku;
    recorded.on_hand = n;
    recorded.at = nth_time(n);
    r.recorded = document(std::move(recorded));
    return r;
}

std::vector<inventory::reference_record> sample<inventory::reference_record>::odd() {
    std::vector<inventory::reference_record> out;
    for (auto const& text : odd_texts()) {
        auto& r = out.emplace_back(make(odd_from));
        r.sku = nth_sku(odd_from);
        r.location = location("aisle-7");
        r.reference = text;
        r.fingerprint = odd_print;
        auto recorded = r.recorded.get();
        recorded.reason = text;
        r.recorded = document(std::move(recorded));
    }
    return out;
}

inventory::decision_record sample<inventory::decision_record>::make(int n) {
    inventory::decision_record r;
    r.order_id = nth_id(n);
    r.decision = inventory::decision::allocated;
    inventory::decision_content content;
    content.lines = {{nth_sku(1), {}, 2, false}};
    r.content = document(std::move(content));
    r.decided_at = nth_time(n);
    return r;
}

std::vector<inventory::decision_record> sample<inventory::decision_record>::odd() {
    auto refused = make(odd_from);
    refused.decision = inventory::decision::refused;
    inventory::decision_content content;
    content.shortages = {{nth_sku(1), limits::stock_count_max, -5}, {nth_sku(2), 1, 0}};
    refused.content = document(std::move(content));
    auto shipped = make(odd_from + 1);
    content = {};
    content.lines = {{nth_sku(1), location("aisle-7"), 1, false}, {nth_sku(2), {}, 1, true}};
    content.operations = {{nth_id<operation_id>(1), inventory::movement_kind::shipped, content.lines}};
    shipped.content = document(std::move(content));
    auto released = make(odd_from + 2);
    released.decision = inventory::decision::released;
    released.content = {};
    return {refused, shipped, released};
}

// Orders ----------------------------------------------------------------------------------------------------------

orders::order_record sample<orders::order_record>::make(int n) {
    orders::order_record r;
    r.id = nth_id(n);
    r.customer_id = "ann";
    r.status = orders::status::confirmed;
    r.updated_at = r.settled_at = nth_time(n);
    orders::order_content content;
    content.customer = orders::customer(r.customer_id);
    content.lines = {{nth_sku(1), "Mug", quantity(2), eur(1'000), eur(2'000)}};
    content.total = eur(2'000);
    r.content = document(std::move(content));
    return r;
}

std::vector<orders::order_record> sample<orders::order_record>::odd() {
    std::vector<orders::order_record> out;
    for (auto const& text : odd_texts()) {
        auto n = odd_from + static_cast<int>(out.size());
        auto& r = out.emplace_back(make(n));
        r.customer_id = text;
        r.version = static_cast<std::uint64_t>(largest);
        auto content = r.content.get();
        content.customer.email = text;
        content.customer.name = odd_optional(text);
        content.metadata = {{text, text}};
        content.total = money(largest, *currency::parse("USD"));
        content.lines.push_back({nth_sku(2), text, quantity(limits::quantity_max), eur(0), eur(0)});
        r.content = document(std::move(content));
        orders::order_outcome outcome;
        outcome.reason = text;
        outcome.reason_visibility = orders::note_visibility::internal;
        outcome.shortages = {{nth_sku(1), 2, 1}};
        outcome.shipments = {{nth_id<shipment_id>(n), {{nth_sku(1), 2}}, text, nth_time(n), 3}};
        r.outcome = document(std::move(outcome));
        r.open = orders::open_operation{nth_id<operation_id>(n),
                                        orders::operation_type::ship,
                                        text,
                                        text,
                                        orders::note_visibility::customer,
                                        {},
                                        text,
                                        std::string("k")};
    }
    out.push_back(make(odd_from - 1));
    out.back().status = orders::status::rejected;
    out.back().outcome = {};
    return out;
}

key_record sample<key_record>::make(int n) {
    key_record r;
    r.account = "local";
    r.idempotency_key = nth_text("cart", n);
    r.fingerprint = {4, 5, 6};
    r.order_id = nth_id(n);
    r.created_at = nth_time(n);
    return r;
}

std::vector<key_record> sample<key_record>::odd() {
    std::vector<key_record> out;
    for (auto const& text : odd_texts()) {
        auto& r = out.emplace_back(make(odd_from));
        r.account = text;
        r.idempotency_key = text;
        r.fingerprint = odd_print;
        r.operation = nth_id<operation_id>(9);
        r.outcome_version = static_cast<std::uint64_t>(largest);
        recorded_refusal refusal;
        refusal.code = "invalid_transition";
        refusal.details.detail = text;
        refusal.details.from = text;
        refusal.details.allowed = {text, "closed"};
        refusal.details.shortages = {{nth_sku(1), 2, 1}};
        r.refusal = std::move(refusal);
    }
    return out;
}

orders::event_record sample<orders::event_record>::make(int n) {
    orders::event_record r;
    r.order_id = nth_id(n);
    r.at = nth_time(n);
    r.customer_id = "ann";
    r.actor = "local";
    return r;
}

std::vector<orders::event_record> sample<orders::event_record>::odd() {
    std::vector<orders::event_record> out;
    for (auto const& text : odd_texts()) {
        auto& r = out.emplace_back(make(odd_from + static_cast<int>(out.size())));
        r.version = static_cast<std::uint64_t>(largest);
        r.status = orders::status::cancelled;
        r.customer_id = text;
        r.actor = text;
        r.note = text;
        r.tracking = odd_optional(text);
        r.note_visibility = orders::note_visibility::customer;
    }
    out.push_back(make(odd_from - 1));
    return out;
}

// Notifications ---------------------------------------------------------------------------------------------------

notifications::delivery_record sample<notifications::delivery_record>::make(int n) {
    notifications::delivery_record r;
    r.subject = nth_id(n).value;
    r.sequence = 2;
    r.channel = "log";
    r.recipient = "ann";
    r.id = nth_id<delivery_id>(n);
    r.event_type = "shop.order.confirmed.v1";
    r.created_at = nth_time(n);
    r.next_attempt_at = nth_time(n);
    return r;
}

std::vector<notifications::delivery_record> sample<notifications::delivery_record>::odd() {
    std::vector<notifications::delivery_record> out;
    for (auto const& text : odd_texts()) {
        auto& r = out.emplace_back(make(odd_from + static_cast<int>(out.size())));
        r.sequence = static_cast<std::uint64_t>(largest);
        r.channel = text;
        r.recipient = text;
        r.event_type = text;
        r.status = notifications::delivery_status::dead;
        r.attempts =
            document(std::vector<notifications::delivery_attempt>{{nth_time(1), text, text}, {nth_time(2), {}, {}}});
        r.next_attempt_at.reset();
        r.sku = sku(std::string(64, 'z'));
        events::event told;
        told.type = text;
        told.subject = text;
        told.sequence = static_cast<std::uint64_t>(largest);
        told.data.note = text;
        r.event = document(std::move(told));
        r.redelivered_at = nth_time(3);
    }
    return out;
}

notifications::preferences_record sample<notifications::preferences_record>::make(int n) {
    notifications::preferences_record r;
    r.customer_id = nth_text("customer", n);
    r.updated_at = nth_time(n);
    return r;
}

std::vector<notifications::preferences_record> sample<notifications::preferences_record>::odd() {
    std::vector<notifications::preferences_record> out;
    for (auto const& text : odd_texts()) {
        auto& r = out.emplace_back(make(odd_from + static_cast<int>(out.size())));
        r.customer_id = text;
        notifications::choices chosen;
        chosen.opted_out = true;
        chosen.muted = {{text, {}}, {{}, text}};
        chosen.time_zone = text;
        chosen.quiet_hours = {"22:00", "07:00"};
        chosen.digest = notifications::digest_mode::daily;
        r.choices = document(std::move(chosen));
    }
    return out;
}

notifications::suppression_record sample<notifications::suppression_record>::make(int n) {
    notifications::suppression_record r;
    r.address = nth_text("address", n);
    r.created_at = nth_time(n);
    return r;
}

std::vector<notifications::suppression_record> sample<notifications::suppression_record>::odd() {
    std::vector<notifications::suppression_record> out;
    for (auto const& text : odd_texts()) {
        auto& r = out.emplace_back(make(odd_from + static_cast<int>(out.size())));
        r.address = text;
        r.note = text;
        r.reason = notifications::suppression_reason::complaint;
    }
    return out;
}

notifications::endpoint_record sample<notifications::endpoint_record>::make(int n) {
    notifications::endpoint_record r;
    r.id = nth_id<notifications::endpoint_id>(n);
    r.version = 1;
    r.url = "https://example.com/hooks/" + nth_text("shop", n);
    r.events = document(std::vector<std::string>{"*"});
    notifications::webhook_secret first;
    first.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    r.secrets = document(std::vector{first});
    r.asked = odd_print;
    r.created_at = r.updated_at = nth_time(n);
    return r;
}

std::vector<notifications::endpoint_record> sample<notifications::endpoint_record>::odd() {
    std::vector<notifications::endpoint_record> out;
    for (auto const& text : odd_texts()) {
        auto& r = out.emplace_back(make(odd_from + static_cast<int>(out.size())));
        r.version = static_cast<std::uint64_t>(largest);
        r.url = text;
        r.description = text;
        r.events = document(std::vector<std::string>{text, "b", text});
        r.enabled = false;
        r.disabled_reason = notifications::disabled_reason::failing;
        r.failing_since = nth_time(3);
        notifications::webhook_secret one;
        one.secret = one.drawn_for = text;
        one.signs_until = nth_time(4);
        r.secrets = document(std::vector{one, one});
        r.asked = {};
    }
    return out;
}

}  // namespace shop::testing

#include "rest/api_notes.hpp"

#include <chrono>

#include <shop/http/limits.hpp>

namespace shop::http::detail {

namespace {

using namespace shop::limits;

std::string grouped(std::int64_t number) {
    auto text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
        text.insert(static_cast<std::size_t>(at), ",");
    }
    return text;
}
std::string grouped(std::size_t number) {
    return grouped(static_cast<std::int64_t>(number));
}

bounded to(std::int64_t most, std::string_view what = {}) {
    return {"1 to " + grouped(most) + (what.empty() ? "" : " ") + std::string(what), 1, most};
}
bounded up_to(std::int64_t most, std::string_view what) {
    return {"at most " + grouped(most) + " " + std::string(what), std::nullopt, most};
}
bounded count_to(std::int64_t most) {
    return {"0 to " + grouped(most), 0, most};
}
bounded either_side(std::int64_t most) {
    return {"-" + grouped(most) + " to " + grouped(most), -most, most};
}

std::string in_bytes(std::size_t most) {
    constexpr std::size_t kib = 1024;
    if (most % (kib * kib) == 0) return std::to_string(most / kib / kib) + " MiB";
    if (most % kib == 0) return std::to_string(most / kib) + " KiB";
    return grouped(most) + " bytes";
}
std::string in_seconds(std::chrono::milliseconds most) {
    return std::to_string(most.count() / 1000) + " s";
}

}  // namespace

std::vector<api_note> api_notes() {
    auto const word = to(product_word_characters_max, "characters");
    auto const entries = up_to(product_attributes_max, "entries; names of ") + word + ", values of " +
                         up_to(product_attribute_bytes_max, "bytes");
    auto const sums = bounded("the sum over all locations");
    return {
        {"*.sku", "case-sensitive"},
        {"*.version", "rises by one with each change", R"(2)"},
        {"*.limit", to(page_items_max) + ("; " + grouped(page_items_default) + " without it"), "50"},
        {"*.cursor", "`next_cursor` of the page before, of the same list with the same filters", R"("MTI3")"},
        {"*.at", "when it happened"},
        {"*.status", ""},
        {"*.quantity", "pieces"},

        {"product.name", "", R"("Mug")"},
        {"product.availability", "a hint for people: only placing an order decides"},
        {"product.created_at", ""},
        {"product.updated_at", "of the last change of the product, not of its availability"},
        {"product.description", "", R"("Holds 0.3 l.")"},
        {"product.price", ""},
        {"product.status", "only `active` ones can be ordered", R"("active")"},
        {"product.tags", "", R"(["kitchen"])"},
        {"product.attributes", "", R"({"colour": "blue"})"},
        {"product.group", "variants of one thing share it", R"("mugs")"},
        {"product.options", "what tells this variant from the others of its group", R"({"size": "L"})"},
        {"product.changed_by", "the account of the last change; only for callers with `products:write`", R"("till-2")"},
        {"availability.status", ""},
        {"availability.available", "pieces; below zero when more are promised than there are", R"(8)"},
        {"availability.as_of", "null before the first word of the inventory"},

        {"product_draft.name", to(product_name_characters_max, "characters, not only blanks"), R"("Mug")"},
        {"product_draft.description",
         bounded("at most " + in_bytes(product_description_bytes_max), std::nullopt, product_description_bytes_max) +
             "; line breaks are allowed",
         R"("Holds 0.3 l.")"},
        {"product_draft.price", count_to(money_amount_max) + " minor units, in a currency that is in use"},
        {"product_draft.status", "`draft` without it", R"("active")"},
        {"product_draft.tags", up_to(product_tags_max, "of ") + word + ", each once", R"(["kitchen"])"},
        {"product_draft.attributes", entries, R"({"colour": "blue"})"},
        {"product_draft.group", word, R"("mugs")"},
        {"product_draft.options", entries, R"({"size": "L"})"},
        {"edited_product.version", ""},
        {"edited_product.created_at", ""},
        {"edited_product.updated_at", ""},
        {"edited_product.availability", "compared if it was read after its last change"},
        {"edited_product.changed_by", ""},
        {"product_merge.name", to(product_name_characters_max, "characters, not only blanks; a new product needs it"),
         R"("Mug")"},
        {"product_merge.price",
         count_to(money_amount_max) + " minor units, in a currency that is in use; a new product needs it"},
        {"product_merge.status", "`active` without it, if the product is new", R"("active")"},
        {"product_merge.group", word + "; an empty one takes the product out of its group", R"("mugs")"},
        {"products.list.q",
         "part of a sku or name; letter case is ignored (ASCII); a page may hold less than there is, see Lists",
         R"("mug")"},
        {"products.list.tag", "only products that have it", R"("kitchen")"},
        {"products.list.status", "only products that are so", R"("active")"},
        {"products.list.sku", "just these; unknown ones are left out", R"(["MUG-9", "MUG-8"])"},
        {"imported.outcome", ""},

        {"stock_level.on_hand", sums, R"(10)"},
        {"stock_level.allocated", bounded("promised to orders; ") + sums, R"(2)"},
        {"stock_level.held", bounded("held for checkouts; ") + sums, R"(0)"},
        {"stock_level.available", "`on_hand` - `allocated` - `held`", R"(8)"},
        {"stock_level.low_stock_threshold", "the most pieces that count as low", R"(3)"},
        {"stock_level.backorder_limit", "how far below zero `available` may be promised", R"(0)"},
        {"stock_level.untracked", "never counted, never short"},
        {"stock_level.locations", up_to(locations_per_sku_max, "of them")},
        {"stock_level.version", "lines of the ledger about it: rises with every change"},
        {"location_level.location", ""},
        {"location_level.on_hand", "pieces that lie there", R"(10)"},
        {"location_level.allocated", "of these, promised to orders", R"(2)"},
        {"location_level.held", "of these, held for checkouts", R"(0)"},
        {"location_level.available", "`on_hand` - `allocated` - `held`", R"(8)"},
        {"inventory.list.sku", "just these; unknown ones are left out", R"(["MUG-9", "MUG-8"])"},
        {"inventory.configure.low_stock_threshold", count_to(stock_count_max) + "; as it is without it", R"(3)"},
        {"inventory.configure.backorder_limit", count_to(stock_count_max) + "; as it is without it", R"(0)"},
        {"inventory.configure.untracked", "as it is without it", R"(false)"},
        {"inventory.configure.on_hand", ""},
        {"inventory.configure.allocated", ""},
        {"inventory.configure.held", ""},
        {"inventory.configure.available", ""},
        {"inventory.configure.locations", ""},
        {"inventory.configure.version", ""},
        {"inventory.record.kind", "", R"("received")"},
        {"inventory.record.quantity", "`received` and `transferred` need it", R"(10)"},
        {"inventory.record.delta", either_side(stock_count_max) + ", not 0; `adjusted` needs it or `set`", R"(-1)"},
        {"inventory.record.set", count_to(stock_count_max) + "; the new count, with `expected`", R"(9)"},
        {"inventory.record.expected", "the count that `set` replaces", R"(10)"},
        {"inventory.record.reason", to(reason_characters_max, "characters; `adjusted` needs it"), R"("breakage")"},
        {"inventory.record.location", "of `received` and `adjusted`; `main` without it"},
        {"inventory.record.from", "`transferred` needs it"},
        {"inventory.record.to", "`transferred` needs it, another place than `from`", R"("cellar")"},
        {"movement.location", ""},
        {"movement.sequence", "1-based and gapless for each sku and location", R"(1)"},
        {"movement.kind", "", R"("received")"},
        {"movement.on_hand_delta", "", R"(10)"},
        {"movement.allocated_delta", "", R"(0)"},
        {"movement.on_hand", "after it", R"(10)"},
        {"movement.allocated", "after it", R"(0)"},
        {"movement.reason", ""},
        {"movement.reference",
         "unique for a sku and location: the idempotency key it was recorded under, or the row of an import",
         R"("delivery-812")"},
        {"movement.order_id", ""},
        {"movement.actor", "the account that recorded or configured it; the history of an order tells its own",
         R"("till-2")"},

        {"orders.place.customer", ""},
        {"orders.place.lines", to(order_lines_max, "lines; those of one sku are merged")},
        {"orders.place.expected_total", "refused with `total_mismatch` if the order costs something else",
         R"({"amount": 3998, "currency": "EUR"})"},
        {"orders.place.metadata",
         up_to(order_metadata_max, "entries; names of ") + up_to(order_metadata_name_bytes_max, "bytes, values of ") +
             up_to(string_bytes_max, "bytes"),
         R"({"cart": "7"})"},
        {"wanted_line.quantity", "pieces; at most " + grouped(quantity_max) + " of one sku in an order"},
        {"customer.id", to(customer_id_bytes_max, "bytes, not only blanks; whose order it is"), R"("ann")"},
        {"customer.email",
         up_to(mail_address_bytes_max, "bytes, ") + std::to_string(mail_local_part_bytes_max) +
             " of them before the @; a plain address, no quoted name; letters beyond ASCII are allowed (RFC 6531)",
         R"("ann@example.org")"},
        {"customer.name", to(customer_name_bytes_max, "bytes, not only blanks"), R"("Ann")"},
        {"customer.locale", up_to(language_tag_bytes_max, "characters; a language tag of BCP 47, such as `de-AT`"),
         R"("de-AT")"},
        {"orders.list.customer_id", "who is bound to a customer sees only their own", R"("ann")"},
        {"orders.list.status", "only orders that are so", R"("confirmed")"},
        {"orders.list.placed_after", "this moment included"},
        {"orders.list.placed_before", "this moment not included"},
        {"orders.transition.to", "a status that `allowed` names", R"("shipped")"},
        {"orders.transition.tracking", up_to(order_tracking_bytes_max, "bytes"), R"("XY1")"},
        {"orders.transition.note", up_to(order_note_bytes_max, "bytes; for the history"),
         R"("left with the neighbour")"},
        {"orders.transition.note_visibility",
         "who may read the note, `internal` without it; what a customer notes is theirs to read", R"("customer")"},
        {"orders.cancel.note", up_to(order_note_bytes_max, "bytes; the order shows it as `reason`"),
         R"("ordered twice")"},
        {"orders.cancel.note_visibility",
         "who may read the note, `internal` without it; what a customer notes is theirs to read", R"("customer")"},
        {"*.id", ""},
        {"orders.get.id", "of the order"},
        {"orders.history.id", "of the order"},
        {"orders.transition.id", "of the order"},
        {"orders.cancel.id", "of the order"},
        {"orders.events.id", "of the order"},
        {"notifications.redeliver.id", "of the message"},
        {"notifications.get_preferences.id", "of the customer"},
        {"notifications.set_preferences.id", "of the customer"},
        {"webhooks.get.id", "of the endpoint"},
        {"webhooks.change.id", "of the endpoint"},
        {"webhooks.remove.id", "of the endpoint"},
        {"webhooks.rotate_secret.id", "of the endpoint"},
        {"webhooks.deliveries.id", "of the endpoint"},
        {"webhooks.redeliver.id", "of the endpoint"},
        {"webhooks.test.id", "of the endpoint"},
        {"order.customer", ""},
        {"order.lines", "one for each sku"},
        {"order.total", "", R"({"amount": 3998, "currency": "EUR"})"},
        {"order.placed_at", ""},
        {"order.updated_at", ""},
        {"order.reason", "why it was rejected or cancelled; to a customer, unless that is internal"},
        {"order.shipments", "", R"([])"},
        {"order.metadata", "", R"({"cart": "7"})"},
        {"line.name", "as it was when the order was placed", R"("Mug")"},
        {"line.unit_price", "as it was when the order was placed"},
        {"line.line_total", "", R"({"amount": 3998, "currency": "EUR"})"},
        {"shipment.lines", ""},
        {"shipment.tracking", "", R"("XY1")"},
        {"shipment.version", "of the order, when it was shipped", R"(3)"},
        {"history_item.version", "of the order, after it", R"(2)"},
        {"history_item.actor", "the account that did it; to a customer `shop`, unless it is their own", R"("till-2")"},
        {"history_item.note", "to a customer, unless it is internal", R"("left with the neighbour")"},
        {"history_item.note_visibility", "beside a note", R"("customer")"},
        {"history_item.tracking", "", R"("XY1")"},

        {"order_event.order_id", ""},
        {"order_event.version", "of the order, after it"},
        {"order_event.customer_id", ""},
        {"order_event.note", "to the customer; internal ones are not told here"},
        {"order_event.tracking", ""},
        {"order_event.position", "in the log of all orders"},
        {"inventory.availability.sku", "1 to " + grouped(watched_skus_max)},
        {"sku_availability.available", "pieces; below zero when more are promised than there are"},
        {"sku_availability.version", "of its stock"},
        {"sku_availability.as_of", "null of a sku without stock"},

        {"notifications.list.order_id", "only those about this order"},
        {"notifications.list.status", "only those that are so"},
        {"delivery.id", "equal over all tries"},
        {"delivery.event_type", "such as `shop.order.confirmed.v1`", R"("shop.order.confirmed.v1")"},
        {"delivery.order_id", "of what happened to an order"},
        {"delivery.order_version", "of what happened to an order", R"(2)"},
        {"delivery.sku", "of what happened to stock"},
        {"delivery.stock_version", "of what happened to stock"},
        {"delivery.channel", "", R"("log")"},
        {"delivery.recipient", "the customer's id, never contact data; `shop`: who runs the shop", R"("ann")"},
        {"delivery.attempts", "all tries, oldest first"},
        {"delivery.created_at", ""},
        {"delivery.next_attempt_at", "of a pending one"},
        {"delivery_attempt.failure", "a word of [errors.md](errors.md); nothing when it went through"},
        {"delivery_attempt.detail", "what the recipient's side said"},
        {"notifications.list.channel", "the name of one"},
        {"notifications.redeliver_all.order_id", "this, `channel` or `since` is needed"},
        {"notifications.redeliver_all.channel", ""},
        {"notifications.redeliver_all.status", "`dead` without it; not `pending`"},
        {"notifications.redeliver_all.since", "made at this moment or later"},
        {"notifications.redeliver_all.limit", to(batch_items_max, "deliveries are looked at; as many without it")},
        {"notifications.redeliver_all.cursor", "`next_cursor` of the answer before, with the same filters"},
        {"redelivered.count", "those that are due again"},
        {"redelivered.next_cursor", "there may be more: ask again with it"},
        {"preferences.customer_id", ""},
        {"preferences.version", "0 of a customer who never chose"},
        {"preferences.choices", ""},
        {"preferences.updated_at", ""},
        {"choices.opted_out", "nothing is sent"},
        {"choices.muted", up_to(muted_max, "of them")},
        {"choices.locale", "a language tag of BCP 47; that of the order without it"},
        {"choices.time_zone", "of the IANA database, such as `Europe/Vienna`; UTC without it"},
        {"choices.quiet_hours", "nothing is sent then; it is sent when they end"},
        {"choices.digest", "`daily`: what came within a day is sent in the morning"},
        {"muted_messages.event", "a type of event; every one without it"},
        {"muted_messages.channel", "every one without it"},
        {"quiet_hours.from", "`22:00`, in the time zone"},
        {"quiet_hours.to", "`07:00`; earlier than `from`: on the next day"},
        {"notifications.suppressions.address", "just this one"},
        {"notifications.suppress.address", "an e-mail address, or the id of a customer"},
        {"notifications.suppress.reason", "`manual` without it"},
        {"notifications.suppress.note", up_to(order_note_bytes_max, "bytes")},
        {"notifications.unsuppress.address", "as it is listed"},
        {"suppression.address", "an e-mail address in lower case, or the id of a customer"},
        {"suppression.reason", ""},
        {"suppression.note", ""},
        {"suppression.created_at", ""},

        {"webhooks.create.url", "https, a public host, at most 2,048 bytes"},
        {"webhooks.create.description", up_to(webhook_description_characters_max, "characters")},
        {"webhooks.create.events",
         up_to(webhook_event_filters_max, "types; `shop.order.*` is all that begin so, `*` all, as without it")},
        {"webhooks.create.enabled", "true without it"},
        {"webhooks.change.url", "https, a public host, at most 2,048 bytes"},
        {"webhooks.change.description", up_to(webhook_description_characters_max, "characters")},
        {"webhooks.change.events", up_to(webhook_event_filters_max, "types, as when it is created")},
        {"webhooks.change.enabled", "true begins anew: what failed before is forgotten"},
        {"webhooks.change.disabled_reason", ""},
        {"webhooks.change.failing_since", ""},
        {"webhooks.change.version", ""},
        {"webhooks.change.created_at", ""},
        {"webhooks.change.updated_at", ""},
        {"webhooks.rotate_secret.overlap_hours",
         "0 to " + grouped(webhook_overlap_hours_max) + ", that the secret before signs, too; 24 without it"},
        {"webhooks.deliveries.status", "only those that are so"},
        {"webhooks.redeliver.status", "`dead` without it; not `pending`"},
        {"webhooks.redeliver.since", "made at this moment or later"},
        {"webhooks.redeliver.limit", to(batch_items_max, "deliveries are looked at; as many without it")},
        {"webhooks.redeliver.cursor", "`next_cursor` of the answer before, with the same filters"},
        {"webhook_endpoint.url", ""},
        {"webhook_endpoint.description", "for people"},
        {"webhook_endpoint.events", "types; `shop.order.*` is all that begin so"},
        {"webhook_endpoint.enabled", ""},
        {"webhook_endpoint.disabled_reason", "unless it is enabled"},
        {"webhook_endpoint.failing_since", "of the first failure since a message arrived"},
        {"webhook_endpoint.secret", "`whsec_...`, only in the answer that drew it"},
        {"webhook_endpoint.created_at", ""},
        {"webhook_endpoint.updated_at", ""},
        {"tested_endpoint.id", "`webhook-id` of the message"},
        {"tested_endpoint.arrived", "the receiver answered 2xx"},
        {"tested_endpoint.status", "of HTTP; missing without an answer"},
        {"tested_endpoint.failure", "why it did not arrive"},
        {"tested_endpoint.took_ms", "milliseconds"},

        {"problem.errors", "each place that was refused"},
        {"problem.shortages", "what was asked for and what there is"},
        {"problem.from", "of `invalid_transition`: where the order is", R"("confirmed")"},
        {"problem.to", "of `invalid_transition`: where it was to go", R"("delivered")"},
        {"problem.allowed", "of `invalid_transition`: where it may go; empty at an end", R"(["shipped", "cancelled"])"},
        {"problem.current_version", "of `version_mismatch`", R"(3)"},
        {"problem.on_hand", "of `stock_committed`: the pieces that lie there", R"(10)"},
        {"problem.promised", "of `stock_committed`: those promised to orders or held for checkouts", R"(4)"},
        {"problem.least", "of `stock_committed`: the least that could be asked for instead", R"(-6)"},
        {"event_data.status", "that the subject has now", R"("confirmed")"},
        {"event_data.customer_id", "of an order", R"("ann")"},
        {"event_data.note", "to the customer, of an order's step"},
        {"event_data.tracking", "of a shipment"},
        {"event_data.available", "pieces that can be promised, of a sku"},
        {"field_error.pointer", "a JSON pointer into the body (RFC 6901), or the name of a parameter or header field",
         R"("/lines/0/quantity")"},
        {"field_error.detail", "what would be accepted", R"("must be a whole number from 1 to 1000000")"},
        {"shortage.requested", "pieces", R"(2)"},
        {"shortage.available", "pieces", R"(1)"},
    };
}

std::vector<operation_note> service_notes() {
    return {
        {"products", "The catalogue: what there is to buy, and at what price."},
        {"inventory", "Stock: what lies where, what of it is promised, and the ledger that explains it."},
        {"orders", "Orders: placed, moved along their status machine, and their history."},
        {"notifications", "What was told to customers and to the shop, with every attempt, and what customers chose."},
        {"webhooks", "Where other systems are told of events, signed by Standard Webhooks."},
    };
}

std::vector<operation_note> operation_notes() {
    return {
        {"products.create", "Adds a product",
         "The product is at version 1. An existing sku is refused with 409 `already_exists`."},
        {"products.get", "Reads a product",
         "The availability beside it is a hint for people; only placing an order decides."},
        {"products.list", "Lists products, by sku",
         "A search (`q`, `tag`, `status`) looks for a second at most: a page may hold fewer than `limit`, even none. "
         "Only "
         "a `next_cursor` of null says that there is no more."},
        {"products.replace", "Replaces what is said of a product",
         "Never creates one. What a read answered can be sent back with the changes in it."},
        {"products.archive", "Takes a product off the market",
         "Doing it again changes nothing. Orders keep what they say of it."},
        {"products.import", "Creates and merges many products",
         "Each item has its own result, in order: what it became, or the problem it was refused with. Members that are "
         "left "
         "out stay as they are."},
        {"inventory.get", "Reads the stock of a sku", "The sums over all locations, and each location."},
        {"inventory.list", "Lists stock, by sku",
         "Of all skus that ever had stock or settings, or of those that are named."},
        {"inventory.availability", "Follows what can be had of skus",
         "Server-sent events: first how each one is, then every change. Resuming begins with how each one is."},
        {"inventory.configure", "Changes the settings of a sku",
         "Members that are left out stay as they are. A sku that has no stock yet is made known by it."},
        {"inventory.record", "Records that stock came, went, moved or was counted",
         "`received` needs `quantity`; `adjusted` needs `reason`, and `delta` or `set` with `expected`; `transferred` "
         "needs "
         "`quantity`, `from` and `to`. Each movement is recorded once under its key.",
         R"({"kind": "received", "quantity": 10})"},
        {"inventory.movements", "Lists the ledger of a sku, newest first",
         "Every change of its counts, with what they were after it."},
        {"orders.place", "Places an order",
         "All lines are promised, or none: 409 `out_of_stock` names each shortage. 202 says that the order is stored "
         "and its "
         "outcome not known yet: read it under `Location`, or repeat the request with the same key."},
        {"orders.get", "Reads an order", "Another customer's order is 404."},
        {"orders.list", "Lists orders, newest first", "Who is bound to a customer sees only their own."},
        {"orders.history", "Lists the steps of an order, oldest first",
         "Who did what and when; all of them on one page."},
        {"orders.events", "Follows an order",
         "Server-sent events, one for each change of its status from `confirmed` on; `Last-Event-ID` is a version."},
        {"orders.all_events", "Follows all orders",
         "Server-sent events; `Last-Event-ID` is a place in the log, and a `reset` event says that it was not found."},
        {"orders.transition", "Moves an order along",
         "From `confirmed` to `shipped` or `cancelled`, from `shipped` to `delivered`. A move to the status it already "
         "has "
         "changes nothing."},
        {"orders.cancel", "Cancels an order", "Its stock is given back. A shipped order cannot be cancelled."},
        {"notifications.list", "Lists messages, newest first",
         "One for each event, channel and recipient, with every attempt to deliver it. A customer sees what they were "
         "told."},
        {"notifications.redeliver", "Sends a message once more",
         "A dead, skipped or delivered one is due again at once, with the same id."},
        {"notifications.redeliver_all", "Sends many messages once more",
         "Those of an order, of a channel or since a moment; all of them with `next_cursor`, a part at a time.",
         R"({"channel": "email", "status": "dead"})"},
        {"notifications.get_preferences", "Reads what a customer chose",
         "Who never chose has version 0 and hears all."},
        {"notifications.set_preferences", "Replaces what a customer chose",
         "What is left out is as it is for who never chose. It counts for messages that are sent from then on.",
         R"({"locale": "de-AT", "time_zone": "Europe/Vienna", "quiet_hours": {"from": "22:00", "to": "07:00"}})"},
        {"notifications.suppressions", "Lists whom nothing is sent to", "Addresses and customers, by their text."},
        {"notifications.suppress", "Keeps messages from an address or a customer",
         "After a bounce, a complaint, or because they asked for it. Doing it again replaces reason and note.",
         R"({"address": "ann@example.com", "reason": "bounce"})"},
        {"notifications.unsuppress", "Lets messages through again", "What was skipped meanwhile stays so."},
        {"webhooks.create", "Adds an endpoint", "Its `secret` is in this answer alone.",
         R"({"url": "https://hooks.example.com/shop", "events": ["shop.order.*"]})"},
        {"webhooks.get", "Reads an endpoint", "Without its secret."},
        {"webhooks.list", "Lists endpoints, newest first", "Without their secrets."},
        {"webhooks.change", "Changes an endpoint",
         "Members that are left out stay as they are. Enabling it forgets what failed before.", R"({"enabled": true})"},
        {"webhooks.remove", "Removes an endpoint", "What it has not been told yet is not sent any more."},
        {"webhooks.rotate_secret", "Gives an endpoint another secret",
         "Both sign for `overlap_hours`. The new `secret` is in this answer alone."},
        {"webhooks.deliveries", "Lists what an endpoint was told, newest first", "With every attempt."},
        {"webhooks.redeliver", "Sends messages to an endpoint once more",
         "Dead ones without `status`; all of them with `next_cursor`, a part at a time."},
        {"webhooks.test", "Sends an endpoint a test message now",
         "Answers what the receiver made of it. It is not tried again."},
    };
}

std::vector<problem_member> problem_members() {
    return {
        {"type", "text", "`urn:shop:error:` and the code"},
        {"title", "text", "the same for every occurrence"},
        {"status", "whole number", "the status of the answer"},
        {"detail", "text", "what is wrong here, for people"},
        {"instance", "text", "the path of the request", false},
        {"code", "text", "a word of [errors.md](errors.md)"},
        {"retryable", "true or false", "whether the same request may succeed later, unchanged"},
    };
}

std::vector<api_limit> api_limits() {
    return {
        {"the head of a request", in_bytes(request_head_bytes_max), "431 `head_too_large`"},
        {"header fields", grouped(header_fields_max), "431 `head_too_large`"},
        {"path and query", in_bytes(target_bytes_max), "414 `target_too_long`"},
        {"a body", in_bytes(body_bytes_max), "413 `body_too_large`"},
        {"the body of an import", in_bytes(import_body_bytes_max), "413 `body_too_large`"},
        {"items of an import", grouped(import_items_max), "400 `malformed_request`"},
        {"depth of JSON", grouped(json_depth_max), "400 `malformed_request`"},
        {"members of an object", grouped(json_members_max), "400 `malformed_request`"},
        {"a text, where its member has no narrower bound", in_bytes(string_bytes_max), "422 `invalid_value`"},
        {"an idempotency key", grouped(idempotency_key_bytes_max) + " characters", "400 `idempotency_key_malformed`"},
        {"an amount, also a total", grouped(money_amount_max) + " minor units",
         "422 `amount_overflow`, `invalid_value`"},
        {"pieces of one sku in an order or a movement", grouped(quantity_max), "422 `invalid_value`"},
        {"pieces of a sku at a location", grouped(stock_count_max), "422 `invalid_value`"},
        {"locations of a sku", grouped(locations_per_sku_max), "422 `invalid_value`"},
        {"items of a page", grouped(page_items_max), "400 `malformed_request`"},
        {"skus of a stream of availability", grouped(watched_skus_max), "400 `malformed_request`, 422 `invalid_value`"},
        {"streams of an account", grouped(streams_per_account_max) + " (a setting)", "429 `rate_limited`"},
        {"streams of an address", grouped(streams_per_address_max) + " (a setting)", "429 `rate_limited`"},
        {"streams of all", grouped(streams_max) + " (a setting)", "503 `overloaded`"},
        {"what waits to be sent on a stream", in_bytes(stream_unsent_bytes_max), "the end of the stream: resume it"},
        {"time to read the head, from its first byte", in_seconds(head_read_max), "408 `request_timeout`"},
        {"time to read the body", in_seconds(body_read_max), "408 `request_timeout`"},
        {"time for an answer", in_seconds(deadline_default), "504 `deadline_exceeded`, `outcome_unknown`"},
    };
}

}  // namespace shop::http::detail

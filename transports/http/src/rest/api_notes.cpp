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

std::string to(std::size_t most, std::string_view what) {
    return "1 to " + grouped(most) + " " + std::string(what);
}
std::string up_to(std::size_t most, std::string_view what) {
    return "at most " + grouped(most) + " " + std::string(what);
}
std::string count_to(std::int64_t most) {
    return "0 to " + grouped(most);
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
    auto const sums = std::string("the sum over all locations");
    return {
        {"*.sku", "case-sensitive"},
        {"*.version", "rises by one with each change"},
        {"*.limit", "1 to " + grouped(page_items_max) + "; " + grouped(page_items_default) + " without it"},
        {"*.cursor", "`next_cursor` of the page before, of the same list with the same filters"},
        {"*.at", "when it happened"},
        {"*.status", ""},
        {"*.quantity", "pieces"},

        {"product.name", ""},
        {"product.availability", "a hint for people: only placing an order decides"},
        {"product.created_at", ""},
        {"product.updated_at", "of the last change of the product, not of its availability"},
        {"product.description", ""},
        {"product.price", ""},
        {"product.status", "only `active` ones can be ordered"},
        {"product.tags", ""},
        {"product.attributes", ""},
        {"product.group", "variants of one thing share it"},
        {"product.options", "what tells this variant from the others of its group"},
        {"product.changed_by", "the account of the last change; only for callers with `products:write`"},
        {"availability.status", ""},
        {"availability.available", "pieces; below zero when more are promised than there are"},
        {"availability.as_of", "null before the first word of the inventory"},

        {"product_draft.name", to(product_name_characters_max, "characters, not only blanks")},
        {"product_draft.description",
         "at most " + in_bytes(product_description_bytes_max) + "; line breaks are allowed"},
        {"product_draft.price", count_to(money_amount_max) + " minor units, in a currency that is in use"},
        {"product_draft.status", "`draft` without it"},
        {"product_draft.tags", up_to(product_tags_max, "of ") + word + ", each once"},
        {"product_draft.attributes", entries},
        {"product_draft.group", word},
        {"product_draft.options", entries},
        {"edited_product.version", ""},
        {"edited_product.created_at", ""},
        {"edited_product.updated_at", ""},
        {"edited_product.availability", "compared if it was read after its last change"},
        {"edited_product.changed_by", ""},
        {"product_merge.name", to(product_name_characters_max, "characters, not only blanks; a new product needs it")},
        {"product_merge.price",
         count_to(money_amount_max) + " minor units, in a currency that is in use; a new product needs it"},
        {"product_merge.status", "`active` without it, if the product is new"},
        {"product_merge.group", word + "; an empty one takes the product out of its group"},
        {"products.list.q",
         "part of a sku or name; letter case is ignored (ASCII); a page may hold less than there is, see Lists"},
        {"products.list.tag", ""},
        {"products.list.status", ""},
        {"products.list.sku", "just these; unknown ones are left out"},
        {"imported.outcome", ""},

        {"stock_level.on_hand", sums},
        {"stock_level.allocated", "promised to orders; " + sums},
        {"stock_level.held", "held for checkouts; " + sums},
        {"stock_level.available", "`on_hand` - `allocated` - `held`"},
        {"stock_level.low_stock_threshold", "the most pieces that count as low"},
        {"stock_level.backorder_limit", "how far below zero `available` may be promised"},
        {"stock_level.untracked", "never counted, never short"},
        {"stock_level.locations", up_to(locations_per_sku_max, "of them")},
        {"stock_level.version", "lines of the ledger about it: rises with every change"},
        {"location_level.location", ""},
        {"location_level.on_hand", "pieces that lie there"},
        {"location_level.allocated", "of these, promised to orders"},
        {"location_level.held", "of these, held for checkouts"},
        {"location_level.available", "`on_hand` - `allocated` - `held`"},
        {"inventory.list.sku", "just these; unknown ones are left out"},
        {"inventory.configure.low_stock_threshold", count_to(stock_count_max) + "; as it is without it"},
        {"inventory.configure.backorder_limit", count_to(stock_count_max) + "; as it is without it"},
        {"inventory.configure.untracked", "as it is without it"},
        {"inventory.configure.on_hand", ""},
        {"inventory.configure.allocated", ""},
        {"inventory.configure.held", ""},
        {"inventory.configure.available", ""},
        {"inventory.configure.locations", ""},
        {"inventory.configure.version", ""},
        {"inventory.record.kind", ""},
        {"inventory.record.quantity", "`received` and `transferred` need it"},
        {"inventory.record.delta",
         "-" + grouped(stock_count_max) + " to " + grouped(stock_count_max) + ", not 0; `adjusted` needs it or `set`"},
        {"inventory.record.set", count_to(stock_count_max) + "; the new count, with `expected`"},
        {"inventory.record.expected", "the count that `set` replaces"},
        {"inventory.record.reason", to(reason_characters_max, "characters; `adjusted` needs it")},
        {"inventory.record.location", "of `received` and `adjusted`; `main` without it"},
        {"inventory.record.from", "`transferred` needs it"},
        {"inventory.record.to", "`transferred` needs it, another place than `from`"},
        {"movement.location", ""},
        {"movement.sequence", "1-based and gapless for each sku and location"},
        {"movement.kind", ""},
        {"movement.on_hand_delta", ""},
        {"movement.allocated_delta", ""},
        {"movement.on_hand", "after it"},
        {"movement.allocated", "after it"},
        {"movement.reason", ""},
        {"movement.reference",
         "unique for a sku and location: the idempotency key it was recorded under, or the row of an import"},
        {"movement.order_id", ""},
        {"movement.actor", "the account that recorded or configured it; the history of an order tells its own"},

        {"orders.place.customer", ""},
        {"orders.place.lines", to(order_lines_max, "lines; those of one sku are merged")},
        {"orders.place.expected_total", "refused with `total_mismatch` if the order costs something else"},
        {"orders.place.metadata", up_to(order_metadata_max, "entries; names of ") +
                                      up_to(order_metadata_name_bytes_max, "bytes, values of ") +
                                      up_to(string_bytes_max, "bytes")},
        {"wanted_line.quantity", "pieces; at most " + grouped(quantity_max) + " of one sku in an order"},
        {"customer.id", to(customer_id_bytes_max, "bytes, not only blanks; whose order it is")},
        {"customer.email",
         up_to(mail_address_bytes_max, "bytes, ") + std::to_string(mail_local_part_bytes_max) +
             " of them before the @; a plain address, no quoted name; letters beyond ASCII are allowed (RFC 6531)"},
        {"customer.name", to(customer_name_bytes_max, "bytes, not only blanks")},
        {"customer.locale", up_to(language_tag_bytes_max, "characters; a language tag of BCP 47, such as `de-AT`")},
        {"orders.list.customer_id", "who is bound to a customer sees only their own"},
        {"orders.list.status", ""},
        {"orders.list.placed_after", "this moment included"},
        {"orders.list.placed_before", "this moment not included"},
        {"orders.transition.to", "a status that `allowed` names"},
        {"orders.transition.tracking", up_to(order_tracking_bytes_max, "bytes")},
        {"orders.transition.note", up_to(order_note_bytes_max, "bytes; for the history")},
        {"orders.transition.note_visibility",
         "who may read the note, `internal` without it; what a customer notes is theirs to read"},
        {"orders.cancel.note", up_to(order_note_bytes_max, "bytes; the order shows it as `reason`")},
        {"orders.cancel.note_visibility",
         "who may read the note, `internal` without it; what a customer notes is theirs to read"},
        {"*.id", ""},
        {"order.customer", ""},
        {"order.lines", "one for each sku"},
        {"order.total", ""},
        {"order.placed_at", ""},
        {"order.updated_at", ""},
        {"order.reason", "why it was rejected or cancelled; to a customer, unless that is internal"},
        {"order.shipments", ""},
        {"order.metadata", ""},
        {"line.name", "as it was when the order was placed"},
        {"line.unit_price", "as it was when the order was placed"},
        {"line.line_total", ""},
        {"shipment.lines", ""},
        {"shipment.tracking", ""},
        {"shipment.version", "of the order, when it was shipped"},
        {"history_item.version", "of the order, after it"},
        {"history_item.actor", "the account that did it; to a customer `shop`, unless it is their own"},
        {"history_item.note", "to a customer, unless it is internal"},
        {"history_item.note_visibility", "beside a note"},
        {"history_item.tracking", ""},

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

        {"notifications.list.order_id", ""},
        {"notifications.list.status", ""},
        {"delivery.id", "equal over all tries"},
        {"delivery.event_type", "such as `shop.order.confirmed.v1`"},
        {"delivery.order_id", "of what happened to an order"},
        {"delivery.order_version", "of what happened to an order"},
        {"delivery.sku", "of what happened to stock"},
        {"delivery.stock_version", "of what happened to stock"},
        {"delivery.channel", ""},
        {"delivery.recipient", "the customer's id, never contact data; `shop`: who runs the shop"},
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
        {"notifications.unsuppress.address", ""},
        {"suppression.address", "an e-mail address in lower case, or the id of a customer"},
        {"suppression.reason", ""},
        {"suppression.note", ""},
        {"suppression.created_at", ""},

        {"problem.errors", "each place that was refused"},
        {"problem.shortages", "what was asked for and what there is"},
        {"problem.from", "of `invalid_transition`: where the order is"},
        {"problem.to", "of `invalid_transition`: where it was to go"},
        {"problem.allowed", "of `invalid_transition`: where it may go; empty at an end"},
        {"problem.current_version", "of `version_mismatch`"},
        {"problem.on_hand", "of `stock_committed`: the pieces that lie there"},
        {"problem.promised", "of `stock_committed`: those promised to orders or held for checkouts"},
        {"problem.least", "of `stock_committed`: the least that could be asked for instead"},
        {"field_error.pointer", "a JSON pointer into the body (RFC 6901), or the name of a parameter or header field"},
        {"field_error.detail", "what would be accepted"},
        {"shortage.requested", "pieces"},
        {"shortage.available", "pieces"},
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

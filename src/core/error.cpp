#include <shop/core/error.hpp>

#include <utility>

#include <shop/core/limits.hpp>

namespace shop {

using enum error_kind;

constexpr std::array<error_row, 36> error_table{{
    {error_code::malformed_json, "malformed_json", malformed, false, "The text is not valid JSON",
     "Send one JSON value in UTF-8, as RFC 8259 describes it; `errors` says where reading stopped."},
    {error_code::malformed_request, "malformed_request", malformed, false,
     "The request does not have the declared shape",
     "Mend the places named in `errors`: add what is required, remove what is unknown, and use the declared types."},
    {error_code::unsupported_media_type, "unsupported_media_type", malformed, false,
     "The content type is not supported here",
     "Send the body as `application/json` in UTF-8 and without a content encoding."},
    {error_code::invalid_value, "invalid_value", invalid, false, "A value is refused",
     "Mend the places named in `errors`; each says which values are accepted."},
    {error_code::not_supported, "not_supported", invalid, false, "The program does not run like this",
     "Only at the start, never over HTTP: change what `detail` names, a setting, a part that is missing or the "
     "schema."},
    {error_code::unknown_sku, "unknown_sku", invalid, false, "A product does not exist",
     "Create the products named in `errors`, or name others; a sku is case-sensitive."},
    {error_code::product_not_active, "product_not_active", invalid, false, "A product cannot be ordered",
     "Set the products named in `errors` to `active`, or leave their lines out."},
    {error_code::mixed_currency, "mixed_currency", invalid, false, "The amounts are in different currencies",
     "Use one currency in one request; split the order by currency."},
    {error_code::amount_overflow, "amount_overflow", invalid, false, "An amount is too large",
     "Use smaller quantities or prices: an amount is at most 9007199254740991 minor units (2^53 - 1)."},
    {error_code::idempotency_key_missing, "idempotency_key_missing", malformed, false, "An idempotency key is required",
     "Send a key of your own choice, new for each thing you want done (in HTTP the header `Idempotency-Key`), and the "
     "same one when you repeat the request."},
    {error_code::idempotency_key_malformed, "idempotency_key_malformed", malformed, false,
     "The idempotency key is malformed", "Use 1 to 255 printable ASCII characters; a UUID serves well."},
    {error_code::idempotency_key_reused, "idempotency_key_reused", invalid, false,
     "The idempotency key belongs to another request",
     "Draw a new key for a new request; repeat a key only with exactly the request it was first sent with."},
    {error_code::unauthenticated, "unauthenticated", error_kind::unauthenticated, false, "Who is calling is not known",
     "Send valid credentials; an expired one must be renewed first."},
    {error_code::forbidden, "forbidden", error_kind::forbidden, false, "The caller may not do this",
     "Use credentials that hold the scope of this operation, or ask the shop keeper to grant it."},
    {error_code::not_found, "not_found", error_kind::not_found, false, "There is no such thing",
     "Check the id or sku; what belongs to somebody else is answered like this, too."},
    {error_code::already_exists, "already_exists", conflict, false, "There is one already",
     "Choose another sku or id, or change the one that exists."},
    {error_code::out_of_stock, "out_of_stock", conflict, false, "There is not enough stock",
     "Order at most what `shortages` calls available, or wait for new stock, with a new idempotency key."},
    {error_code::total_mismatch, "total_mismatch", conflict, false, "The total is not the expected one",
     "A price has changed: read the products again, show the new total, and repeat with it."},
    {error_code::stock_committed, "stock_committed", conflict, false, "The stock is promised to orders",
     "Ask for `least` at the least, or cancel or ship orders first: what is promised cannot be taken away."},
    {error_code::stock_changed, "stock_changed", conflict, false, "The stock is not at the expected count",
     "Read the stock again and repeat with its current count as `expected`, or adjust by a delta."},
    {error_code::insufficient_stock, "insufficient_stock", conflict, false, "There is not enough on hand",
     "Record what was received first, or move or ship less; `shortages` says what there is."},
    {error_code::allocation_refused, "allocation_refused", conflict, false, "The allocation was refused earlier",
     "The first decision about an order stands for ever: place a new order."},
    {error_code::allocation_released, "allocation_released", conflict, false, "The allocation was released",
     "The order's stock has been given back, for good: place a new order."},
    {error_code::invalid_transition, "invalid_transition", conflict, false, "The order cannot go there from here",
     "Read the order; `allowed` names the moves that are possible from `from`. The key stays free."},
    {error_code::operation_in_progress, "operation_in_progress", conflict, true, "Something else is under way here",
     "Wait a moment and repeat the request with the same key."},
    {error_code::version_mismatch, "version_mismatch", precondition, false, "It has been changed in the meantime",
     "Read it again, apply your change to what you then see, and send the version you read (in HTTP as `If-Match`)."},
    {error_code::version_required, "version_required", precondition_required, false, "The version you saw is required",
     "Read it first and send its version along (in HTTP its `ETag` as `If-Match`)."},
    {error_code::rate_limited, "rate_limited", exhausted, true, "Too many requests",
     "Wait as long as `retry_after_s` says, then repeat; spread requests over time or batch them."},
    {error_code::overloaded, "overloaded", error_kind::unavailable, true, "The shop is at its limit",
     "Nothing was done. Wait as long as `retry_after_s` says, then repeat with the same key."},
    {error_code::unavailable, "unavailable", error_kind::unavailable, true, "The service cannot answer now",
     "Nothing is lost. Repeat a little later with the same key, with growing pauses."},
    {error_code::store_unavailable, "store_unavailable", error_kind::unavailable, true, "The store cannot answer now",
     "Nothing was written. Repeat a little later with the same key; if it stays, look at the store and its disk."},
    {error_code::store_corrupt, "store_corrupt", error_kind::internal, false, "The store holds something unreadable",
     "Repeating does not help. The operator should run `shop-server audit` and restore what it names."},
    {error_code::deadline_exceeded, "deadline_exceeded", timeout, true, "There was not enough time",
     "Repeat with the same key and more time."},
    {error_code::outcome_unknown, "outcome_unknown", timeout, true, "Whether it was done is not known",
     "Repeat with the same key: it is then done, or answered as done, exactly once."},
    {error_code::undeliverable, "undeliverable", conflict, false, "The recipient cannot be reached",
     "Only in the attempts of a delivery: `detail` there says why. Mend it, then redeliver."},
    {error_code::internal, "internal", error_kind::internal, false, "The shop made a mistake",
     "It is not your request's fault. Report it with its time and request id."},
}};

namespace {

static_assert(limits::money_amount_max == 9007199254740991, "`amount_overflow` names it");

constexpr bool rows_stand_in_order_of_codes() {
    for (std::size_t i = 0; i < error_table.size(); ++i) {
        if (static_cast<std::size_t>(error_table[i].code) != i) return false;
    }
    return static_cast<std::size_t>(error_code::internal) + 1 == error_table.size();
}
static_assert(rows_stand_in_order_of_codes());

}  // namespace

error::error(error_code code, std::string detail) : code_(code) {
    error_details details;
    details.detail = std::move(detail);
    details_ = std::make_shared<error_details const>(std::move(details));
}

error::error(error_code code, error_details details)
    : code_(code), details_(std::make_shared<error_details const>(std::move(details))) {}

error_details const& error::details() const {
    static error_details const none;
    return details_ ? *details_ : none;
}

std::string_view error::message() const {
    auto const& detail = details().detail;
    return detail.empty() ? row().title : std::string_view(detail);
}

error error::as_replay() const {
    auto copy = details();
    copy.replayed = true;
    return error(code_, std::move(copy));
}

error invalid_at(std::string pointer, std::string detail) {
    error_details details;
    details.errors.push_back({std::move(pointer), std::move(detail)});
    return error(error_code::invalid_value, std::move(details));
}

failure::failure(shop::error e) : error_(std::move(e)), what_(error_.word()) {
    what_ += ": ";
    what_ += error_.message();
    for (auto const& at : error_.details().errors) {
        what_ += "; ";
        what_ += at.pointer;
        what_ += ' ';
        what_ += at.detail;
    }
}

void throw_exception_from_error(error const& e, boost::source_location const&) {
    throw failure(e);
}

}  // namespace shop

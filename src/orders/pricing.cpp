// What is asked for: checked, merged, and priced into the snapshot that an order keeps.

#include <algorithm>

#include <shop/core/limits.hpp>
#include <shop/core/text.hpp>
#include <shop/orders/rules.hpp>

namespace shop::orders::rules {
namespace {

constexpr std::size_t customer_id_bytes_max = 128;
constexpr std::size_t short_text_bytes_max = 254;  // RFC 5321: the longest address that mail can be sent to
constexpr std::size_t note_bytes_max = 500;
constexpr std::size_t tracking_bytes_max = 100;

class findings {
public:
    void add(std::string pointer, std::string detail) { errors_.push_back({std::move(pointer), std::move(detail)}); }

    void text(std::string const& value, std::size_t bytes_max, std::string_view pointer) {
        if (value.size() > bytes_max) {
            add(std::string(pointer), "must be at most " + std::to_string(bytes_max) + " bytes long");
        } else if (!is_plain_text(value)) {
            add(std::string(pointer), "must not contain control or direction-changing characters");
        }
    }
    void text(std::optional<std::string> const& value, std::size_t bytes_max, std::string_view pointer) {
        if (value) text(*value, bytes_max, pointer);
    }

    result<void> as(error_code code, std::string detail) {
        if (errors_.empty()) return {};
        error_details details;
        details.detail = std::move(detail);
        details.errors = std::move(errors_);
        return error(code, std::move(details));
    }
    bool empty() const { return errors_.empty(); }

private:
    std::vector<field_error> errors_;
};

std::string line_pointer(std::size_t index, std::string_view member) {
    return "/lines/" + std::to_string(index) + "/" + std::string(member);
}

error refuse_at(error_code code, std::string pointer, std::string detail) {
    error_details details;
    details.detail = detail;
    details.errors.push_back({std::move(pointer), std::move(detail)});
    return {code, std::move(details)};
}

/// The position of the line of a sku among the first `count`; orders are short, a scan beats a map.
template <class Lines>
auto line_of(Lines& lines, sku const& which) {
    return std::find_if(lines.begin(), lines.end(), [&](auto const& l) { return l.sku == which; });
}

}  // namespace

result<void> check_key(std::string_view key) {
    if (key.empty()) return error(error_code::idempotency_key_missing);
    bool const printable = std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (key.size() > limits::idempotency_key_bytes_max || !printable) {
        return error(error_code::idempotency_key_malformed);
    }
    return {};
}

result<void> check(place_order const& command) {
    findings found;
    if (command.customer.id.empty()) found.add("/customer/id", "must not be empty");
    found.text(command.customer.id, customer_id_bytes_max, "/customer/id");
    found.text(command.customer.email, short_text_bytes_max, "/customer/email");
    found.text(command.customer.name, short_text_bytes_max, "/customer/name");
    found.text(command.customer.locale, 35, "/customer/locale");
    if (command.lines.empty()) found.add("/lines", "must have at least one line");
    if (command.lines.size() > limits::order_lines_max) {
        found.add("/lines", "must have at most " + std::to_string(limits::order_lines_max) + " lines");
    }
    for (std::size_t i = 0; i < command.lines.size() && i < limits::order_lines_max; ++i) {
        if (command.lines[i].sku.empty()) found.add(line_pointer(i, "sku"), "must name a sku");
    }
    if (command.metadata.size() > limits::json_members_max) {
        found.add("/metadata", "must have at most " + std::to_string(limits::json_members_max) + " members");
    }
    for (auto const& [name, value] : command.metadata) {
        if (name.size() > 64 || value.size() > limits::string_bytes_max || !is_plain_text(name)) {
            found.add("/metadata", "names are at most 64 bytes of plain text, values at most 4096 bytes");
            break;
        }
    }
    if (auto ok = found.as(error_code::invalid_value, "the order cannot be placed as it stands"); !ok) return ok;
    if (command.reservation_id) {
        return refuse_at(error_code::not_supported, "/reservation_id", "leave it out: reservations are not offered yet");
    }
    return {};
}

result<void> check(transition_order const& command) {
    findings found;
    found.text(command.note, note_bytes_max, "/note");
    found.text(command.tracking, tracking_bytes_max, "/tracking");
    if (auto ok = found.as(error_code::invalid_value, "the order cannot be moved like this"); !ok) return ok;
    if (command.lines) found.add("/lines", "leave it out: an order is shipped whole");
    if (command.restock) found.add("/restock", "leave it out: returns are not offered yet");
    bool const offered =
        command.to != status::partially_shipped && command.to != status::closed && command.to != status::returned;
    if (!offered) found.add("/to", "orders can be shipped whole, delivered and cancelled");
    return found.as(error_code::not_supported, "parts of an order and returns are not offered yet");
}

result<order_content> price(place_order const& command, offer_lookup const& offer_of) {
    findings unknown, inactive, mixed, unsummable;
    order_content content;
    content.customer = command.customer;
    content.metadata = command.metadata;
    content.lines.reserve(command.lines.size());
    for (std::size_t i = 0; i < command.lines.size(); ++i) {
        auto const& wanted = command.lines[i];
        if (auto merged = line_of(content.lines, wanted.sku); merged != content.lines.end()) {
            if (auto sum = quantity::from(merged->quantity.count() + wanted.quantity.count())) {
                merged->quantity = *sum;
            } else {
                unsummable.add(line_pointer(i, "quantity"), "all lines of one sku must not exceed 1000000 together");
            }
            continue;
        }
        auto const* offer = offer_of(wanted.sku);
        if (!offer) {
            unknown.add(line_pointer(i, "sku"), "no product has this sku");
            continue;
        }
        if (offer->status != products::status::active) {
            inactive.add(line_pointer(i, "sku"), "this product is not offered at present");
            continue;
        }
        line priced;
        priced.sku = wanted.sku;
        priced.name = offer->name;
        priced.quantity = wanted.quantity;
        priced.unit_price = offer->price;
        if (!content.lines.empty() && content.lines.front().unit_price.currency() != offer->price.currency()) {
            mixed.add(line_pointer(i, "sku"), "its price is in another currency than the lines before it");
        }
        content.lines.push_back(std::move(priced));
    }
    if (auto ok = unknown.as(error_code::unknown_sku, "some skus are not in the catalogue"); !ok) return ok.error();
    if (auto ok = inactive.as(error_code::product_not_active, "some products are not offered"); !ok) return ok.error();
    if (auto ok = mixed.as(error_code::mixed_currency, "an order has one currency"); !ok) return ok.error();
    if (auto ok = unsummable.as(error_code::invalid_value, "too many pieces of one sku"); !ok) return ok.error();

    content.total = money(0, content.lines.front().unit_price.currency());
    for (auto& l : content.lines) {
        auto total = l.unit_price.times(l.quantity.count());
        if (!total) return total.error();
        l.line_total = *total;
        auto sum = content.total.plus(*total);
        if (!sum) return sum.error();
        content.total = *sum;
    }
    if (command.expected_total && *command.expected_total != content.total) {
        return refuse_at(error_code::total_mismatch, "/expected_total",
                         "the order costs " + std::to_string(content.total.amount()) + " " +
                             std::string(content.total.currency().text()) + " (minor units) now");
    }
    return content;
}

}  // namespace shop::orders::rules

// What is asked for: checked, merged, and priced into the snapshot that an order keeps.

#include <algorithm>

#include <shop/core/field_errors.hpp>
#include <shop/core/language_tag.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/mail_address.hpp>
#include <shop/core/text.hpp>
#include <shop/orders/rules.hpp>

namespace shop::orders::rules {
namespace {

void check_text(field_errors& in, std::string const& value, std::size_t bytes_max, char const* pointer) {
    if (value.size() > bytes_max) {
        in.add(pointer, "must be at most " + std::to_string(bytes_max) + " bytes long");
    } else if (!is_plain_text(value)) {
        in.add(pointer, "must not contain control or direction-changing characters");
    }
}
void check_text(field_errors& in, std::optional<std::string> const& value, std::size_t bytes_max, char const* pointer) {
    if (value) check_text(in, *value, bytes_max, pointer);
}
/// As `check_text`, and something to be seen.
void check_name(field_errors& in, std::string const& value, std::size_t bytes_max, char const* pointer) {
    is_blank(value) ? in.add(pointer, "must not be empty or blank") : check_text(in, value, bytes_max, pointer);
}

std::string line_pointer(std::size_t index, std::string_view member) {
    return "/lines/" + std::to_string(index) + "/" + std::string(member);
}

error refuse_at(error_code code, std::string pointer, std::string detail) {
    error_details details;
    details.detail = detail;
    details.errors.push_back({std::move(pointer), std::move(detail)});
    return {code, std::move(details)};
}

/// An amount that became too large at the lines of a sku.
error refuse_amount(error const& why, place_order const& command, sku const& which) {
    auto const at =
        std::find_if(command.lines.begin(), command.lines.end(), [&](auto const& l) { return l.sku == which; });
    auto details = why.details();
    details.errors.push_back({line_pointer(static_cast<std::size_t>(at - command.lines.begin()), "quantity"),
                              "the order becomes too dear with it: " + details.detail});
    return {why.code(), std::move(details)};
}

/// The position of the line of a sku among the first `count`; orders are short, a scan beats a map.
template <class Lines>
auto line_of(Lines& lines, sku const& which) {
    return std::find_if(lines.begin(), lines.end(), [&](auto const& l) { return l.sku == which; });
}

void check(customer const& who, field_errors& found) {
    check_name(found, who.id, limits::customer_id_bytes_max, "/customer/id");
    if (who.email) {
        if (auto const why = refuse_mail_address(*who.email)) found.add("/customer/email", std::string(*why));
    }
    if (who.name) check_name(found, *who.name, limits::customer_name_bytes_max, "/customer/name");
    if (who.locale && !is_language_tag(*who.locale)) {
        found.add("/customer/locale", "must be a language tag of BCP 47 of at most 35 characters, such as de-AT");
    }
}

}  // namespace

result<void> check(place_order const& command) {
    field_errors found;
    check(command.customer, found);
    if (command.lines.empty()) found.add("/lines", "must have at least one line");
    if (command.lines.size() > limits::order_lines_max) {
        found.add("/lines", "must have at most " + std::to_string(limits::order_lines_max) + " lines");
    }
    for (std::size_t i = 0; i < command.lines.size() && i < limits::order_lines_max; ++i) {
        if (command.lines[i].sku.empty()) found.add(line_pointer(i, "sku"), "must name a sku");
    }
    if (command.metadata.size() > limits::order_metadata_max) {
        found.add("/metadata", "must have at most " + std::to_string(limits::order_metadata_max) + " members");
    }
    for (auto const& [name, value] : command.metadata) {
        if (name.size() > limits::order_metadata_name_bytes_max || value.size() > limits::string_bytes_max ||
            !is_plain_text(name)) {
            found.add("/metadata", "names are at most 64 bytes of plain text, values at most 4096 bytes");
            break;
        }
    }
    if (command.expected_total && !command.expected_total->is_within_limits()) {
        found.add("/expected_total/amount", "must be at most " + std::to_string(limits::money_amount_max));
    }
    return std::move(found).done(error_code::invalid_value, "the order cannot be placed as it stands");
}

result<void> check(transition_order const& command) {
    field_errors found;
    check_text(found, command.note, limits::order_note_bytes_max, "/note");
    check_text(found, command.tracking, limits::order_tracking_bytes_max, "/tracking");
    return std::move(found).done(error_code::invalid_value, "the order cannot be moved like this");
}

result<order_content> price(place_order const& command, offer_lookup const& offer_of) {
    field_errors unknown, inactive, mixed, unsummable;
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
    if (!unknown.empty()) {
        return std::move(unknown).to_error(error_code::unknown_sku, "some skus are not in the catalogue");
    }
    if (!inactive.empty()) {
        return std::move(inactive).to_error(error_code::product_not_active, "some products are not offered");
    }
    if (!mixed.empty()) return std::move(mixed).to_error(error_code::mixed_currency, "an order has one currency");
    if (!unsummable.empty()) {
        return std::move(unsummable).to_error(error_code::invalid_value, "too many pieces of one sku");
    }

    content.total = money(0, content.lines.front().unit_price.currency());
    for (auto& l : content.lines) {
        auto total = l.unit_price.times(l.quantity.count());
        auto sum = total ? content.total.plus(*total) : total;
        if (!sum) return refuse_amount(sum.error(), command, l.sku);
        l.line_total = *total;
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

// What is asked for, merged and priced into the snapshot that an order keeps.

#include <algorithm>

#include <shop/core/field_errors.hpp>
#include <shop/orders/rules.hpp>

namespace shop::orders::rules {
namespace {

std::string pointer_to(std::size_t index, std::string_view member) {
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
    details.errors.push_back({pointer_to(static_cast<std::size_t>(at - command.lines.begin()), "quantity"),
                              "the order becomes too dear with it: " + details.detail});
    return {why.code(), std::move(details)};
}

/// The position of the line of a sku among the first `count`; orders are short, a scan beats a map.
template <class Lines>
auto line_of(Lines& lines, sku const& which) {
    return std::find_if(lines.begin(), lines.end(), [&](auto const& l) { return l.sku == which; });
}

}  // namespace

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
                unsummable.add(pointer_to(i, "quantity"), "all lines of one sku must not exceed 1000000 together");
            }
            continue;
        }
        auto const* offer = offer_of(wanted.sku);
        if (!offer) {
            unknown.add(pointer_to(i, "sku"), "no product has this sku");
            continue;
        }
        if (offer->status != products::status::active) {
            inactive.add(pointer_to(i, "sku"), "this product is not offered at present");
            continue;
        }
        line priced;
        priced.sku = wanted.sku;
        priced.name = offer->name;
        priced.quantity = wanted.quantity;
        priced.unit_price = offer->price;
        if (!content.lines.empty() && content.lines.front().unit_price.currency() != offer->price.currency()) {
            mixed.add(pointer_to(i, "sku"), "its price is in another currency than the lines before it");
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

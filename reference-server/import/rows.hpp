#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <shop/core/describe.hpp>
#include <shop/core/money.hpp>
#include <shop/core/sku.hpp>
#include <shop/products/types.hpp>

namespace shop_server {

/// One row of a products file. The price is in minor units (cents). What is left out stays as it is, and must be there
/// for a new product where one cannot do without.
struct product_row {
    shop::sku sku;
    std::optional<std::string> name;
    std::optional<std::int64_t> price;
    std::optional<shop::currency> currency;
    std::optional<std::string> description;
    std::optional<shop::products::status> status;
    std::optional<std::vector<std::string>> tags;  ///< in CSV separated by `|`

    static constexpr auto fields() {
        using t = product_row;
        return std::tuple{shop::required("sku", &t::sku),
                          shop::optional("name", &t::name),
                          shop::optional("price", &t::price),
                          shop::optional("currency", &t::currency),
                          shop::optional("description", &t::description),
                          shop::optional("status", &t::status),
                          shop::optional("tags", &t::tags)};
    }
    /// Columns whose cells may be empty: then so is the product's. (`status`: left as it is.)
    static bool may_be_empty(std::string_view column) {
        return column == "description" || column == "tags" || column == "status";
    }
};

/// One row of a stock file: so many pieces came in with a delivery; of no delivery, so many were counted.
struct stock_row {
    shop::sku sku;
    std::int64_t quantity = 0;
    std::optional<shop::location> location;
    std::optional<std::string> reference;

    static constexpr auto fields() {
        using t = stock_row;
        return std::tuple{shop::required("sku", &t::sku), shop::required("quantity", &t::quantity),
                          shop::optional("location", &t::location), shop::optional("reference", &t::reference)};
    }
    static bool may_be_empty(std::string_view column) { return column == "location" || column == "reference"; }
};

}  // namespace shop_server

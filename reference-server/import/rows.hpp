#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <shop/core/describe.hpp>
#include <shop/core/money.hpp>
#include <shop/core/quantity.hpp>
#include <shop/core/sku.hpp>
#include <shop/products/types.hpp>

namespace shop_server {

/// One row of a products file. The price is in minor units (cents).
struct product_row {
    shop::sku sku;
    std::string name;
    std::int64_t price = 0;
    shop::currency currency;
    std::string description;
    shop::products::status status = shop::products::status::active;
    std::vector<std::string> tags;  ///< in CSV separated by `|`

    static constexpr auto fields() {
        using t = product_row;
        return std::tuple{shop::required("sku", &t::sku),
                          shop::required("name", &t::name),
                          shop::required("price", &t::price),
                          shop::required("currency", &t::currency),
                          shop::optional("description", &t::description),
                          shop::optional("status", &t::status),
                          shop::optional("tags", &t::tags)};
    }
};

/// One row of a stock file: so many pieces came in.
struct stock_row {
    shop::sku sku;
    shop::quantity quantity;
    std::optional<shop::location> location;
    std::optional<std::string> reference;

    static constexpr auto fields() {
        using t = stock_row;
        return std::tuple{shop::required("sku", &t::sku), shop::required("quantity", &t::quantity),
                          shop::optional("location", &t::location), shop::optional("reference", &t::reference)};
    }
};

}  // namespace shop_server

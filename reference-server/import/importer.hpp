#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <shop/core/service_context.hpp>
#include <shop/inventory/service.hpp>
#include <shop/products/service.hpp>

#include "import/row_file.hpp"
#include "import/rows.hpp"

namespace shop_server {

struct import_counts {
    std::uint64_t rows = 0;
    std::uint64_t created = 0;  ///< of stock: recorded
    std::uint64_t updated = 0;
    std::uint64_t unchanged = 0;  ///< there already, from an earlier run
    std::uint64_t bad = 0;
};

/// How an import tells what happens.
struct import_listener {
    std::function<void(std::uint64_t line, std::string const& why)> bad_row;
    std::function<void(import_counts const&)> progress;  ///< after each batch
};

/// Creates or replaces products, in batches. Repeating it changes nothing.
/// @return how it went; rows that were refused are told to the listener and do not stop the others.
/// @par Errors
/// What the store answered when it could not go on; what `counts` says is done then.
boost::asio::awaitable<shop::result<void>> import_rows(row_file<product_row>& from, shop::products::service& into,
                                                       shop::scheduler& clock, import_listener const& listener,
                                                       import_counts& counts);

/// Records received stock, in batches. Each row has a reference of its own, `<prefix>:<line>` when the file gives none, so
/// that a repeat changes nothing, however late.
boost::asio::awaitable<shop::result<void>> import_rows(row_file<stock_row>& from, shop::inventory::service& into,
                                                       std::string reference_prefix, shop::scheduler& clock,
                                                       import_listener const& listener, import_counts& counts);

/// What tells this file from any other, whatever it is called: a hash of its bytes, in hexadecimal.
std::string hash_of(std::istream& file);

}  // namespace shop_server

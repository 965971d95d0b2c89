#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <shop/async/service_context.hpp>
#include <shop/core/uuid.hpp>
#include <shop/inventory/service.hpp>
#include <shop/products/service.hpp>

#include "row_file.hpp"
#include "rows.hpp"

namespace shop_server {

struct import_counts {
    std::uint64_t rows = 0;
    std::uint64_t created = 0;  ///< of stock: received, or set
    std::uint64_t updated = 0;
    std::uint64_t unchanged = 0;  ///< as the row says already
    std::uint64_t bad = 0;
};

/// How an import tells what happens.
struct import_listener {
    std::function<void(std::uint64_t line, std::string const& why)> bad_row;
    std::function<void(import_counts const&)> progress;  ///< after each batch
};

/// Creates products and changes those that are there, in batches; what a row leaves out stays as it is. Repeating it
/// changes nothing. A sku that a row before has is refused: about 100 bytes of memory a row.
/// @return how it went; rows that were refused are told to the listener, in their order, and do not stop the others.
/// @par Errors
/// What the store answered when it could not go on; what `counts` says is done then.
boost::asio::awaitable<shop::result<void>> import_rows(row_file<product_row>& from, shop::products::service& into,
                                                       shop::scheduler& clock, import_listener const& listener,
                                                       import_counts& counts);

/// What the rows of a stock file are, which its first row decides.
enum class stock_file { unknown, counted, delivered };

/// Stock, in batches. Rows of a delivery (their `reference`, or the one of all rows) are received: once for each
/// delivery, sku and location, however often and in whatever file they are read. Without one, counts are set to what
/// was counted.
/// @param delivery the name of the delivery of rows that name none; may be empty.
/// @param kind gets what the file is.
boost::asio::awaitable<shop::result<void>> import_rows(row_file<stock_row>& from, shop::inventory::service& into,
                                                       std::string delivery, stock_file& kind, shop::id_source& ids,
                                                       shop::scheduler& clock, import_listener const& listener,
                                                       import_counts& counts);

}  // namespace shop_server

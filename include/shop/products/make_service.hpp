#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <shop/async/results.hpp>
#include <shop/async/service_context.hpp>
#include <shop/products/service.hpp>
#include <shop/products/store.hpp>

namespace shop::products {

/// What the inventory says of skus now: one answer per sku, in their order; nothing of one that it does not know.
/// @par Errors
/// Those of the inventory's store.
using availability_source =
    std::function<asio::awaitable<result<std::vector<std::optional<note_availability>>>>(std::vector<sku>)>;

/// What the catalogue stands on.
struct service_parts {
    std::shared_ptr<products::store> store;  ///< not null
    service_context context;                 ///< outlives the service
    /// Asked whenever products are shown, where the inventory runs in the same process. Empty: shown is what
    /// `service::note_availability` took in last.
    availability_source availability = {};
};

/// The catalogue on a store.
std::shared_ptr<service> make_service(service_parts parts);

}  // namespace shop::products

#pragma once

#include <memory>
#include <vector>

#include <shop/async/batcher.hpp>
#include <shop/async/service_context.hpp>
#include <shop/orders/store.hpp>

namespace shop::orders {

/// Reads single orders, those of many callers with one `load`.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class order_reader {
public:
    order_reader(std::shared_ptr<orders::store> store, service_context const& context)
        : reads_(context.executor,
                 [store = std::move(store)](std::vector<order_id> ids) { return load(store, std::move(ids)); }) {}

    /// One result per id, in their order; an id may stand there more than once.
    /// @returns for each, its order.
    /// Errors of each: not_found, and those of `store::load`.
    results<order_record> read(std::vector<order_id> ids) { return reads_.submit(std::move(ids)); }

private:
    static results<order_record> load(std::shared_ptr<orders::store> store, std::vector<order_id> ids);

    batcher<order_id, order_record> reads_;
};

}  // namespace shop::orders

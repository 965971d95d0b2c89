#pragma once

#include <cstdint>
#include <string>

#include "costs.hpp"

namespace shop::bench {

/// How a run places orders.
struct workload {
    std::string store;  ///< `memory`, `sqlite`, or a postgresql:// URL, whose database is emptied first
    std::uint64_t orders = 0;
    std::size_t callers = 1;  ///< each waits for its answer before it asks again
    std::size_t batch = 1;    ///< orders per call
    std::size_t lines = 3;
    std::size_t skus = 10'000;
    bool one_sku = false;  ///< every line on the same sku (orders of one line)
};

/// What a run gave. The audit of every run is clean, or the program ends.
struct figures {
    double seconds = 0;
    costs used;
    std::uint64_t commits = 0;  ///< 0 where it is not known
};

/// Through the public `place`, with idempotency, history, ledger and events, relay and notifications running.
figures place(workload const& w);

/// A plain loop over the sqlite3 API that writes exactly the rows an order costs us, in the same schema, with
/// `orders_per_commit` orders in each transaction and as many transactions as steps.
/// @return seconds
double sqlite_floor(workload const& w, double orders_per_commit);

/// `place/...` and `floor/...`.
void register_place();

}  // namespace shop::bench

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace shop::bench {

/// How a run places orders.
struct workload {
    std::string store;         ///< `memory`, `sqlite`, or a postgresql:// URL, whose database is emptied first
    std::uint64_t orders = 0;
    std::size_t callers = 1;   ///< each waits for its answer before it asks again
    std::size_t batch = 1;     ///< orders per call
    std::size_t lines = 3;
    std::size_t skus = 10'000;
    bool one_sku = false;      ///< every line on the same sku (orders of one line)
};

/// What a run gave. The audit of every run is clean, or the program ends.
struct figures {
    double orders_per_s = 0;
    double cpu_us_per_order = 0;  ///< user and system, all threads
    double orders_per_commit = 0; ///< of the intents; 0 where it is not known
    std::uint64_t backlog = 0;    ///< events not yet told when the last order was answered
};

/// Through the public `place`, with idempotency, history, ledger and events, relay and notifications running.
figures place(workload const& w);

/// A plain loop over the sqlite3 API that writes exactly the rows an order costs us, in the same schema, with
/// `orders_per_commit` orders in each transaction and as many transactions as steps.
double sqlite_floor_orders_per_s(workload const& w, double orders_per_commit);

}  // namespace shop::bench

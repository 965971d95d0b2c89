#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include <shop/storage/storage.hpp>

#include "costs.hpp"

namespace shop::bench {

/// Where a run keeps its orders, and how many transactions that took.
struct place_of_orders {
    storage::factory open;
    std::function<std::uint64_t()> commits = [] { return std::uint64_t(0); };
};

/// An empty place. @param store as `workload::store`; @param folder for its files
place_of_orders prepare(std::string const& store, std::filesystem::path const& folder);
/// `memory`, `sqlite` or `postgres`: how a store is called in the name of a benchmark.
std::string word_of(std::string const& store);
/// Whether only a little is to be done, to see whether it runs.
bool is_small();

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
/// `store/...`.
void register_stores();

}  // namespace shop::bench

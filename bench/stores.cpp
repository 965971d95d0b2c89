// Each store by itself: reading rows by their keys, and deciding about them and writing them in one transaction.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <shop/products/store.hpp>
#include <shop/records/working_set.hpp>
#include <shop/shop.hpp>

#include "place.hpp"
#include "skus.hpp"

namespace shop::bench {
namespace {

using products::product_record;
using products::store_schema;

key_set<store_schema> keys_of(std::size_t rows) {
    key_set<store_schema> keys;
    for (std::size_t i = 0; i < rows; ++i) keys.add<product_record>({sku_of(i)});
    return keys;
}

/// Writes so many rows, new ones the first time.
class write_rows final : public decision_batch<store_schema> {
public:
    explicit write_rows(std::size_t rows) : rows_(rows) {}
    key_set<store_schema> wanted() const override { return keys_of(rows_); }
    boost::system::result<changes<store_schema>, key_set<store_schema>> decide(loaded_rows<store_schema> const& rows,
                                                                               attempt const& now) override {
        working_set<store_schema> state(rows);
        for (std::size_t i = 0; i < rows_; ++i) {
            if (state.find<product_record>({sku_of(i)})) {
                state.edit<product_record>({sku_of(i)}).version += 1;
                continue;
            }
            product_record row;
            row.sku = sku_of(i);
            row.version = 1;
            row.name = "Product";
            row.price = eur(999);
            row.created_at = row.updated_at = now.now;
            state.insert(std::move(row));
        }
        return state.take_changes();
    }

private:
    std::size_t rows_;
};

class opened_store {
public:
    explicit opened_store(std::string const& store) {
        std::filesystem::create_directories(folder_);
        engine_options parts;
        parts.store = prepare(store, folder_).open;
        shop_.emplace(engine::open(std::move(parts)).value());
    }
    ~opened_store() {
        shop_.reset();
        std::filesystem::remove_all(folder_);
    }
    opened_store(opened_store const&) = delete;
    opened_store& operator=(opened_store const&) = delete;

    void write(std::size_t rows) {
        if (!wait(on().transact(std::make_shared<write_rows>(rows)))) std::abort();
    }
    void read(std::size_t rows) {
        auto const found = wait(on().load(keys_of(rows)));
        if (!found || (*found)->groups<product_record>().size() != rows) std::abort();
        benchmark::DoNotOptimize(*found);
    }

private:
    products::store& on() { return *shop_->stores().products; }
    template <class Answer>
    Answer wait(asio::awaitable<Answer> work) {
        return asio::co_spawn(shop_->executor(), std::move(work), asio::use_future).get();
    }

    std::filesystem::path const folder_ =
        std::filesystem::temp_directory_path() / ("shop-bench-" + std::to_string(getpid()));
    std::optional<engine> shop_;
};

void transact(benchmark::State& run, std::string const& store) {
    opened_store on(store);
    auto const rows = static_cast<std::size_t>(run.range(0));
    on.write(rows);
    for (auto _ : run) on.write(rows);
    run.SetItemsProcessed(run.iterations() * run.range(0));
}

void load(benchmark::State& run, std::string const& store) {
    opened_store on(store);
    auto const rows = static_cast<std::size_t>(run.range(0));
    on.write(rows);
    for (auto _ : run) on.read(rows);
    run.SetItemsProcessed(run.iterations() * run.range(0));
}

}  // namespace

void register_stores() {
    std::vector<std::string> stores{"memory", "sqlite"};
    if (auto const* postgres = std::getenv("SHOP_BENCH_POSTGRES")) stores.emplace_back(postgres);
    for (auto const& store : stores) {
        auto const add = [&](std::string const& what, void (*function)(benchmark::State&, std::string const&)) {
            benchmark::RegisterBenchmark(("store/" + what + "/" + word_of(store) + "/rows").c_str(), function, store)
                ->Arg(1)
                ->Arg(64)
                ->Arg(1024)
                ->UseRealTime();
        };
        add("load", &load);
        add("transact", &transact);
    }
}

}  // namespace shop::bench

#include "place.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <random>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <shop/audit.hpp>
#include <shop/orders/store.hpp>
#include <shop/shop.hpp>
#include <shop/storage/sqlite.hpp>
#ifdef SHOP_WITH_POSTGRES
#include <libpq-fe.h>

#include <shop/storage/postgres.hpp>
#endif

#include "skus.hpp"

namespace shop::bench {
namespace {

void stock_up(engine& e, workload const& w) {
    auto shop = e.blocking();
    std::vector<products::product_merge> merges;
    for (std::size_t i = 0; i < w.skus; ++i) {
        products::product_draft draft(sku_of(i), "Product number " + std::to_string(i), eur(999));
        merges.emplace_back(std::move(draft).active());
        if (merges.size() == limits::batch_items_max || i + 1 == w.skus) {
            shop.products.import(std::move(merges));
            merges.clear();
        }
    }
    auto& inventory = e.inventory();
    asio::co_spawn(
        e.executor(),
        [](inventory::service& to, std::size_t skus) -> asio::awaitable<void> {
            for (std::size_t from = 0; from < skus; from += limits::batch_items_max) {
                std::vector<request<inventory::record_movement>> some;
                for (auto i = from; i < std::min(skus, from + limits::batch_items_max); ++i) {
                    auto m = inventory::record_movement::receive(sku_of(i), quantity(1'000'000));
                    m.reference = "opening";
                    some.emplace_back(std::move(m));
                }
                co_await to.record(std::move(some));
            }
        }(inventory, w.skus),
        asio::use_future)
        .get();
}

struct run_state {
    engine* shop;
    workload const* w;
    std::uint64_t next = 0;
    std::uint64_t answered = 0;
    std::uint64_t refused = 0;
    std::size_t callers_left = 0;
    std::minstd_rand random{42};
    std::vector<sku> skus;
    std::promise<void> done;
};

std::vector<request<place_order>> make_batch(run_state& state) {
    auto const& w = *state.w;
    auto const n = std::min<std::uint64_t>(w.batch, w.orders - state.next);
    std::vector<request<place_order>> batch;
    batch.reserve(n);
    for (std::uint64_t i = 0; i < n; ++i) {
        auto const number = state.next++;
        call by;
        by.idempotency_key = "order-" + std::to_string(number);
        place_order order("customer-" + std::to_string(number % 1000));
        order.lines.reserve(w.lines);
        for (std::size_t l = 0; l < w.lines; ++l) {
            order.lines.emplace_back(state.skus[w.one_sku ? 0 : state.random() % w.skus], quantity(1));
        }
        batch.emplace_back(std::move(by), std::move(order));
    }
    return batch;
}

asio::awaitable<void> caller(run_state& state) {
    while (state.next < state.w->orders) {
        auto batch = make_batch(state);
        auto answers = co_await state.shop->orders().place(std::move(batch));
        state.answered += answers.size();
        for (auto const& a : answers) state.refused += a ? 0 : 1;
    }
    if (--state.callers_left == 0) state.done.set_value();
}

void stop_unless(bool holds, char const* what) {
    if (holds) return;
    std::fprintf(stderr, "shop-bench: %s\n", what);
    std::exit(1);
}

bool is_settled(engine& e) {
    return asio::co_spawn(
               e.executor(), [](engine& of) -> asio::awaitable<bool> { co_return of.is_settled(); }(e),
               asio::use_future)
        .get();
}

/// What the program promises is checked in every run: a figure counts only if it holds.
void check(engine& e, workload const& w, run_state const& state) {
    stop_unless(state.answered == w.orders && state.refused == 0, "an order was not confirmed");
    while (!is_settled(e)) std::this_thread::yield();
    auto work = audit(e.stores());
    auto const report = asio::co_spawn(e.executor(), std::move(work), asio::use_future).get().value();
    stop_unless(report.clean(), "the audit found a violation");
    stop_unless(report.orders == w.orders, "orders are missing");
    stop_unless(report.deliveries == w.orders, "deliveries are missing");
}

#ifdef SHOP_WITH_POSTGRES
void empty_database(std::string const& url) {
    std::unique_ptr<PGconn, void (*)(PGconn*)> const on(PQconnectdb(url.c_str()), PQfinish);
    auto* done = PQexec(
        on.get(), "SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public; CHECKPOINT");
    bool const emptied = PQresultStatus(done) == PGRES_COMMAND_OK;
    PQclear(done);
    stop_unless(emptied, PQerrorMessage(on.get()));
}
#endif

}  // namespace

place_of_orders prepare(std::string const& store, std::filesystem::path const& folder) {
    if (store == "memory") return {storage::memory()};
#ifdef SHOP_WITH_POSTGRES
    if (store.rfind("postgresql://", 0) == 0) {
        empty_database(store);
        storage::postgres_options options;
        options.migrate = true;
        options.statistics = std::make_shared<storage::postgres_statistics>();
        return {storage::postgres(store, options), [counts = options.statistics] { return counts->commits.load(); }};
    }
#endif
    storage::sqlite_options options;
    options.statistics = std::make_shared<storage::sqlite_statistics>();
    return {storage::sqlite((folder / "shop.db").string(), options),
            [counts = options.statistics] { return counts->snapshot().commits; }};
}

std::string word_of(std::string const& store) {
    auto const word = store.substr(0, store.find_first_of(':'));
    return word == "postgresql" ? "postgres" : word;
}

bool is_small() {
    return std::getenv("SHOP_BENCH_SMALL") != nullptr;
}

figures place(workload const& w) {
    auto const folder = std::filesystem::temp_directory_path() / ("shop-bench-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    auto const where = prepare(w.store, folder);
    figures out;
    {
        engine_options parts;
        parts.store = where.open;
        auto e = engine::open(std::move(parts)).value();
        stock_up(e, w);
        while (!is_settled(e)) std::this_thread::yield();

        run_state state;
        state.shop = &e;
        state.w = &w;
        state.callers_left = w.callers;
        for (std::size_t i = 0; i < w.skus; ++i) state.skus.push_back(sku_of(i));
        auto const commits = where.commits();
        auto const before = costs::so_far();
        auto const start = std::chrono::steady_clock::now();
        asio::post(e.executor(), [&] {
            for (std::size_t i = 0; i < w.callers; ++i) asio::co_spawn(e.executor(), caller(state), asio::detached);
        });
        state.done.get_future().get();
        out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        out.used = costs::so_far() - before;
        out.commits = where.commits() - commits;
        check(e, w, state);
    }
    std::filesystem::remove_all(folder);
    return out;
}

namespace {

constexpr int rounds = 3;

/// Orders per commit as they were measured last, by the name of the workload: its floor commits as often.
std::map<std::string, double>& measured_batches() {
    static std::map<std::string, double> all;
    return all;
}

std::string name_of(workload const& w) {
    std::string name = word_of(w.store) + (w.one_sku ? "/one_sku" : "");
    if (w.lines != 3) name += "/lines:" + std::to_string(w.lines);
    return name + (w.batch > 1 ? "/batch:" + std::to_string(w.batch) : "/callers:" + std::to_string(w.callers));
}

void place_orders(benchmark::State& run, workload const& w) {
    auto const orders = static_cast<double>(w.orders);
    for (auto _ : run) {
        auto const got = place(w);
        run.SetIterationTime(got.seconds);
        run.SetItemsProcessed(static_cast<std::int64_t>(w.orders));
        run.counters["cpu_us"] = got.used.cpu_us / orders;
        run.counters["allocations"] = static_cast<double>(got.used.allocations) / orders;
        run.counters["written_bytes"] = static_cast<double>(got.used.bytes_written) / orders;
        if (got.commits == 0) continue;
        auto const batch = orders / static_cast<double>(got.commits);
        run.counters["per_commit"] = measured_batches()[name_of(w)] = batch;
    }
}

void write_rows(benchmark::State& run, workload const& w) {
    auto const known = measured_batches().find(name_of(w));
    auto const batch = known != measured_batches().end() ? known->second : static_cast<double>(w.callers);
    for (auto _ : run) {
        run.SetIterationTime(sqlite_floor(w, batch));
        run.SetItemsProcessed(static_cast<std::int64_t>(w.orders));
        run.counters["per_commit"] = batch;
    }
}

void add(std::string const& name, void (*what)(benchmark::State&, workload const&), workload w) {
    if (is_small()) {
        w.orders = 200;
        w.skus = 100;
    }
    benchmark::RegisterBenchmark(name.c_str(), what, w)
        ->UseManualTime()
        ->Iterations(1)
        ->Repetitions(is_small() ? 1 : rounds)
        ->Unit(benchmark::kMillisecond);
}

void add_place(workload const& w) {
    add("place/" + name_of(w), place_orders, w);
}

}  // namespace

void register_place() {
    for (std::size_t batch : {1, 64, 256, 1024}) add_place({"memory", batch == 1 ? 20'000u : 100'000u, 1, batch});
    for (std::size_t callers : {1, 64, 256, 1024}) {
        workload const w{"sqlite", callers == 1 ? 2'000u : 20'000u, callers};
        add_place(w);
        add("floor/" + name_of(w), write_rows, w);
    }
    for (bool one : {false, true}) {
        add_place({"memory", 100'000, 1, 256, 1, 10'000, one});
        add_place({"sqlite", 20'000, 256, 1, 1, 10'000, one});
    }
    auto const* const postgres = std::getenv("SHOP_BENCH_POSTGRES");
    if (!postgres) return;
    for (std::size_t callers : {1, 64, 256, 1024}) add_place({postgres, callers == 1 ? 2'000u : 30'000u, callers});
    for (bool one : {false, true}) add_place({postgres, 30'000, 256, 1, 1, 10'000, one});
}

}  // namespace shop::bench

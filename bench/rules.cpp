// Decisions without a store: what the rules cost.

#include <benchmark/benchmark.h>

#include <map>
#include <random>

#include <shop/core/money.hpp>
#include <shop/core/uuid.hpp>

#include "inventory/batch.hpp"
#include "orders/batch.hpp"
#include "skus.hpp"

namespace shop::bench {
namespace {

constexpr std::size_t skus = 10'000;
constexpr std::size_t lines = 3;
timestamp const now{std::chrono::milliseconds(1'700'000'000'000)};

/// A row of each sku, with a million pieces.
std::map<sku, inventory::stock_record> const& stock() {
    static auto const all = [] {
        std::map<sku, inventory::stock_record> made;
        for (std::size_t i = 0; i < skus; ++i) {
            inventory::stock_record row;
            row.sku = sku_of(i);
            row.revision = row.sequence = 1;
            row.on_hand = 1'000'000;
            made.emplace(row.sku, row);
        }
        return made;
    }();
    return all;
}

void allocate(benchmark::State& run) {
    std::minstd_rand random{42};
    std::vector<inventory::any_command> commands;
    for (std::int64_t i = 0; i < run.range(0); ++i) {
        std::vector<inventory::line> wanted;
        for (std::size_t l = 0; l < lines; ++l) wanted.emplace_back(sku_of(random() % skus), quantity(1));
        commands.emplace_back(inventory::allocate_order(order_id{random_ids().next(now)}, std::move(wanted)));
    }
    for (auto _ : run) {
        inventory::batch decided(commands);
        auto keys = decided.wanted();
        keys.normalise();
        loaded_rows<inventory::store_schema> rows(keys);
        auto const& wanted = keys.of<inventory::stock_record>();
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            rows.groups<inventory::stock_record>()[i] = std::span(&stock().at(std::get<0>(wanted[i])), 1);
        }
        benchmark::DoNotOptimize(decided.decide(rows, {now}));
    }
    run.SetItemsProcessed(run.iterations() * run.range(0));
}
BENCHMARK(allocate)->Name("rules/allocate/batch")->Arg(1)->Arg(64)->Arg(256);

void begin_placing(benchmark::State& run) {
    orders::order_content content;
    content.customer.id = "customer-500";
    for (std::size_t l = 0; l < lines; ++l) {
        orders::line line;
        line.sku = sku_of(l);
        line.name = "Product number 5000";
        line.unit_price = line.line_total = eur(999);
        content.lines.push_back(std::move(line));
    }
    content.total = eur(2997);
    document<orders::order_content> const shared(std::move(content));
    std::vector<orders::command> commands;
    for (std::int64_t i = 0; i < run.range(0); ++i) {
        orders::rules::begin_placing one;
        one.id = order_id{random_ids().next(now)};
        one.operation = operation_id{one.id.value};
        one.key = {"local", "order-" + std::to_string(i), fingerprint_of("orders.place", std::to_string(i))};
        one.content = shared;
        commands.emplace_back(std::move(one));
    }
    for (auto _ : run) {
        orders::batch decided(commands);
        auto keys = decided.wanted();
        keys.normalise();
        loaded_rows<orders::store_schema> const rows(keys);
        benchmark::DoNotOptimize(decided.decide(rows, {now}));
    }
    run.SetItemsProcessed(run.iterations() * run.range(0));
}
BENCHMARK(begin_placing)->Name("rules/begin_placing/batch")->Arg(1)->Arg(64)->Arg(256);

}  // namespace
}  // namespace shop::bench

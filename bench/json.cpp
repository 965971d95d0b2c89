// Strict JSON: what is read of a caller, and what an order costs to write.

#include <benchmark/benchmark.h>

#include <shop/json/json.hpp>
#include <shop/orders/service.hpp>

namespace shop::bench {
namespace {

std::string const wanted =
    R"({"customer":{"id":"ann","email":"ann@example.com"},"lines":[{"sku":"MUG-STONE-350","quantity":2},)"
    R"({"sku":"MUG-BLUE-350","quantity":1},{"sku":"TEA-100","quantity":3}],"metadata":{"cart":"7"}})";

void read_order(benchmark::State& run) {
    for (auto _ : run) benchmark::DoNotOptimize(json::decode<orders::place_order>(wanted));
    run.SetBytesProcessed(static_cast<std::int64_t>(run.iterations()) * static_cast<std::int64_t>(wanted.size()));
}
BENCHMARK(read_order)->Name("json/read/place_order");

void write_order(benchmark::State& run) {
    orders::order order;
    order.customer.id = "ann";
    for (int l = 0; l < 3; ++l) {
        orders::line line;
        line.sku = sku("MUG-STONE-350");
        line.name = "Stoneware mug";
        line.unit_price = line.line_total = eur(1999);
        order.lines.push_back(std::move(line));
    }
    order.total = eur(5997);
    std::string out;
    for (auto _ : run) {
        out.clear();
        json::append(out, order);
        benchmark::DoNotOptimize(out.data());
    }
    run.SetBytesProcessed(static_cast<std::int64_t>(run.iterations()) * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(write_order)->Name("json/write/order");

}  // namespace
}  // namespace shop::bench

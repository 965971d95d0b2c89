// The benchmarks of linked use: suites of Google Benchmark, a file per room, floors beside their subjects.
//   shop-bench [--benchmark_filter=REGEX] [--benchmark_...]    see shop-bench --help
// SHOP_BENCH_POSTGRES=URL adds place/postgres on that database, which is emptied: bench/postgres.sh puts pgbench beside
// it. SHOP_BENCH_SMALL=1 does everything once and little of it: for the tests, which want to know whether all of it
// still runs.

#include <benchmark/benchmark.h>

#include "place.hpp"

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 64;
    shop::bench::register_stores();
    shop::bench::register_place();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}

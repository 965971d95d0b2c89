// The benchmarks of linked use, each beside its floor in the same run. Order of a run: floor, subject, floor.
//   shop-bench [memory|sqlite|hot]...               all of them without an argument
//   shop-bench postgres URL                         without floors: bench/postgres.sh puts pgbench beside it
//   shop-bench once STORE CALLERS BATCH ORDERS      one run without a floor, for a profiler
//   shop-bench check                                whether all of it still runs, without a figure: for the tests

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "place.hpp"

namespace shop::bench {
namespace {

constexpr int rounds = 3;

template <class F>
std::vector<figures> repeat(F f) {
    std::vector<figures> all;
    for (int i = 0; i < rounds; ++i) all.push_back(f());
    std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.orders_per_s < b.orders_per_s; });
    return all;
}

std::string name_of(workload const& w) {
    return w.store.substr(0, w.store.find(':')) + (w.one_sku ? " one sku" : " uniform") + ", " + std::to_string(w.lines) + " lines, " +
           std::to_string(w.callers) + " callers, batch " + std::to_string(w.batch);
}

/// The median of three rounds.
figures report(workload const& w) {
    auto const all = repeat([&] { return place(w); });
    auto const& median = all[rounds / 2];
    std::printf("%-58s %9.0f orders/s  (%.0f to %.0f)  %6.1f us CPU/order", name_of(w).c_str(), median.orders_per_s,
                all.front().orders_per_s, all.back().orders_per_s, median.cpu_us_per_order);
    if (median.orders_per_commit > 0) std::printf("  %6.1f orders/commit", median.orders_per_commit);
    std::printf("  backlog %llu\n", static_cast<unsigned long long>(median.backlog));
    std::fflush(stdout);
    return median;
}

void memory() {
    for (std::size_t batch : {1, 64, 256, 1024}) {
        report({"memory", batch == 1 ? 20'000u : 100'000u, 1, batch, 3, 10'000, false});
    }
}

void sqlite() {
    for (std::size_t callers : {1, 64, 256, 1024}) {
        workload const w{"sqlite", callers == 1 ? 2'000u : 20'000u, callers, 1, 3, 10'000, false};
        auto const ours = report(w);
        auto const before = sqlite_floor_orders_per_s(w, ours.orders_per_commit);
        auto const again = report(w);
        auto const after = sqlite_floor_orders_per_s(w, ours.orders_per_commit);
        auto const floor = (before + after) / 2;
        auto const apart = std::abs(before - after) / floor;
        std::printf("%-58s %9.0f orders/s  (%.0f, %.0f)%s  ratio %.2f\n", "  floor: plain loop, the same rows and commits",
                    floor, before, after, apart > 0.25 ? "  void: the floors differ by more than 25 %" : "",
                    again.orders_per_s / floor);
        std::fflush(stdout);
    }
}

void postgres(std::string const& url) {
    for (std::size_t callers : {1, 64, 256, 1024}) {
        report({url, callers == 1 ? 2'000u : 30'000u, callers, 1, 3, 10'000, false});
    }
    workload uniform{url, 30'000, 256, 1, 1, 10'000, false};
    workload one = uniform;
    one.one_sku = true;
    auto const spread = report(uniform);
    auto const same = report(one);
    std::printf("  one sku / uniform: %.2f\n", same.orders_per_s / spread.orders_per_s);
}

void hot() {
    for (auto const* store : {"memory", "sqlite"}) {
        bool const in_memory = std::string(store) == "memory";
        workload uniform{store, in_memory ? 100'000u : 20'000u, in_memory ? 1u : 256u, in_memory ? 256u : 1u, 1, 10'000, false};
        workload one = uniform;
        one.one_sku = true;
        auto const spread = report(uniform);
        auto const same = report(one);
        std::printf("  one sku / uniform: %.2f\n", same.orders_per_s / spread.orders_per_s);
    }
}

/// The floor writes rows by hand: it must follow the schema.
void check() {
    for (auto const* store : {"memory", "sqlite"}) place({store, 200, 8, 1, 3, 100, false});
    sqlite_floor_orders_per_s({"sqlite", 200, 8, 1, 3, 100, false}, 8);
    std::puts("both stores, and the floor of SQLite");
}

}  // namespace
}  // namespace shop::bench

int main(int argc, char** argv) {
    std::vector<std::string> wanted(argv + 1, argv + argc);
    if (wanted.size() == 5 && wanted[0] == "once") {
        auto const number = [&](std::size_t at) { return static_cast<std::size_t>(std::stoul(wanted[at])); };
        shop::bench::workload const w{wanted[1], number(4), number(2), number(3), 3, 10'000, false};
        auto const f = shop::bench::place(w);
        std::printf("%s: %.0f orders/s, %.1f us CPU/order\n", shop::bench::name_of(w).c_str(), f.orders_per_s,
                    f.cpu_us_per_order);
        return 0;
    }
    if (wanted.size() == 1 && wanted[0] == "check") {
        shop::bench::check();
        return 0;
    }
    if (wanted.size() == 2 && wanted[0] == "postgres") {
        shop::bench::postgres(wanted[1]);
        return 0;
    }
    if (wanted.empty()) wanted = {"memory", "sqlite", "hot"};
    for (auto const& w : wanted) {
        if (w == "memory") shop::bench::memory();
        else if (w == "sqlite") shop::bench::sqlite();
        else if (w == "hot") shop::bench::hot();
        else {
            std::fprintf(stderr, "shop-bench: unknown benchmark '%s'; there are memory, sqlite and hot\n", w.c_str());
            return 64;
        }
    }
}

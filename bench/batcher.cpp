// What it costs to wait together.

#include <benchmark/benchmark.h>

#include <boost/asio/io_context.hpp>

#include <shop/async/batcher.hpp>

namespace shop::bench {
namespace {

results<int> same(std::vector<int> asked) {
    co_return std::vector<result<int>>(asked.begin(), asked.end());
}

asio::awaitable<void> ask(batcher<int, int>& queue) {
    std::vector<int> one{1};
    auto answers = co_await queue.submit(std::move(one));
    benchmark::DoNotOptimize(answers);
}

/// Callers of one command each, all at once.
void submit(benchmark::State& run) {
    asio::io_context io{1};
    batcher<int, int> queue(io.get_executor(), &same);
    for (auto _ : run) {
        for (std::int64_t i = 0; i < run.range(0); ++i) asio::co_spawn(io, ask(queue), asio::detached);
        io.run();
        io.restart();
    }
    run.SetItemsProcessed(run.iterations() * run.range(0));
}
BENCHMARK(submit)->Name("batcher/submit/callers")->Arg(1)->Arg(64)->Arg(1024);

}  // namespace
}  // namespace shop::bench

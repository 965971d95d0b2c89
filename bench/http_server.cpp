// The head of a request by itself, and whole exchanges in one process over loopback: client, server, and the kernel
// between.

#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <shop/async/scheduler.hpp>
#include <shop/http/client.hpp>
#include <shop/http/detail/head.hpp>
#include <shop/http/server.hpp>

namespace shop::bench {
namespace {

constexpr std::string_view head_of_order =
    "POST /v1/orders HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: till/1.0\r\nAccept: application/json\r\n"
    "Content-Type: application/json\r\nContent-Length: 180\r\nIdempotency-Key: cart-7\r\n"
    "Authorization: Bearer sk_0197f0a05d1c70008f6e3b0e8a0c1d2e\r\n"
    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n";

void read_head(benchmark::State& run) {
    constexpr http::detail::head_limits limits{16 * 1024, 100, 4 * 1024};
    http::detail::head out;
    for (auto _ : run) benchmark::DoNotOptimize(http::detail::parse_head(head_of_order, limits, out));
    run.SetBytesProcessed(static_cast<std::int64_t>(run.iterations() * head_of_order.size()));
}
BENCHMARK(read_head)->Name("http/read_head");

/// As large as a product.
class constant final : public http::handler {
public:
    asio::awaitable<http::response> handle(http::request const&) override {
        co_return http::response(200, std::string(440, 'x'));
    }
};

asio::awaitable<void> ask(http::client& client, std::int64_t times, std::int64_t& missing) {
    for (; times > 0; --times) {
        http::client_request question;
        question.target = "/v1/products/MUG-STONE-350";
        auto const answer =
            co_await client.exchange(std::move(question), system_scheduler().now() + std::chrono::seconds(10));
        if (!answer || answer->status != 200) std::abort();
    }
    --missing;
}

void exchange(benchmark::State& run) {
    asio::io_context io{1};
    constant handler;
    http::server server(io.get_executor(), {}, handler);
    auto const bound = server.listen("127.0.0.1", 0).value();
    server.start();
    http::client client(io.get_executor(), {bound.host, bound.port});
    constexpr std::int64_t each = 10;
    for (auto _ : run) {
        std::int64_t missing = run.range(0);
        for (auto i = run.range(0); i > 0; --i) asio::co_spawn(io, ask(client, each, missing), asio::detached);
        while (missing > 0) io.run_one();
    }
    run.SetItemsProcessed(run.iterations() * run.range(0) * each);
}
BENCHMARK(exchange)->Name("http/exchange/connections")->Arg(1)->Arg(32)->UseRealTime();

}  // namespace
}  // namespace shop::bench

#pragma once

#include <gmock/gmock.h>

#include <cstdlib>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <shop/async/service_context.hpp>
#include <shop/http/channel.hpp>
#include <shop/http/server.hpp>
#include <shop/inproc/direct_channel.hpp>
#include <shop/inproc/simulated_channel.hpp>
#include <shop/storage/memory.hpp>
#include <shop/testing/fault_store.hpp>
#include <shop/testing/manual_scheduler.hpp>
#include <shop/testing/seeded_ids.hpp>
#include <shop/transport/batching.hpp>
#include <shop/transport/endpoint.hpp>
#include <shop/transport/remote.hpp>

namespace shop::tests {

/// How the services under test are reached: `SHOP_TEST_TRANSPORT` says `direct` (also when it is not set), `inproc`,
/// `simulated` or `http`.
inline std::string transport_of_tests() {
    auto const* said = std::getenv("SHOP_TEST_TRANSPORT");
    return said ? said : "direct";
}

/// A service on the memory store, on virtual time, with faults on request.
class service_test : public ::testing::Test {
protected:
    /// Several calls at once, each to its end.
    template <class T>
    std::vector<T> run_all(std::vector<asio::awaitable<T>> calls) {
        std::vector<std::optional<T>> done(calls.size());
        std::size_t missing = calls.size();
        for (std::size_t i = 0; i < calls.size(); ++i) {
            asio::co_spawn(io, keep(std::move(calls[i]), done[i], missing), asio::detached);
        }
        EXPECT_TRUE(run_until([&] { return missing == 0; }));
        std::vector<T> out;
        for (auto& one : done) out.push_back(std::move(one).value());
        return out;
    }
    template <class T>
    T run(asio::awaitable<T> call) {
        std::vector<asio::awaitable<T>> one;
        one.push_back(std::move(call));
        return std::move(run_all(std::move(one)).front());
    }

    service_context context() { return {io.get_executor(), &clock, &ids}; }

    /// The service as its callers see it: itself, or a port over the transport of the tests.
    /// @param remote makes a port over a channel
    template <class Service>
    std::shared_ptr<Service> reached(std::shared_ptr<Service> service,
                                     std::shared_ptr<Service> (*remote)(service_context,
                                                                        std::shared_ptr<transport::channel>,
                                                                        transport::observer)) {
        auto const how = transport_of_tests();
        if (how == "direct") return service;
        auto const endpoint = std::make_shared<transport::endpoint>(clock);
        endpoint->offer(std::move(service));
        if (how == "inproc") return remote(context(), inproc::direct_channel(context(), endpoint), {});
        if (how == "simulated") {
            inproc::network_faults faults;
            faults.delay_max = std::chrono::milliseconds(20);
            auto const network = std::make_shared<inproc::simulated_channel>(context(), endpoint, faults);
            return remote(context(),
                          std::make_shared<transport::batching_channel>(context(), network, batcher_options{}), {});
        }
        if (how != "http") throw std::invalid_argument("SHOP_TEST_TRANSPORT: no such transport");
        faces_.emplace_back(endpoint, [](http::request const& head, std::string_view) -> std::optional<error> {
            if (head.find("Authorization") == "Bearer secret") return std::nullopt;
            return error(error_code::unauthenticated);
        });
        auto& server = servers_.emplace_back(io.get_executor(), http::server_options{}, faces_.back());
        auto const bound = server.listen("127.0.0.1", 0).value();
        server.start();
        http::origin const there{bound.host, bound.port};
        auto const client = std::make_shared<http::client>(io.get_executor(), there);
        service_context by_the_clock = context();
        by_the_clock.clock = &system_scheduler();
        auto over = http::client_channel(by_the_clock, client, [] { return std::string("Bearer secret"); });
        auto const in_time = std::make_shared<in_real_time>(clock, std::move(over));
        return remote(context(), std::make_shared<transport::batching_channel>(context(), in_time, batcher_options{}),
                      {});
    }

    /// Deadlines of sockets are those of this machine's clock.
    class in_real_time final : public transport::channel {
    public:
        in_real_time(scheduler& clock, std::shared_ptr<transport::channel> over)
            : clock_(clock), over_(std::move(over)) {}
        results<std::string> send(transport::operation_facts operation,
                                  std::vector<transport::outgoing> items) override {
            auto const between = system_scheduler().now() - clock_.now();
            for (auto& item : items) {
                if (item.deadline != steady_time::max()) item.deadline += between;
            }
            return over_->send(operation, std::move(items));
        }

    private:
        scheduler& clock_;
        std::shared_ptr<transport::channel> over_;
    };

    bool run_until(std::function<bool()> const& done) {
        if (servers_.empty()) return clock.run_until(io, done);
        // What is on its way through sockets goes before what waits for virtual time to pass.
        while (!done()) {
            io.restart();
            if (io.run_one_for(std::chrono::milliseconds(50)) == 0 && !clock.advance_to_next()) return false;
        }
        return true;
    }

    template <class T>
    static asio::awaitable<void> keep(asio::awaitable<T> call, std::optional<T>& to, std::size_t& missing) {
        auto answer = co_await std::move(call);
        to.emplace(std::move(answer));
        --missing;
    }

    testing::manual_scheduler clock;  // outlives what sleeps on it, in the context
    testing::seeded_ids ids;
    asio::io_context io{1};
    storage::context store_context{clock, ids};
    shop::stores memory = storage::memory()(store_context).value();
    testing::fault fault_at_next = testing::fault::none;
    std::shared_ptr<testing::fault_plan> plan = std::make_shared<testing::fault_plan>(
        [this](std::uint64_t) { return std::exchange(fault_at_next, testing::fault::none); });
    shop::stores stores = testing::with_faults(memory, plan);

private:
    std::list<http::internal_api> faces_;
    std::list<http::server> servers_;
};

/// The suite of one service, whatever lies between it and its caller.
template <class Service>
class service_suite : public service_test {
protected:
    template <class Answer, class Command>
    using function = results<Answer> (Service::*)(requests<Command>);

    template <class Answer, class Command>
    result<Answer> ask(function<Answer, Command> f, Command command, call with = {}) {
        std::vector<request<Command>> one;
        one.emplace_back(std::move(with), std::move(command));
        return run(((*tested).*f)(std::move(one))).front();
    }
    template <class Answer, class Command>
    std::vector<result<Answer>> ask_all(function<Answer, Command> f, std::vector<Command> commands) {
        std::vector<request<Command>> all;
        for (auto& c : commands) all.emplace_back(std::move(c));
        return run(((*tested).*f)(std::move(all)));
    }
    static call with_key(std::string key) {
        call c;
        c.idempotency_key = std::move(key);
        return c;
    }
    call too_late() {
        call c;
        c.deadline = clock.now();
        return c;
    }

    std::shared_ptr<Service> tested;
};

}  // namespace shop::tests

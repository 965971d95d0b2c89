#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <shop/core/service_context.hpp>
#include <shop/storage/memory.hpp>
#include <shop/testing/fault_store.hpp>
#include <shop/testing/manual_scheduler.hpp>
#include <shop/testing/seeded_ids.hpp>

namespace shop::tests {

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
        EXPECT_TRUE(clock.run_until(io, [&] { return missing == 0; }));
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

    template <class T>
    static asio::awaitable<void> keep(asio::awaitable<T> call, std::optional<T>& to, std::size_t& missing) {
        auto answer = co_await std::move(call);
        to.emplace(std::move(answer));
        --missing;
    }

    asio::io_context io{1};
    testing::manual_scheduler clock;
    testing::seeded_ids ids;
    storage::context store_context{clock, ids};
    shop::stores memory = storage::memory()(store_context).value();
    testing::fault fault_at_next = testing::fault::none;
    std::shared_ptr<testing::fault_plan> plan = std::make_shared<testing::fault_plan>(
        [this](std::uint64_t) { return std::exchange(fault_at_next, testing::fault::none); });
    shop::stores stores = testing::with_faults(memory, plan);
};

}  // namespace shop::tests

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <shop/async/service_context.hpp>
#include <shop/testing/manual_scheduler.hpp>
#include <shop/testing/seeded_ids.hpp>
#include <shop/transport/channel.hpp>

namespace shop::transport::tests {

using lines = std::vector<result<std::string>>;

/// A channel that answers as it is told, after a while of virtual time.
class fake_channel final : public channel {
public:
    explicit fake_channel(scheduler& clock) : clock_(clock) {}

    asio::awaitable<lines> send(operation_facts, std::vector<outgoing> items) override {
        messages.push_back(items.size());
        ++under_way;
        most_under_way = std::max(most_under_way, under_way);
        auto const told = answer;
        co_await clock_.sleep_until(clock_.now() + takes);
        --under_way;
        lines out;
        for (auto const& item : items)
            out.push_back(told ? result<std::string>(item.text) : result<std::string>(*failure));
        co_return out;
    }

    std::chrono::milliseconds takes{1};
    bool answer = true;
    std::optional<error> failure = error(error_code::unavailable);
    std::vector<std::size_t> messages;
    std::size_t under_way = 0, most_under_way = 0;

private:
    scheduler& clock_;
};

class channel_test : public ::testing::Test {
protected:
    service_context context() { return {io.get_executor(), &clock, &ids}; }

    static outgoing item(std::string text, steady_time deadline = steady_time::max()) {
        return {std::move(text), deadline, {}};
    }
    /// Sends single items at once, each by its own call; their answers in order.
    lines send_each(channel& over, std::size_t count, operation_facts operation = {"orders.place", safety::keyed},
                    steady_time deadline = steady_time::max()) {
        lines out(count, error(error_code::internal));
        std::size_t missing = count;
        for (std::size_t i = 0; i < count; ++i) {
            asio::co_spawn(io, send_one(over, operation, item(std::to_string(i), deadline), out[i], missing),
                           asio::detached);
        }
        EXPECT_TRUE(clock.run_until(io, [&] { return missing == 0; }));
        return out;
    }
    result<std::string> send(channel& over, steady_time deadline = steady_time::max()) {
        result<std::string> out = error(error_code::internal);
        std::size_t missing = 1;
        asio::co_spawn(io, send_one(over, {"orders.get", safety::safe}, item("x", deadline), out, missing),
                       asio::detached);
        EXPECT_TRUE(clock.run_until(io, [&] { return missing == 0; }));
        return out;
    }

    testing::manual_scheduler clock;  // outlives what sleeps on it, in the context
    testing::seeded_ids ids;
    asio::io_context io{1};

private:
    static asio::awaitable<void> send_one(channel& over, operation_facts operation, outgoing one,
                                          result<std::string>& to, std::size_t& missing) {
        std::vector<outgoing> items;
        items.push_back(std::move(one));
        auto answers = co_await over.send(operation, std::move(items));
        to = std::move(answers.front());
        --missing;
    }
};

}  // namespace shop::transport::tests

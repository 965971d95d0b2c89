#include <shop/transport/batching.hpp>

#include "fake_channel.hpp"

namespace shop::transport::tests {
namespace {

using ::testing::ElementsAre;

class batching : public channel_test {
protected:
    std::shared_ptr<fake_channel> wire = std::make_shared<fake_channel>(clock);
    batching_channel gathering(std::size_t messages_max) {
        batcher_options options;
        options.batches_max = messages_max;
        return batching_channel(context(), wire, options);
    }
    asio::awaitable<void> call(channel& over, operation_facts operation = {"orders.get", safety::safe}) {
        std::vector<outgoing> one;
        one.push_back(item("x"));
        co_await over.send(operation, std::move(one));
        ++done;
    }

    std::size_t done = 0;
};

TEST_F(batching, calls_made_at_once_leave_together) {
    auto over = gathering(1);
    auto const answers = send_each(over, 64);
    for (std::size_t i = 0; i < 64; ++i) EXPECT_EQ(*answers[i], std::to_string(i));
    EXPECT_THAT(wire->messages, ElementsAre(64));
}

TEST_F(batching, calls_made_while_one_is_under_way_leave_together_after_it) {
    auto over = gathering(1);
    asio::co_spawn(io, call(over), asio::detached);
    io.poll();
    for (int i = 0; i < 10; ++i) asio::co_spawn(io, call(over), asio::detached);
    EXPECT_TRUE(clock.run_until(io, [&] { return done == 11; }));
    EXPECT_THAT(wire->messages, ElementsAre(1, 10));
    EXPECT_EQ(wire->most_under_way, 1u);
}

TEST_F(batching, as_many_messages_are_under_way_as_may) {
    auto over = gathering(2);
    for (int i = 0; i < 5; ++i) {
        asio::co_spawn(io, call(over), asio::detached);
        io.restart();
        io.poll();
    }
    EXPECT_TRUE(clock.run_until(io, [&] { return done == 5; }));
    EXPECT_THAT(wire->messages, ElementsAre(1, 1, 3));
}

TEST_F(batching, one_operation_does_not_wait_for_another) {
    auto over = gathering(1);
    asio::co_spawn(io, call(over), asio::detached);
    asio::co_spawn(io, call(over, {"orders.place", safety::keyed}), asio::detached);
    EXPECT_TRUE(clock.run_until(io, [&] { return done == 2; }));
    EXPECT_EQ(wire->most_under_way, 2u);
}

}  // namespace
}  // namespace shop::transport::tests

// What the sender posts, verified in other processes: by the libraries that receivers use, and by the examples.

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <shop/async/scheduler.hpp>
#include <shop/events/cloud_event.hpp>

#include "channels/webhook/curl_sender.hpp"
#include "support/process.hpp"

namespace webhooks::test {

using namespace shop_server::webhook;
namespace asio = boost::asio;
using texts = std::vector<std::string>;

constexpr auto shared_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr auto another_secret = "whsec_c2hvcCB3ZWJob29rIHNlY3JldCBudW1iZXIgb25lICE=";

/// The clocks of this machine, of which the one for people is wrong.
class shifted_clock final : public shop::scheduler {
public:
    explicit shifted_clock(std::chrono::seconds by) : by_(by) {}
    shop::steady_time now() const override { return shop::system_scheduler().now(); }
    shop::timestamp stamp() const override { return shop::system_scheduler().stamp() + by_; }
    asio::awaitable<void> sleep_until(shop::steady_time at) override {
        return shop::system_scheduler().sleep_until(at);
    }

private:
    std::chrono::seconds by_;
};

shop::events::event shipped() {
    shop::events::event told;
    told.type = "shop.order.shipped.v1";
    told.source.value.bytes[15] = 1;
    told.subject = "019a0000-0000-7000-8000-0000000000a5";
    told.sequence = 3;
    told.time = shop::timestamp(std::chrono::milliseconds(1'770'000'000'000));
    told.data.status = "shipped";
    told.data.customer_id = "Zoë";
    told.data.tracking = "1Z \"quoted\" \\ 東京";
    return told;
}

/// The status that a receiver answered.
int post(std::string const& url, texts secrets, std::chrono::seconds clock_is_off = {}) {
    shifted_clock clock(clock_is_off);
    sender_options options;
    options.allowed = targets::any;
    auto const sender = curl_sender::open(options, clock).value();
    std::vector<shop::notifications::webhook_request> one(1);
    one[0].endpoint = "one";
    one[0].url = url;
    one[0].id = "019a0000-0000-8000-8000-000000000001";
    one[0].body = shop::events::to_cloud_event(shipped());
    one[0].secrets = std::move(secrets);
    asio::io_context io;
    auto done = asio::co_spawn(io, sender->post(std::move(one)), asio::use_future);
    io.run();
    return done.get().at(0).status.value_or(0);
}

/// Where a program of the system stands; empty if it is not there.
std::string program(std::string const& name) {
    std::string_view path = std::getenv("PATH") ? std::getenv("PATH") : "/usr/bin:/bin";
    while (!path.empty()) {
        auto const end = std::min(path.find(':'), path.size());
        auto const file = std::filesystem::path(path.substr(0, end)) / name;
        if (std::error_code none; std::filesystem::is_regular_file(file, none)) return file.string();
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return {};
}

std::string url_of(shop_test::process& receiver) {
    std::string const greeting = "listening on ";
    if (!receiver.wait_for_out("\n") || !receiver.out().starts_with(greeting)) {
        ADD_FAILURE() << "the receiver does not start: " << receiver.out() << receiver.err();
        return {};
    }
    return receiver.out().substr(greeting.size(), receiver.out().find('\n') - greeting.size()) + "/hooks";
}

TEST(what_webhooks_post, is_taken_by_the_libraries_of_receivers) {  // rows 105 and 106
    auto const folder = std::string(SHOP_SOURCE_DIR) + "/var/webhook-verifiers";
    auto const node = program("node");
    if (node.empty() || !std::filesystem::exists(folder + "/node_modules")) {
        GTEST_SKIP() << "the npm packages that verify webhooks are not installed: script/setup --tests, with npm";
    }
    shop_test::process receiver(
        {node, std::string(SHOP_SOURCE_DIR) + "/tests/webhook_verifiers/verify.mjs", folder, shared_secret});
    auto const url = url_of(receiver);
    EXPECT_EQ(post(url, {shared_secret}), 204) << receiver.out() << receiver.err();
    for (auto const* line : {"standardwebhooks: taken\n", "svix1: taken\n", "svix2: taken\n",
                             "cloudevents: taken shop.order.shipped.v1 019a0000-0000-7000-8000-0000000000a5 "
                             "0000000000000000003 00000000-0000-0000-0000-000000000001/"
                             "019a0000-0000-7000-8000-0000000000a5/3\n"}) {
        EXPECT_TRUE(receiver.wait_for_out(line)) << line << receiver.out();
    }
    EXPECT_EQ(post(url, {another_secret, shared_secret}), 204) << "in rotation";
    EXPECT_EQ(post(url, {another_secret}), 400) << "another's secret";
    EXPECT_EQ(post(url, {shared_secret}, std::chrono::seconds(-400)), 400) << "signed long ago";
    for (auto const* name : {"standardwebhooks", "svix1", "svix2"}) {
        EXPECT_TRUE(receiver.wait_for_out(std::string(name) + ": No matching signature found\n")) << receiver.out();
        EXPECT_TRUE(receiver.wait_for_out(std::string(name) + ": Message timestamp too old\n")) << receiver.out();
    }
}

class example_receiver : public ::testing::TestWithParam<std::pair<char const*, char const*>> {};

TEST_P(example_receiver, verifies_tells_repeats_and_refuses_what_is_forged_or_old) {
    auto const [language, file] = GetParam();
    auto const runs = program(language);
    if (runs.empty()) GTEST_SKIP() << language << " is not installed";
    shop_test::process receiver({runs, std::string(SHOP_SOURCE_DIR) + "/examples/webhooks/" + file},
                                {{"SHOP_WEBHOOK_SECRET", shared_secret}});
    auto const url = url_of(receiver);
    EXPECT_EQ(post(url, {shared_secret}), 204);
    EXPECT_TRUE(receiver.wait_for_out("verified shop.order.shipped.v1 019a0000-0000-7000-8000-0000000000a5 3\n"))
        << receiver.out() << receiver.err();
    EXPECT_EQ(post(url, {another_secret, shared_secret}), 204);
    EXPECT_TRUE(receiver.wait_for_out("repeated shop.order.shipped.v1"));
    EXPECT_EQ(post(url, {another_secret}), 400);
    EXPECT_TRUE(receiver.wait_for_out("refused"));
    EXPECT_EQ(post(url, {shared_secret}, std::chrono::seconds(-400)), 400);
    EXPECT_EQ(post(url, {shared_secret}, std::chrono::seconds(400)), 400);
}

INSTANTIATE_TEST_SUITE_P(webhooks, example_receiver,
                         ::testing::Values(std::pair("node", "receiver.mjs"), std::pair("python3", "receiver.py")),
                         [](auto const& info) { return std::string(info.param.first); });

}  // namespace webhooks::test

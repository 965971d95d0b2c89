#include "access/jwks_source.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <shop/testing/manual_scheduler.hpp>
#include <shop/testing/seeded_ids.hpp>

#include "issuer_stub.hpp"
#include "support/scratch.hpp"
#include "token_maker.hpp"

namespace shop_server {
namespace {

using namespace std::chrono_literals;
using tests::issuer_keys;
using tests::issuer_stub;
using mood = issuer_stub::mood;

class published_keys : public ::testing::Test {
protected:
    published_keys() { issuer.text = keys.public_jwks(); }
    ~published_keys() override {
        source->stop();
        run_for(1s);
    }
    void run_for(std::chrono::milliseconds time) { clock.run_for(io, time); }
    /// Asks as a token of an unknown key does.
    void ask() { asio::co_spawn(io, ask_once(), asio::detached); }
    asio::awaitable<void> ask_once() {
        co_await source->learn_more();
        ++answered;
    }

    issuer_keys const& keys = issuer_keys::get();
    asio::io_context io{1};
    shop::testing::manual_scheduler clock;
    shop::testing::seeded_ids ids{7};
    issuer_stub issuer{clock};
    std::shared_ptr<jwks_url> source = std::make_shared<jwks_url>(
        shop::service_context{io.get_executor(), &clock, &ids}, "https://issuer/keys", issuer.fetcher());
    int answered = 0;
};

TEST_F(published_keys, are_fetched_at_once_and_then_every_ten_minutes) {
    EXPECT_EQ(source->current(), nullptr);
    source->start();
    run_for(1s);
    ASSERT_NE(source->current(), nullptr);
    EXPECT_EQ(source->current()->size(), 3u);
    run_for(9min + 58s);
    EXPECT_EQ(issuer.asked, 1);
    run_for(2s);
    EXPECT_EQ(issuer.asked, 2);
    run_for(100min);
    EXPECT_EQ(issuer.asked, 12);
}

TEST_F(published_keys, that_did_not_change_stay_the_same_object) {
    source->start();
    run_for(1s);
    auto const first = source->current();
    run_for(10min);
    EXPECT_EQ(source->current(), first);
    issuer.text = R"({"keys":[]})";
    run_for(10min);
    EXPECT_NE(source->current(), first);
    EXPECT_EQ(source->current()->size(), 0u);
}

TEST_F(published_keys, are_fetched_at_most_once_a_minute_for_unknown_ones) {  // row 80: kid flood
    source->start();
    run_for(1s);
    for (int i = 0; i < 600; ++i) {  // ten minutes
        ask();
        run_for(1s);
    }
    EXPECT_EQ(answered, 600);
    EXPECT_EQ(issuer.asked, 11);
    EXPECT_EQ(issuer.most_under_way, 1);
}

TEST_F(published_keys, that_were_rotated_are_found_by_who_asks) {
    source->start();
    run_for(1min);
    issuer.text = R"({"keys":[]})";
    EXPECT_TRUE(source->may_learn_more());
    ask();
    run_for(50ms);
    EXPECT_EQ(answered, 0) << "waits for the answer";
    run_for(50ms);
    EXPECT_EQ(answered, 1);
    EXPECT_EQ(source->current()->size(), 0u);
    EXPECT_FALSE(source->may_learn_more());
    ask();
    run_for(0ms);
    EXPECT_EQ(answered, 2) << "does not wait";
    EXPECT_EQ(issuer.asked, 2);
    run_for(9min + 59s);
    EXPECT_EQ(issuer.asked, 2);
    run_for(1s);
    EXPECT_EQ(issuer.asked, 3) << "ten minutes after that one";
}

TEST_F(published_keys, are_fetched_once_for_all_who_ask_at_a_time) {
    source->start();
    for (int i = 0; i < 100; ++i) ask();
    run_for(99ms);
    EXPECT_EQ(answered, 0);
    run_for(1ms);
    EXPECT_EQ(answered, 100);
    EXPECT_EQ(issuer.asked, 1);
}

TEST_F(published_keys, count_for_a_day_while_the_issuer_is_down) {  // row 80
    source->start();
    run_for(1s);
    for (auto const how : {mood::refuses, mood::throws, mood::never_answers}) {
        issuer.now = how;
        run_for(7h + 50min);
        EXPECT_NE(source->current(), nullptr);
    }
    run_for(29min + 59s);
    EXPECT_NE(source->current(), nullptr);
    run_for(2s);
    EXPECT_EQ(source->current(), nullptr) << "a day is over";
    EXPECT_LE(issuer.asked, 24 * 60 + 1);
    EXPECT_GE(issuer.asked, 23 * 60);
    EXPECT_EQ(issuer.most_under_way, 1);
    issuer.now = mood::answers;
    run_for(1min + 1s);
    EXPECT_NE(source->current(), nullptr);
}

TEST_F(published_keys, that_are_no_keys_leave_the_old_ones) {
    source->start();
    run_for(1s);
    auto const first = source->current();
    for (auto const& text :
         {std::string("<html>"), std::string("{}"), keys.jwks(), std::string(jwks_bytes_max + 1, ' ')}) {
        issuer.text = text;
        run_for(1h);
        EXPECT_EQ(source->current(), first);
    }
}

TEST_F(published_keys, are_given_up_after_five_seconds) {
    issuer.now = mood::never_answers;
    source->start();
    ask();
    run_for(4'999ms);
    EXPECT_EQ(answered, 0);
    EXPECT_EQ(issuer.under_way, 1);
    run_for(2ms);
    EXPECT_EQ(answered, 1);
    EXPECT_EQ(issuer.under_way, 0) << "it was cancelled";
    run_for(50s);
    EXPECT_EQ(issuer.asked, 1);
    issuer.now = mood::answers;
    run_for(6s);
    EXPECT_NE(source->current(), nullptr);
}

TEST_F(published_keys, that_come_after_they_were_given_up_are_not_taken) {
    issuer.now = mood::answers_late;
    source->start();
    run_for(50s);
    issuer.now = mood::answers;
    issuer.text = R"({"keys":[]})";
    run_for(11s);
    ASSERT_NE(source->current(), nullptr);
    run_for(1min);
    EXPECT_EQ(issuer.under_way, 0);
    EXPECT_EQ(source->current()->size(), 0u) << "those of then are older than those of now";
    EXPECT_EQ(issuer.asked, 2);
}

TEST_F(published_keys, do_not_depend_on_the_wall_clock) {
    source->start();
    run_for(1s);
    clock.jump_wall_clock(48h);
    EXPECT_NE(source->current(), nullptr);
    EXPECT_FALSE(source->may_learn_more());
    run_for(1min);
    EXPECT_EQ(issuer.asked, 1);
}

TEST_F(published_keys, may_come_without_waiting) {
    issuer.now = mood::answers_at_once;
    source->start();
    run_for(1min);
    ASSERT_NE(source->current(), nullptr);
    ask();
    run_for(0ms);
    EXPECT_EQ(answered, 1);
    EXPECT_EQ(issuer.asked, 2);
}

TEST_F(published_keys, are_fetched_no_more_when_stopped) {
    source->start();
    ask();
    run_for(50ms);
    source->stop();
    run_for(0ms);
    EXPECT_EQ(answered, 1) << "nobody is left waiting";
    EXPECT_EQ(issuer.under_way, 0);
    run_for(24h);
    EXPECT_EQ(issuer.asked, 1);
    EXPECT_FALSE(source->may_learn_more());
    EXPECT_EQ(clock.pending(), 0u);
}

TEST(key_files, are_read_again_on_request) {
    auto const& keys = issuer_keys::get();
    shop_test::scratch folder;
    auto const path = folder.write("keys.json", keys.public_jwks());
    ::chmod(path.c_str(), 0644);
    auto const file = jwks_file::open(path).value();
    auto const first = file->current();
    EXPECT_EQ(first->size(), 3u);
    EXPECT_FALSE(file->may_learn_more());
    ASSERT_TRUE(file->reload());
    EXPECT_EQ(file->current(), first);

    folder.write("keys.json", "{");
    EXPECT_FALSE(file->reload());
    EXPECT_EQ(file->current(), first) << "what was good stays";
    folder.write("keys.json", R"({"keys":[]})");
    ASSERT_TRUE(file->reload());
    EXPECT_EQ(file->current()->size(), 0u);
    ::chmod(path.c_str(), 0666);
    EXPECT_EQ(file->reload().error().message(), "mode 0666: chmod 644 it");
    EXPECT_FALSE(jwks_file::open(folder.file("none")));
}

TEST(key_files, with_secrets_must_not_be_readable_by_others) {
    shop_test::scratch folder;
    auto const path = folder.write("keys.json", issuer_keys::get().jwks());
    ::chmod(path.c_str(), 0644);
    EXPECT_EQ(jwks_file::open(path).error().message(), "mode 0644: chmod 600 it");
    ::chmod(path.c_str(), 0600);
    EXPECT_EQ(jwks_file::open(path).value()->current()->size(), 4u);
}

}  // namespace
}  // namespace shop_server

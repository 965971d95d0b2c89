#include <shop/testing/channel_contract.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <shop/core/limits.hpp>
#include <shop/testing/seeded_ids.hpp>

#include "samples.hpp"

namespace shop::testing {

namespace {

using notifications::message;
using answers_of_send = std::vector<result<void>>;

/// A channel, and what runs it.
class channel_at_work {
public:
    explicit channel_at_work(channel_subject const& subject)
        : subject_(subject), channel_(subject.fresh({io_.get_executor(), &system_scheduler(), &ids_})) {}

    notifications::channel& channel() { return *channel_; }

    /// What several calls at once came to; a failure of the test if one of them does not end or throws.
    std::vector<answers_of_send> send(std::vector<std::vector<message>> calls) {
        std::vector<answers_of_send> answers(calls.size());
        std::size_t missing = calls.size();
        for (std::size_t i = 0; i < calls.size(); ++i) {
            auto ended = [&, i](std::exception_ptr thrown, answers_of_send came) {
                EXPECT_FALSE(thrown) << "a channel must not throw";
                answers[i] = std::move(came);
                --missing;
            };
            asio::co_spawn(io_, channel_->send(std::move(calls[i])), std::move(ended));
        }
        run([&] { return missing == 0; });
        return answers;
    }
    answers_of_send send(std::vector<message> messages) {
        std::vector<std::vector<message>> one;
        one.push_back(std::move(messages));
        return send(std::move(one)).front();
    }
    std::vector<result<std::vector<notifications::recipient>>> recipients(std::vector<events::event> events) {
        std::vector<result<std::vector<notifications::recipient>>> found;
        bool done = false;
        asio::co_spawn(io_, channel_->recipients(std::move(events)), [&](std::exception_ptr thrown, auto came) {
            EXPECT_FALSE(thrown) << "a channel must not throw";
            found = std::move(came);
            done = true;
        });
        run([&] { return done; });
        return found;
    }

private:
    template <class Done>
    void run(Done done) {
        auto const until = system_scheduler().now() + subject_.send_max;
        io_.restart();
        while (!done() && system_scheduler().now() < until) {
            if (io_.run_one_until(until) == 0) break;  // nothing is left to wait for, or too long
        }
        ASSERT_TRUE(done()) << "a channel must end within a bounded time";
    }

    channel_subject subject_;
    seeded_ids ids_{7};
    asio::io_context io_{1};
    std::shared_ptr<notifications::channel> channel_;
};

class channel_test : public ::testing::Test {
public:
    channel_test(channel_subject subject, std::function<void(channel_subject const&)> body)
        : subject_(std::move(subject)), body_(std::move(body)) {}
    void TestBody() override { body_(subject_); }

private:
    channel_subject subject_;
    std::function<void(channel_subject const&)> body_;
};

events::event event_about(int order, std::uint64_t version) {
    events::event told;
    told.type = "shop.order.confirmed.v1";
    told.source.value.bytes[15] = 1;
    told.subject = to_string(nth_id(order));
    told.sequence = version;
    told.time = nth_time(order);
    told.data.status = "confirmed";
    told.data.customer_id = "ann";
    return told;
}

events::event event_about_stock() {
    events::event told;
    told.type = "shop.stock.out_of_stock.v1";
    told.source.value.bytes[15] = 1;
    told.subject = "MUG-1";
    told.sequence = 7;
    told.time = nth_time(1);
    told.data.status = "out_of_stock";
    told.data.available = 0;
    return told;
}

constexpr char const* address = "ann@example.org";

message message_about(int order, std::uint64_t version = 2) {
    message m;
    m.id = nth_id<delivery_id>(order * 10 + static_cast<int>(version));
    m.event = event_about(order, version);
    m.order_id = nth_id(order);
    m.version = version;
    m.channel = "any";
    m.recipient = "ann";
    m.to = {address, "Ann", "en"};
    m.what = {"Your order is confirmed", "Your order is confirmed.\n", "<p>Your order is confirmed.</p>\n"};
    return m;
}

std::vector<delivery_id> ids_of(std::vector<message> const& messages) {
    std::vector<delivery_id> out;
    for (auto const& m : messages) out.push_back(m.id);
    return out;
}

bool holds_all(std::vector<delivery_id> arrived, std::vector<delivery_id> const& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&](delivery_id const& id) {
        return std::find(arrived.begin(), arrived.end(), id) != arrived.end();
    });
}

void expect_all_went(answers_of_send const& answers, std::size_t count) {
    ASSERT_EQ(answers.size(), count) << "one result per message";
    for (auto const& one : answers) EXPECT_TRUE(one) << one.error().message();
}

bool is_name(std::string_view text) {
    return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

void describes_itself(channel_subject const& subject) {
    channel_at_work one(subject), other(subject);
    auto const name = std::string(one.channel().name());
    EXPECT_TRUE(is_name(name)) << name;
    EXPECT_EQ(other.channel().name(), name);
    auto const like = one.channel().traits();
    EXPECT_GE(like.messages_max, 1u);
    EXPECT_GE(like.recipients_max, 1u);
    EXPECT_GE(like.retries.jitter, 0);
    EXPECT_LE(like.retries.jitter, 1);
    for (auto const pause : like.retries.pauses) EXPECT_GE(pause.count(), 0);
}

void finds_recipients(channel_subject const& subject) {
    channel_at_work one(subject);
    std::vector<events::event> const events{event_about(1, 2), event_about_stock(), event_about(2, 5)};
    auto const found = one.recipients(events);
    ASSERT_EQ(found.size(), events.size()) << "one answer per event";
    for (auto const& theirs : found) {
        ASSERT_TRUE(theirs);
        std::set<std::string> ids;
        for (auto const& r : *theirs) {
            EXPECT_FALSE(r.id.empty());
            EXPECT_LE(r.id.size(), limits::customer_id_bytes_max);
            EXPECT_EQ(r.id.find('@'), r.id.npos) << "an id, never contact data";
            EXPECT_TRUE(ids.insert(r.id).second) << "each once";
        }
    }
    auto const again = one.recipients(events);
    ASSERT_EQ(again.size(), found.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(*again[i], *found[i]) << "the same for a repeat";
    EXPECT_TRUE(one.recipients({}).empty());
}

void answers_each(channel_subject const& subject) {
    channel_at_work one(subject);
    EXPECT_TRUE(one.send(std::vector<message>{}).empty());
    std::vector<message> messages;
    for (std::size_t i = 0; i < one.channel().traits().messages_max && i < 100; ++i) {
        messages.push_back(message_about(static_cast<int>(i) + 1));
    }
    auto const ids = ids_of(messages);
    expect_all_went(one.send(messages), ids.size());
    if (!subject.arrived) return;
    EXPECT_TRUE(holds_all(subject.arrived(), ids)) << "what is answered as sent has arrived";
}

void keeps_order(channel_subject const& subject) {
    channel_at_work one(subject);
    std::vector<delivery_id> wanted;
    for (std::uint64_t version = 2; version < 6; ++version) {
        std::vector<message> next{message_about(1, version)};
        wanted.push_back(next.front().id);
        expect_all_went(one.send(std::move(next)), 1);
    }
    if (!subject.arrived) return;
    std::vector<delivery_id> of_these;
    for (auto const& id : subject.arrived()) {
        if (std::find(wanted.begin(), wanted.end(), id) != wanted.end()) of_these.push_back(id);
    }
    of_these.erase(of_these.begin(),
                   of_these.end() - static_cast<std::ptrdiff_t>(std::min(of_these.size(), wanted.size())));
    EXPECT_EQ(of_these, wanted);
}

void takes_repeats(channel_subject const& subject) {
    channel_at_work one(subject);
    for (int i = 0; i < 3; ++i) expect_all_went(one.send({message_about(1)}), 1);
}

void serves_several(channel_subject const& subject) {
    channel_at_work one(subject);
    std::vector<std::vector<message>> calls;
    std::vector<delivery_id> wanted;
    for (int i = 0; i < 8; ++i) {
        auto m = message_about(i + 1);
        m.recipient = "customer-" + std::to_string(i);
        wanted.push_back(m.id);
        calls.push_back({std::move(m)});
    }
    for (auto const& answers : one.send(std::move(calls))) expect_all_went(answers, 1);
    if (!subject.arrived) return;
    EXPECT_TRUE(holds_all(subject.arrived(), wanted));
}

/// Whether somebody's address stands in what is kept of a failure.
void expect_discreet(answers_of_send const& answers) {
    for (auto const& one : answers) {
        if (one) continue;
        EXPECT_EQ(one.error().details().detail.find(address), std::string::npos) << one.error().message();
    }
}

void bears_anything(channel_subject const& subject) {
    channel_at_work one(subject);
    for (auto const& text : odd_texts()) {
        auto m = message_about(1);
        m.event.data.note = text;
        m.to.name = text;
        m.what = {text, text, text};
        auto const answers = one.send(std::vector<message>{m});
        ASSERT_EQ(answers.size(), 1u);
        expect_discreet(answers);
    }
    auto bare = message_about(2);
    bare.to = {};
    bare.what = {};
    EXPECT_EQ(one.send({bare}).size(), 1u);
    expect_all_went(one.send({message_about(3)}), 1);
}

void fails_in_time(channel_subject const& subject) {
    channel_at_work one(subject);
    subject.hang();
    auto const answers = one.send({message_about(1)});
    ASSERT_EQ(answers.size(), 1u);
    ASSERT_FALSE(answers.front()) << "nobody has taken it";
    EXPECT_TRUE(answers.front().error().retryable()) << "it may go through later";
    expect_discreet(answers);
}

}  // namespace

void register_channel_contract(std::string const& name, channel_subject const& subject) {
    auto const suite = name + "_channel";
    auto const test = [&](char const* behaviour, std::function<void(channel_subject const&)> body) {
        ::testing::RegisterTest(
            suite.c_str(), behaviour, nullptr, nullptr, __FILE__, __LINE__,
            [subject, body = std::move(body)]() -> channel_test* { return new channel_test(subject, body); });
    };
    test("has_a_name_and_traits_that_can_be", &describes_itself);
    test("finds_the_same_recipients_for_a_repeated_event", &finds_recipients);
    test("answers_each_message_and_loses_none_that_it_answers_as_sent", &answers_each);
    test("keeps_the_order_of_its_calls", &keeps_order);
    test("takes_a_message_that_it_had_before", &takes_repeats);
    test("serves_several_recipients_at_once", &serves_several);
    test("bears_any_text_and_tells_no_address", &bears_anything);
    if (subject.hang) test("fails_in_time_when_nobody_answers", &fails_in_time);
}

}  // namespace shop::testing

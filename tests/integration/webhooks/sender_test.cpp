// The sender against receivers on real sockets that answer well, and that fail in each way.

#include <gmock/gmock.h>

#include <condition_variable>
#include <cstdlib>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <shop/async/scheduler.hpp>

#include "channels/webhook/curl_sender.hpp"
#include "channels/webhook/signature.hpp"
#include "integration/http/certificates.hpp"
#include "integration/http/scripted_tls_server.hpp"
#include "receiver.hpp"

namespace webhooks::test {

using namespace std::chrono_literals;
using namespace shop_server::webhook;
using shop::notifications::webhook_failure;
using shop::notifications::webhook_request;
using shop::notifications::webhook_response;
using ::testing::HasSubstr;
using ::testing::Not;
namespace asio = boost::asio;
namespace ip = boost::asio::ip;

constexpr auto secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr auto old_secret = "whsec_c2hvcCB3ZWJob29rIHNlY3JldCBudW1iZXIgb25lICE=";

/// Opens once, for all who wait.
class gate {
public:
    void open() {
        std::lock_guard lock(mutex_);
        is_open_ = true;
        changed_.notify_all();
    }
    /// @return false if it took too long
    bool wait() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 30s, [this] { return is_open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_open_ = false;
};

class webhook_sending : public ::testing::Test {
protected:
    webhook_sending() { options.allowed = targets::any; }

    curl_sender& sender() {
        if (!sender_) sender_ = curl_sender::open(options, shop::system_scheduler()).value();
        return *sender_;
    }
    static webhook_request to(std::string url, std::string endpoint = "one") {
        webhook_request asked;
        asked.endpoint = std::move(endpoint);
        asked.url = std::move(url);
        asked.id = "019a0000-0000-8000-8000-000000000001";
        asked.body = R"({"specversion":"1.0"})";
        asked.secrets = {secret};
        return asked;
    }
    std::vector<webhook_response> post_all(std::vector<webhook_request> requests) {
        asio::io_context io;
        auto done = asio::co_spawn(io, sender().post(std::move(requests)), asio::use_future);
        io.run();
        return done.get();
    }
    webhook_response post(webhook_request request) {
        std::vector<webhook_request> one;
        one.push_back(std::move(request));
        return post_all(std::move(one)).at(0);
    }
    /// What became of it: `200`, `refused 500`, `timeout`, `timeout ?` of one that may have arrived.
    static std::string said(webhook_response const& of) {
        auto out = of.failure ? std::string(shop::to_word(*of.failure)) : std::string();
        if (of.status) out += (out.empty() ? "" : " ") + std::to_string(*of.status);
        return of.may_have_arrived ? out + " ?" : out;
    }
    std::string outcome(receiver::treatment how) {
        receiver at(std::move(how));
        return said(post(to(at.url())));
    }

    sender_options options;

private:
    std::shared_ptr<curl_sender> sender_;
};

std::string field(std::string const& request, std::string const& name) {
    auto const at = request.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "none";
    auto const begin = at + name.size() + 4;
    return request.substr(begin, request.find("\r\n", begin) - begin);
}

TEST_F(webhook_sending, posts_signed_structured_events) {
    std::string request;
    receiver at([&](connection& with) {
        request = with.read_request();
        with.write(answer(204, {}, {}));
    });
    auto asked = to(at.url());
    asked.secrets = {secret, old_secret};
    EXPECT_EQ(said(post(asked)), "204");
    EXPECT_THAT(request, ::testing::StartsWith("POST /hooks?shop=1 HTTP/1.1\r\n"));
    EXPECT_EQ(field(request, "Host"), "127.0.0.1:" + std::to_string(at.port()));
    EXPECT_EQ(field(request, "Content-Type"), "application/cloudevents+json");
    EXPECT_EQ(field(request, "Webhook-Id"), asked.id);
    EXPECT_THAT(request, ::testing::EndsWith("\r\n\r\n" + asked.body));
    auto const seconds = field(request, "Webhook-Timestamp");
    shop::timestamp const then{std::chrono::seconds(std::stoll(seconds))};
    EXPECT_LE(then, shop::system_scheduler().stamp());
    EXPECT_EQ(field(request, "Webhook-Signature"),
              sign(asked.id, then, asked.body, std::vector<std::string>{secret, old_secret})->signature);
}

TEST_F(webhook_sending, keeps_connections) {
    receiver at(receiver::answering(answer(200)));
    for (int i = 0; i < 5; ++i) EXPECT_EQ(said(post(to(at.url()))), "200");
    EXPECT_EQ(at.connections(), 1u);
}

TEST_F(webhook_sending, counts_every_2xx_as_arrived_and_nothing_else) {
    for (int const status : {200, 201, 202, 204, 299}) {
        EXPECT_EQ(outcome(receiver::answering(answer(status, {}, {}))), std::to_string(status));
    }
    for (int const status : {400, 401, 404, 409, 429, 500, 502, 503, 599}) {
        EXPECT_EQ(outcome(receiver::answering(answer(status))), "refused " + std::to_string(status));
    }
    EXPECT_EQ(outcome(receiver::answering(answer(410))), "gone 410");  // row 105
}

TEST_F(webhook_sending, follows_no_redirect) {  // row 101
    receiver elsewhere(receiver::answering(answer(200)));
    for (int const status : {301, 302, 303, 307, 308}) {
        EXPECT_EQ(outcome(receiver::answering(answer(status, "Location: " + elsewhere.url() + "\r\n"))),
                  "redirected " + std::to_string(status));
    }
    EXPECT_EQ(elsewhere.connections(), 0u);
}

TEST_F(webhook_sending, hears_when_to_come_back_in_seconds_and_as_a_date) {  // row 105
    auto const asked_for = [&](std::string const& text) {
        receiver at(receiver::answering(answer(503, "Retry-After: " + text + "\r\n")));
        return post(to(at.url())).retry_after;
    };
    EXPECT_EQ(asked_for("120"), 120s);
    EXPECT_EQ(asked_for("31536000"), 31'536'000s);
    EXPECT_EQ(asked_for("soon"), std::nullopt);
    EXPECT_EQ(asked_for("Sun, 06 Nov 1994 08:49:37 GMT"), std::nullopt) << "is over";
    auto const far = asked_for("Fri, 06 Nov 2099 08:49:37 GMT");
    ASSERT_TRUE(far);
    EXPECT_GT(*far, 24h);
}

TEST_F(webhook_sending, gives_up_on_a_receiver_that_is_slow_in_any_part_of_its_answer) {  // row 104
    options.time_max = 400ms;
    EXPECT_EQ(outcome([](connection& with) { with.wait_for_end(); }), "timeout ?") << "says nothing";
    EXPECT_EQ(outcome([](connection& with) {
                  with.read_request();
                  with.write("HTTP/1.1 200 OK\r\nX: ");
                  with.wait_for_end();
              }),
              "timeout 200 ?")
        << "stops within its head";
    EXPECT_EQ(outcome([](connection& with) {
                  with.read_request();
                  with.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                  with.wait_for_end();
              }),
              "timeout 200 ?")
        << "stops within its body";
}

TEST_F(webhook_sending, takes_an_answer_that_breaks_off_for_none) {
    EXPECT_EQ(outcome([](connection& with) { with.read_request(); }), "broken_off ?");
    EXPECT_EQ(outcome([](connection& with) {
                  with.read_request();
                  with.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
              }),
              "broken_off 200 ?");
    EXPECT_EQ(outcome([](connection& with) {
                  with.read_request();
                  with.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
              }),
              "broken_off 200 ?");
}

TEST_F(webhook_sending, reads_64_KiB_of_a_body_and_no_more) {  // row 104
    std::size_t written = 0;
    receiver at([&](connection& with) {
        with.read_request();
        with.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        std::string const chunk = "1000\r\n" + std::string(0x1000, 'x') + "\r\n";
        while (with.write(chunk)) written += 0x1000;
    });
    EXPECT_EQ(said(post(to(at.url()))), "200") << "what was said by the head stands";
    EXPECT_EQ(outcome([](connection& with) {
                  with.read_request();
                  with.write("HTTP/1.1 500 No\r\nContent-Length: 100000000\r\n\r\n");
                  while (with.write(std::string(0x1000, 'x'))) {
                  }
              }),
              "refused 500");
}

TEST_F(webhook_sending, reads_32_KiB_of_a_head_and_no_more) {  // row 104
    EXPECT_EQ(outcome([](connection& with) {
                  with.read_request();
                  with.write("HTTP/1.1 200 OK\r\nX: " + std::string(1'000'000, 'x') + "\r\n\r\n");
              }),
              "bad_answer 200 ?");
    EXPECT_EQ(outcome([](connection& with) {
                  with.read_request();
                  with.write("HTTP/1.1 200 OK\r\n");
                  while (with.write("X: y\r\n")) {
                  }
              }),
              "bad_answer 200 ?");
    EXPECT_THAT(outcome([](connection& with) {
                    with.read_request();
                    with.write("SSH-2.0-OpenSSH_9.2\r\n");
                }),
                HasSubstr("bad_answer"));
}

TEST_F(webhook_sending, says_that_nobody_listens) {
    std::string url;
    {
        receiver gone(receiver::answering(answer(200)));
        url = gone.url();
    }
    EXPECT_EQ(said(post(to(url))), "unreachable");
}

TEST_F(webhook_sending, takes_no_proxy_of_the_environment) {  // row 107
    receiver proxy(receiver::answering(answer(200)));
    receiver at(receiver::answering(answer(202)));
    auto const through = proxy.url();
    for (auto const* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::setenv(name, through.c_str(), 1);
    EXPECT_EQ(said(post(to(at.url()))), "202");
    for (auto const* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
    EXPECT_EQ(proxy.connections(), 0u);
}

TEST_F(webhook_sending, connects_to_the_very_address_that_was_judged_and_keeps_the_name) {  // row 100
    int looked_up = 0;
    options.lookup = [&](std::string const& host) {
        EXPECT_EQ(host, "hooks.example");
        ++looked_up;
        return std::vector{ip::make_address("127.0.0.1")};
    };
    std::string request;
    receiver at([&](connection& with) {
        request = with.read_request();
        with.write(answer(200));
    });
    EXPECT_EQ(said(post(to(at.url("hooks.example")))), "200");
    EXPECT_EQ(field(request, "Host"), "hooks.example:" + std::to_string(at.port()));
    EXPECT_EQ(looked_up, 1) << "once, and not by libcurl";
}

TEST_F(webhook_sending, refuses_names_that_lead_to_private_addresses_one_of_many_is_enough) {  // rows 99 and 100
    receiver at(receiver::answering(answer(200)));
    options.allowed = targets::public_only;
    std::vector<ip::address> behind;
    options.lookup = [&](std::string const&) { return behind; };
    auto const url = "https://hooks.example:" + std::to_string(at.port()) + "/";
    for (auto const* address : {"127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1"}) {
        behind = {ip::make_address("1.1.1.1"), ip::make_address(address)};
        EXPECT_EQ(said(post(to(url))), "target_refused") << address;
    }
    EXPECT_EQ(said(post(to(at.url()))), "target_refused") << "one that was taken before the setting changed";
    EXPECT_EQ(at.connections(), 0u);
    behind = {};
    EXPECT_EQ(said(post(to(url))), "unresolved");
}

TEST_F(webhook_sending, to_a_name_whose_lookup_hangs_keeps_nobody_else_waiting) {
    gate found;
    options.time_max = 400ms;
    options.lookup = [&](std::string const& host) {
        if (host == "slow.example") found.wait();
        return std::vector{ip::make_address("127.0.0.1")};
    };
    receiver at(receiver::answering(answer(200)));
    std::vector<webhook_request> both;
    both.push_back(to(at.url("slow.example"), "slow"));
    both.push_back(to(at.url("quick.example"), "quick"));
    auto const all = post_all(std::move(both));
    found.open();
    EXPECT_EQ(said(all[0]), "unresolved");
    EXPECT_EQ(said(all[1]), "200");
}

TEST_F(webhook_sending, to_an_endpoint_that_hangs_keeps_none_of_another_waiting) {
    gate served;
    std::atomic<int> got = 0;
    receiver hanging([&](connection& with) {
        // Until the others have all they were sent.
        while (!with.read_request().empty() && served.wait() && with.write(answer(200))) {
        }
    });
    receiver healthy([&](connection& with) {
        while (!with.read_request().empty() && with.write(answer(200))) {
            if (++got == 300) served.open();
        }
    });
    std::vector<webhook_request> all;
    for (int i = 0; i < 50; ++i) all.push_back(to(hanging.url(), "hanging"));
    for (int i = 0; i < 300; ++i) all.push_back(to(healthy.url(), "healthy"));
    for (auto const& one : post_all(std::move(all))) EXPECT_EQ(said(one), "200");
    EXPECT_LE(healthy.connections(), options.at_once_per_endpoint_max);
}

TEST_F(webhook_sending, gives_an_endpoint_that_timed_out_one_try_at_once_until_one_goes_through) {
    options.time_max = 300ms;
    gate finished;
    std::mutex mutex;
    std::vector<connection const*> before;
    bool is_alone = true;
    receiver hanging([&](connection& with) {
        {
            std::lock_guard lock(mutex);
            for (auto const* other : before) is_alone = is_alone && other->is_left();
            before.push_back(&with);
        }
        with.wait_for_end();
        finished.wait();
    });
    receiver well(receiver::answering(answer(200)));
    EXPECT_EQ(said(post(to(hanging.url()))), "timeout ?");
    for (auto const& one : post_all({to(hanging.url()), to(hanging.url()), to(hanging.url())})) {
        EXPECT_EQ(said(one), "timeout ?");
    }
    EXPECT_TRUE(is_alone);
    EXPECT_EQ(hanging.connections(), 4u);
    for (auto const& one : post_all({to(well.url()), to(well.url()), to(well.url())})) EXPECT_EQ(said(one), "200");
    for (auto const& one : post_all({to(hanging.url()), to(hanging.url())})) EXPECT_EQ(said(one), "timeout ?");
    finished.open();
    EXPECT_FALSE(is_alone) << "as many as may be";
}

TEST_F(webhook_sending, lets_so_many_wait_for_an_endpoint_and_refuses_the_rest) {
    gate served;
    options.at_once_per_endpoint_max = 2;
    options.waiting_per_endpoint_max = 10;
    receiver at([&](connection& with) {
        while (!with.read_request().empty() && served.wait() && with.write(answer(200))) {
        }
    });
    std::vector<webhook_request> all(40, to(at.url()));
    asio::io_context io;
    auto done = asio::co_spawn(io, sender().post(std::move(all)), asio::use_future);
    served.open();
    io.run();
    std::map<std::string, int> outcomes;
    for (auto const& one : done.get()) ++outcomes[said(one)];
    EXPECT_EQ(outcomes["200"], 10);
    EXPECT_EQ(outcomes["overloaded"], 30);
}

TEST_F(webhook_sending, ends_at_once_when_it_is_closed) {
    gate asked;
    receiver at([&](connection& with) {
        with.read_request();
        asked.open();
        with.wait_for_end();
    });
    std::thread closing([&] {
        asked.wait();
        sender().close();
    });
    static_cast<void>(sender());
    EXPECT_EQ(said(post(to(at.url()))), "timeout ?");
    closing.join();
    EXPECT_EQ(said(post(to(at.url()))), "overloaded");
}

std::string https(std::uint16_t port, std::string const& host = "127.0.0.1") {
    return "https://" + host + ":" + std::to_string(port) + "/";
}

TEST_F(webhook_sending, believes_certificates_of_whom_it_trusts_and_of_that_name_only) {  // row 103
    shop::http::test::authority ours("ours"), theirs("theirs");
    options.trust = ours.certificate();
    options.lookup = [](std::string const&) { return std::vector{ip::make_address("127.0.0.1")}; };
    auto const outcome_of = [&](shop::http::tls_files const& files, std::string const& host = "127.0.0.1") {
        shop::http::test::tls_script script;
        script.answer = answer(200);
        shop::http::test::scripted_tls_server at(files, script);
        return said(post(to(https(at.port(), host))));
    };
    EXPECT_EQ(outcome_of(ours.issue()), "200");
    EXPECT_EQ(outcome_of(theirs.issue()), "tls");
    EXPECT_EQ(outcome_of(shop::http::test::authority::self_signed()), "tls");
    shop::http::test::certificate_wish expired;
    expired.days_from = -3;
    expired.days_until = -1;
    EXPECT_EQ(outcome_of(ours.issue(expired)), "tls");
    shop::http::test::certificate_wish of_hooks;
    of_hooks.names = "DNS:hooks.example";
    auto const files = ours.issue(of_hooks);
    EXPECT_EQ(outcome_of(files, "hooks.example"), "200");
    EXPECT_EQ(outcome_of(files, "other.example"), "tls");
    EXPECT_EQ(outcome_of(files), "tls") << "the address that was connected to is no name of it";
    receiver plain([](connection& with) { with.write(answer(400)); });
    EXPECT_EQ(said(post(to(https(plain.port())))), "tls");
}

TEST_F(webhook_sending, needs_a_trust_file_that_can_be_read) {
    options.trust = "/nowhere/ca.pem";
    EXPECT_FALSE(curl_sender::open(options, shop::system_scheduler()));
}

}  // namespace webhooks::test

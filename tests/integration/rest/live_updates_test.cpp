#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <shop/http/body_pipe.hpp>
#include <shop/testing/manual_scheduler.hpp>

#include "edge.hpp"

// Live updates over stubs, on virtual time: what is read, what is told, and when it ends.
namespace rest {
namespace {

using shop::http::stream_end;
using testing::HasSubstr;
using testing::Not;

auto const source = *shop::store_epoch::parse("0197f0a0-0000-7000-8000-00000000000a");
constexpr std::string_view source_text = "0197f0a0-0000-7000-8000-00000000000a";

/// The log of an order service that a test writes.
class live_updates : public testing::Test {
protected:
    live_updates() {
        orders.follows_all.answer = [this](auto const& asked) { return after(asked.command.last_event_id); };
        orders.follows.answer = [this](auto const& asked) -> result<shop::orders::order_events> {
            if (is_away) return shop::error(shop::error_code::unavailable);
            shop::orders::order_events out;
            auto const last = asked.command.last_event_id ? std::stoull(*asked.command.last_event_id) : 0;
            for (auto const& one : log) {
                if (one.order_id == asked.command.id && one.version > last) out.items.push_back(one);
            }
            if (out.items.empty()) return shop::error(shop::error_code::not_found);
            return out;
        };
        open_api({});
    }
    ~live_updates() override {
        api.reset();
        live.reset();
        io.poll();
    }

    void open_api(shop::http::live_update_options with) {
        api.reset();
        shop::service_context const context{io.get_executor(), &clock, &shop::random_ids()};
        live.emplace(context, with, unowned(orders), unowned(inventory));
        shop::http::rest_options options;
        options.clock = &clock;
        options.live = &*live;
        options.access_control = &door;
        door.says.by = std::make_shared<shop::principal>(shop::principal{"boss", {"*"}, {}});
        api.emplace(std::move(options), products, inventory, orders, notifications);
    }
    template <class Service>
    static std::shared_ptr<Service> unowned(Service& service) {
        return std::shared_ptr<Service>(&service, [](auto*) {});
    }

    /// Sends a request, and waits for the head of its answer.
    response get(std::string_view target, header_list fields = {}, std::string_view client = "127.0.0.1") {
        std::vector<shop::http::header> headers;
        for (auto const& [name, value] : fields) headers.push_back({name, value});
        shop::http::request request;
        request.method = "GET";
        request.target = target;
        request.path = target.substr(0, target.find('?'));
        if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
        request.headers = headers;
        request.client = client;
        auto admitted = api->admit(request);
        if (admitted.answer) return *std::move(admitted.answer);
        request.route = admitted.route;
        request.by = admitted.by;
        std::optional<response> out;
        asio::co_spawn(io, api->handle(request), [&](std::exception_ptr thrown, response answer) {
            if (thrown) std::rethrow_exception(thrown);
            out = std::move(answer);
        });
        io.restart();
        while (!out && io.poll_one() > 0) continue;
        if (!out) throw std::runtime_error("no answer");
        return *std::move(out);
    }
    /// What was written since this was asked last.
    std::string told(response const& stream) { return stream.stream ? stream.stream->take() : stream.body; }
    void pass(std::chrono::milliseconds time) { clock.run_for(io, time); }

    void step(shop::order_id of, std::uint64_t version) {
        shop::orders::order_event one;
        one.order_id = of;
        one.version = version;
        one.status = version == 2 ? shop::orders::status::confirmed : shop::orders::status::shipped;
        one.customer_id = "ann";
        one.position = log.empty() ? 10 : log.back().position + 1;
        log.push_back(one);
    }
    result<shop::orders::order_events> after(std::optional<std::string> const& last) const {
        if (is_away) return shop::error(shop::error_code::unavailable);
        shop::orders::order_events out;
        out.source = source;
        out.position = log.empty() ? 0 : log.back().position;
        if (!last) return out;
        auto const place = shop::orders::event_place::parse(*last);
        if (!place) return shop::error(shop::error_code::malformed_request);
        for (auto const& one : log) {
            if (one.position > place->position) out.items.push_back(one);
        }
        out.position = std::max(out.position, place->position);
        return out;
    }
    static std::string place(std::uint64_t position) {
        return "id: " + std::string(source_text) + "." + std::to_string(position) + "\n";
    }

    shop::order_id const order_ = *shop::order_id::parse(order_text);
    std::string const of_order = "/v1/orders/" + std::string(order_text) + "/events";
    shop::testing::manual_scheduler clock;
    asio::io_context io;
    stub_products products;
    stub_inventory inventory;
    stub_orders orders;
    stub_notifications notifications;
    class : public shop::http::access_control {
    public:
        std::optional<shop::http::access_decision> judge(shop::http::request const&) override { return says; }
        asio::awaitable<shop::http::access_decision> judge_later(shop::http::request const&) override {
            co_return says;
        }
        std::function<bool()> follow(shop::http::request const&) override {
            return [this] { return holds; };
        }
        shop::http::access_decision says;
        bool holds = true;
    } door;
    std::vector<shop::orders::order_event> log;
    bool is_away = false;
    std::optional<shop::http::live_updates> live;
    std::optional<shop::http::rest_api> api;
};

TEST_F(live_updates, say_each_15_s_that_they_are_there) {
    step(order_, 2);
    auto const stream = get(of_order);
    ASSERT_TRUE(stream.stream);
    auto const begin = told(stream);
    EXPECT_TRUE(begin.starts_with("retry: 3000\n\nid: 2\ndata: {")) << begin;
    pass(14s);
    EXPECT_EQ(told(stream), "");
    pass(2s);
    EXPECT_EQ(told(stream), ":\n\n");
    pass(10s);
    step(order_, 3);
    live->orders_changed();
    pass(1s);
    EXPECT_THAT(told(stream), HasSubstr("id: 3\n"));
    pass(13s);
    EXPECT_EQ(told(stream), "") << "an event does as well";
    pass(3s);
    EXPECT_EQ(told(stream), ":\n\n");
}

TEST_F(live_updates, tell_at_once_what_happens_here_and_soon_what_happens_elsewhere) {
    step(order_, 2);
    auto const stream = get(of_order);
    told(stream);
    pass(1s);
    step(order_, 3);
    live->orders_changed();
    pass(0ms);
    EXPECT_THAT(told(stream), HasSubstr("id: 3\n"));
    step(order_, 4);
    pass(300ms);
    EXPECT_THAT(told(stream), HasSubstr("id: 4\n"));
}

TEST_F(live_updates, of_a_thousand_who_follow_are_read_once) {
    shop::http::live_update_options many;
    many.streams_per_account_max = many.streams_per_address_max = 0;
    open_api(many);
    step(order_, 2);
    std::vector<response> streams;
    for (int n = 0; n < 500; ++n) streams.push_back(get(of_order));
    for (int n = 0; n < 500; ++n) streams.push_back(get("/v1/orders/events"));
    for (auto const& one : streams) told(one);
    pass(1s);
    EXPECT_EQ(orders.follows.batches.size(), 500u) << "what was before, when each came";
    auto const before = orders.follows_all.batches.size();
    step(order_, 3);
    live->orders_changed();
    pass(0ms);
    for (auto const& one : streams) EXPECT_THAT(told(one), HasSubstr("\"version\":3"));
    EXPECT_EQ(orders.follows.batches.size(), 500u);
    EXPECT_LE(orders.follows_all.batches.size(), before + 2);
}

TEST_F(live_updates, read_nothing_while_nobody_follows) {
    step(order_, 2);
    {
        auto const stream = get(of_order);
        EXPECT_EQ(live->open(0), 1u);
    }
    pass(10s);
    EXPECT_EQ(live->open(0), 0u);
    EXPECT_EQ(live->ended(0, stream_end::client), 1u);
    auto const before = orders.follows_all.batches.size();
    live->orders_changed();
    pass(60s);
    EXPECT_EQ(orders.follows_all.batches.size(), before);
}

TEST_F(live_updates, row119_end_for_those_who_may_no_longer) {
    step(order_, 2);
    auto const stream = get(of_order);
    told(stream);
    door.holds = false;
    pass(9s);
    EXPECT_FALSE(stream.stream->is_ended());
    pass(3s);
    EXPECT_EQ(told(stream), "event: expired\ndata: {}\n\n");
    EXPECT_TRUE(stream.stream->is_ended());

    door.holds = true;
    auto const other = get("/v1/orders/events");
    told(other);
    door.holds = false;
    live->reload({});
    pass(0ms);
    EXPECT_THAT(told(other), HasSubstr("event: expired")) << "a reload asks at once";
}

TEST_F(live_updates, row24_go_on_without_a_gap_when_the_orders_were_away) {
    step(order_, 2);
    auto const one = get(of_order), all = get("/v1/orders/events");
    told(one);
    told(all);
    is_away = true;
    step(order_, 3);
    live->orders_changed();
    pass(20s);
    EXPECT_THAT(told(one), Not(HasSubstr("data")));
    auto const refused = get("/v1/orders/events", {{"Last-Event-ID", std::string(source_text) + ".10"}});
    EXPECT_EQ(refused.status, 503u);
    step(order_, 4);
    is_away = false;
    pass(3s);
    EXPECT_THAT(told(one), HasSubstr("id: 4\n"));
    EXPECT_THAT(told(all), HasSubstr(place(11)));
}

TEST_F(live_updates, row119_end_for_who_does_not_read_and_are_resumed) {
    shop::http::live_update_options small;
    small.unsent_bytes_max = 600;
    open_api(small);
    step(order_, 2);
    auto const slow = get("/v1/orders/events");
    for (std::uint64_t version = 3; version < 13; ++version) step(order_, version);
    pass(1s);
    EXPECT_TRUE(slow.stream->is_ended());
    auto const seen = told(slow);
    EXPECT_THAT(seen, HasSubstr(place(11)));
    EXPECT_THAT(seen, Not(HasSubstr(place(20))));
    auto const last = seen.substr(seen.rfind("id: ") + 4, seen.find('\n', seen.rfind("id: ")) - seen.rfind("id: ") - 4);

    auto const again = get("/v1/orders/events", {{"Last-Event-ID", last}});
    std::string rest;
    for (int n = 0; n < 20; ++n) {
        rest += told(again);
        again.stream->drained();
        pass(1ms);
    }
    for (std::uint64_t position = 12; position <= 20; ++position) {
        EXPECT_NE(seen.find(place(position)) == seen.npos, rest.find(place(position)) == rest.npos) << position;
    }
    EXPECT_FALSE(again.stream->is_ended()) << "what was missed is written as fast as it is read";
}

TEST_F(live_updates, of_availability_are_read_together_and_told_when_they_change) {
    std::map<std::string, std::int64_t> there{{"MUG", 3}, {"CUP", 4}};
    std::uint64_t version = 1;
    inventory.watches.answer = [&](auto const& asked) {
        shop::inventory::availabilities out;
        for (auto const& which : asked.command.sku) {
            shop::inventory::sku_availability one;
            one.sku = which;
            one.available = there[std::string(which.text())];
            one.version = version;
            out.items.push_back(one);
        }
        return out;
    };
    auto const mugs = get("/v1/availability/events?sku=MUG"), both = get("/v1/availability/events?sku=MUG,CUP");
    EXPECT_THAT(told(mugs), HasSubstr(R"({"sku":"MUG","status":"out_of_stock","available":3)"));
    EXPECT_THAT(told(both), HasSubstr(R"("sku":"CUP")"));
    pass(1s);
    EXPECT_EQ(told(mugs), "") << "nothing changed";
    there["CUP"] = 1;
    ++version;
    live->stock_changed();
    auto const before = inventory.watches.batches.size();
    pass(0ms);
    EXPECT_LE(inventory.watches.batches.size(), before + 2) << "one read for all";
    EXPECT_THAT(told(both), HasSubstr(R"("sku":"CUP","status":"out_of_stock","available":1)"));
    EXPECT_THAT(told(mugs), Not(HasSubstr("CUP")));
}

TEST_F(live_updates, row119_beyond_their_bounds_are_429_for_one_and_503_for_all) {
    shop::http::live_update_options few;
    few.streams_max = 3;
    few.streams_per_account_max = 0;
    few.streams_per_address_max = 2;
    open_api(few);
    step(order_, 2);
    std::vector<response> streams;
    for (auto const* client : {"192.0.2.1", "192.0.2.1", "2001:db8::1"}) streams.push_back(get(of_order, {}, client));
    for (auto const& one : streams) EXPECT_TRUE(one.stream);
    EXPECT_EQ(get(of_order, {}, "192.0.2.7").status, 503u);
    streams.erase(streams.begin() + 2);
    auto const refused = get(of_order, {}, "192.0.2.1");
    EXPECT_EQ(refused.status, 429u);
    EXPECT_TRUE(refused.find("Retry-After"));
    EXPECT_TRUE(get(of_order, {}, "2001:db8::2").stream);
}

TEST_F(live_updates, end_with_the_server) {
    step(order_, 2);
    auto const stream = get(of_order);
    live->stop();
    EXPECT_TRUE(stream.stream->is_ended());
    EXPECT_EQ(get(of_order).status, 503u);
    pass(1s);
}

}  // namespace
}  // namespace rest

#pragma once

#include "unit/service_fixture.hpp"

#include <map>
#include <set>

#include <boost/asio/co_spawn.hpp>

#include <shop/notifications/make_service.hpp>
#include <shop/notifications/rules.hpp>

namespace shop::notifications::tests {

using namespace std::chrono_literals;
using shop::testing::fault;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A message that arrived, and when.
struct arrived {
    std::chrono::milliseconds at;
    message what;
};

/// Does with each message what its recipient's entry says; nothing: takes it.
class post final : public channel {
public:
    explicit post(scheduler& clock) : clock_(clock), began_(clock.now()) {}

    std::string_view name() const override { return "post"; }
    channel_traits traits() const override { return like; }
    results<void> send(std::vector<message> messages) override {
        std::vector<result<void>> answers;
        largest = std::max(largest, messages.size());
        ++under_way;
        most_under_way = std::max(most_under_way, under_way);
        for (auto& m : messages) {
            tried.push_back({since_start(), m});
            if (auto const slow = slowness.find(m.recipient); slow != slowness.end()) {
                co_await clock_.sleep_until(clock_.now() + slow->second);
            }
            if (throws) {
                --under_way;
                throw std::runtime_error("out of paper");
            }
            auto& failures = failing[key(m)];
            if (failures.empty()) {
                answers.emplace_back();
                got.push_back({since_start(), std::move(m)});
            } else {
                answers.emplace_back(failures.front());
                failures.erase(failures.begin());
            }
        }
        --under_way;
        co_return answers;
    }
    /// `ann/2`: the second version of an order of hers.
    static std::string key(message const& m) { return m.recipient + '/' + std::to_string(m.version); }
    std::vector<std::string> names() const {
        std::vector<std::string> out;
        for (auto const& one : got) out.push_back(key(one.what));
        return out;
    }
    std::vector<std::chrono::milliseconds> times() const {
        std::vector<std::chrono::milliseconds> out;
        for (auto const& one : tried) out.push_back(one.at);
        return out;
    }

    channel_traits like;
    std::map<std::string, std::vector<error>> failing;
    std::map<std::string, std::chrono::seconds> slowness;
    bool throws = false;
    std::vector<arrived> tried, got;
    std::size_t largest = 0, under_way = 0, most_under_way = 0;

private:
    std::chrono::milliseconds since_start() const {
        return std::chrono::floor<std::chrono::milliseconds>(clock_.now() - began_);
    }
    scheduler& clock_;
    steady_time began_;
};

class switched final : public lease {
public:
    bool held() const override { return on; }
    bool on = true;
};

class known_orders final : public order_facts {
public:
    results<order_summary> find(std::vector<order_id> orders) override {
        std::vector<result<order_summary>> found;
        for (auto const& id : orders) {
            ++asked;
            if (gone.contains(id)) {
                found.emplace_back(error(error_code::not_found));
            } else {
                found.emplace_back(told);
            }
        }
        co_return found;
    }
    order_summary told;
    std::set<order_id> gone;
    int asked = 0;
};

class deliveries : public shop::tests::service_suite<service> {
protected:
    ~deliveries() override {
        end();
        clock.advance(std::chrono::hours(100));
        io.poll();
    }

    /// A process that begins, on what the one before left.
    void begin() {
        service_parts parts{stores.notifications, {letters}, context(), turn, orders};
        parts.delivery = options;
        telling = make_service(std::move(parts));
        tested = telling;
        telling->start();
    }
    void end() {
        if (telling) telling->stop();
    }
    void SetUp() override {
        letters->like.retries = {{1s, 10s, 100s}, 0};
        begin();
    }

    events::event became(std::string status, std::string customer = "ann", std::uint64_t version = 2, int nth = 0) {
        events::event e;
        e.type = events::type_of(events::about_order, status);
        e.source.value.bytes[15] = 1;
        auto const which = customer + std::to_string(nth);
        e.subject = to_string(ordered.try_emplace(which, ids.draw<order_id>(clock.stamp())).first->second);
        e.sequence = version;
        e.time = clock.stamp();
        e.data.status = std::move(status);
        e.data.customer_id = std::move(customer);
        return e;
    }
    void tell(events::event what) { ASSERT_TRUE(ask(&service::notify, std::move(what))); }
    /// `ann/2 delivered 1`: of which order, its status, how many tries.
    std::vector<std::string> listed(list_notifications what = {}) {
        std::vector<std::string> out;
        for (auto const& d : ask(&service::list, std::move(what)).value().items) {
            out.push_back(d.recipient + '/' + std::to_string(d.order_version.value_or(0)) + ' ' +
                          std::string(to_word(d.status)) + ' ' + std::to_string(d.attempts.size()));
        }
        return out;
    }
    bool arrive(std::size_t count) {
        return run_until([&] { return letters->got.size() >= count && telling->is_idle(); });
    }
    void pass(std::chrono::seconds time) {
        auto const until = clock.now() + time;
        run(clock.sleep_until(until), 0);
    }
    void run(asio::awaitable<void> what, int) {
        bool done = false;
        asio::co_spawn(io, std::move(what), [&](std::exception_ptr) { done = true; });
        run_until([&] { return done; });
        io.poll();
    }

    error const down{error_code::unavailable};
    error const no_such_box{error_code::undeliverable, "550 no such mailbox"};
    std::map<std::string, order_id> ordered;
    std::shared_ptr<post> letters = std::make_shared<post>(clock);
    std::shared_ptr<switched> turn = std::make_shared<switched>();
    std::shared_ptr<known_orders> orders = std::make_shared<known_orders>();
    delivery_options options;
    std::shared_ptr<running_service> telling;
};

}  // namespace shop::notifications::tests

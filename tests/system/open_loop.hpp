#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "order_load.hpp"

namespace shop_test {

/// Orders that come at a steady rate, each from a customer of its own who asks once, however long those before take.
class open_loop {
    using clock = std::chrono::steady_clock;

public:
    explicit open_loop(unsigned short port) : port_(port) {}

    struct outcome {
        order_load::known known;
        std::vector<clock::duration> times;  ///< of all answers, sorted

        std::size_t slower_than(clock::duration limit) const {
            return static_cast<std::size_t>(times.end() - std::upper_bound(times.begin(), times.end(), limit));
        }
        std::string to_text() const {
            using namespace std::chrono_literals;
            return std::to_string(slower_than(1s)) + " of " + std::to_string(times.size()) + " slower than 1 s, " +
                   std::to_string(slower_than(2500ms)) + " slower than 2.5 s; " + known.to_text();
        }
    };

    /// @param key_prefix no order before may have used it
    /// @param at_order is called as the order of this number is about to leave
    template <class Event>
    outcome run(std::string const& key_prefix, int orders, int per_second, int at_order, Event event) {
        outcome out;
        std::mutex mutex;
        std::vector<std::thread> customers;
        std::condition_variable never;
        auto const began = clock::now();
        for (int n = 0; n < orders; ++n) {
            {
                std::unique_lock lock(mutex);
                auto const at = began + std::chrono::microseconds(1'000'000LL * n / per_second);
                never.wait_until(lock, at, [&] { return clock::now() >= at; });
            }
            if (n == at_order) event();
            customers.emplace_back([&, key = key_prefix + std::to_string(n)] {
                http_client client(port_);
                auto const left = clock::now();
                auto const answer = client.post("/v1/orders", order_load::body_of(key), key);
                auto const took = clock::now() - left;
                std::lock_guard lock(mutex);
                out.times.push_back(took);
                out.known.note(key, answer, took);
            });
        }
        for (auto& one : customers) one.join();
        std::ranges::sort(out.times);
        return out;
    }

private:
    unsigned short port_;
};

}  // namespace shop_test

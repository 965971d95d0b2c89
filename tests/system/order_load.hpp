#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "server.hpp"

namespace shop_test {

/// Buyers that order from a port all the time, whatever becomes of what listens there, and what they know.
///
/// Each repeats its order until it is confirmed; but every other one goes on to the next when the outcome is not told
/// (202, 504, or no answer), so that some orders have nobody asking for them.
class order_load {
    using clock = std::chrono::steady_clock;

public:
    /// What buyers were told of the orders of one round.
    struct known {
        std::map<std::string, std::string> confirmed;  ///< the body of each 201, by key
        std::set<std::string> open;                    ///< keys whose outcome was not told
        std::map<std::string, int> answers;            ///< how often each came: `201`, `503 unavailable`, `hung up`
        clock::duration slowest{};

        void note(std::string const& key, answer const& told, clock::duration took) {
            slowest = std::max(slowest, took);
            ++answers[word_of(told)];
            if (told.status == 201) {
                confirmed[key] = told.body;
                open.erase(key);
            } else {
                open.insert(key);
            }
        }
        std::string to_text() const {
            std::string out;
            for (auto const& [word, count] : answers) out += std::to_string(count) + " x " + word + ", ";
            return out + "the slowest after " +
                   std::to_string(std::chrono::ceil<std::chrono::milliseconds>(slowest).count()) + " ms";
        }
    };

    explicit order_load(unsigned short port) : port_(port) {}
    ~order_load() { stop(); }

    void start(int buyers) {
        stopping_ = false;
        known_ = {};
        ++round_;
        for (int b = 0; b < buyers; ++b) threads_.emplace_back([this, b] { buy(b); });
    }
    /// Lets all come to the end of what they ask. @return what they know
    known stop() {
        {
            std::lock_guard lock(mutex_);
            stopping_ = true;
            told_.notify_all();
        }
        for (auto& t : threads_) t.join();
        threads_.clear();
        return known_;
    }

    /// Waits for this many more orders to be confirmed; false if a minute passes without them.
    bool wait_for_confirmed(std::size_t more) {
        std::unique_lock lock(mutex_);
        auto const enough = known_.confirmed.size() + more;
        return told_.wait_for(lock, std::chrono::minutes(1), [&] { return known_.confirmed.size() >= enough; });
    }
    /// Waits for answers, whatever they are, until that time has passed and that many have come; false if they have not
    /// a minute later.
    bool wait_for_answers(int more, clock::duration over) {
        std::unique_lock lock(mutex_);
        auto const until = clock::now() + over;
        auto const enough = answers_ + more;
        told_.wait_until(lock, until, [&] { return clock::now() >= until; });
        return told_.wait_for(lock, std::chrono::minutes(1), [&] { return answers_ >= enough; });
    }

    /// Three lines; its metadata names its key.
    static std::string body_of(std::string const& key) {
        return order_of("crowd", {{"A", 1}, {"B", 1}, {"C", 2}}, key);
    }

private:
    void buy(int buyer) {
        http_client client(port_);
        bool const insists = buyer % 2 == 0;
        for (int n = 0;; ++n) {
            auto const key = std::to_string(round_) + "-" + std::to_string(buyer) + "-" + std::to_string(n);
            for (;;) {
                auto const status = ask(client, key);
                std::lock_guard lock(mutex_);
                if (stopping_) return;
                if (status == 201 || (!insists && status != 503)) break;
            }
        }
    }

    /// @return the status of its answer
    int ask(http_client& client, std::string const& key) {
        auto const began = clock::now();
        auto const answer =
            client.ask("POST", "/v1/orders", body_of(key), "Shop-Timeout-Ms: 2000\r\nIdempotency-Key: " + key + "\r\n");
        auto const took = clock::now() - began;
        std::unique_lock lock(mutex_);
        known_.note(key, answer, took);
        ++answers_;
        told_.notify_all();
        if (answer.status == 201) return answer.status;
        // Who is refused waits a little, as a client that heeds Retry-After does.
        auto const until = clock::now() + std::chrono::milliseconds(50);
        told_.wait_until(lock, until, [&] { return stopping_ || clock::now() >= until; });
        return answer.status;
    }

    static std::string word_of(answer const& of) {
        if (of.status == 0) return "hung up";
        auto const code = of.member("code");
        return std::to_string(of.status) + (code.empty() ? "" : " " + code);
    }

    unsigned short port_;
    int round_ = 0;
    std::vector<std::thread> threads_;
    std::mutex mutex_;
    std::condition_variable told_;
    bool stopping_ = false;
    int answers_ = 0;
    known known_;
};

}  // namespace shop_test

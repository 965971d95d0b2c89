#pragma once

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <shop/async/scheduler.hpp>

#include "access/jwks_source.hpp"

namespace shop_server::tests {

/// An issuer that is asked for its keys: how it answers can be changed at any time.
struct issuer_stub {
    enum class mood { answers, refuses, throws, never_answers, answers_at_once, answers_late };

    shop::scheduler& clock;
    std::string text = R"({"keys":[]})";
    mood now = mood::answers;
    int asked = 0;
    int under_way = 0;
    int most_under_way = 0;

    jwks_fetcher fetcher() {
        return [this](std::string url) { return answer(std::move(url)); };
    }

private:
    struct counted {
        explicit counted(issuer_stub& of) : all(of) {
            all.most_under_way = std::max(all.most_under_way, ++all.under_way);
        }
        ~counted() { --all.under_way; }
        counted(counted const&) = delete;
        issuer_stub& all;
    };
    asio::awaitable<shop::result<std::string>> answer(std::string url) {
        ++asked;
        counted const one(*this);
        if (url != "https://issuer/keys") throw std::logic_error("another url");
        if (now == mood::answers_at_once) co_return text;
        if (now == mood::answers_late) {  // whether or not anybody still wants it
            auto const answer_of_then = text;
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            co_await clock.sleep_until(clock.now() + std::chrono::seconds(90));
            co_return answer_of_then;
        }
        auto const delay = now == mood::never_answers ? std::chrono::hours(1000) : std::chrono::milliseconds(100);
        co_await clock.sleep_until(clock.now() + delay);
        if (now == mood::refuses) co_return shop::error(shop::error_code::unavailable, "503");
        if (now == mood::throws) throw std::runtime_error("no route");
        co_return text;
    }
};

}  // namespace shop_server::tests

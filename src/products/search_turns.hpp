#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <boost/system/system_error.hpp>

#include <shop/async/signal.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/result.hpp>

namespace shop::products {

/// Lets `limits::searches_at_once_max` searches run at once. The others wait, those of each account in their order and
/// the accounts by turns: who asks for many waits for them, not who asks for one.
/// @par Thread safety
/// Shared objects: unsafe; to be used from one executor that runs one thing at a time.
class search_turns : public std::enable_shared_from_this<search_turns> {
public:
    /// Leave to search, until it goes.
    class turn {
    public:
        turn() = default;
        explicit turn(std::shared_ptr<search_turns> of) : of_(std::move(of)) {}
        turn(turn&&) noexcept = default;
        turn& operator=(turn&& other) noexcept {
            std::swap(of_, other.of_);
            return *this;
        }
        ~turn() {
            if (of_) of_->pass_on();
        }

    private:
        std::shared_ptr<search_turns> of_;
    };

    /// @par Errors
    /// `overloaded` where `limits::searches_waiting_max` wait already.
    asio::awaitable<result<turn>> take(std::string account) {
        if (running_ < limits::searches_at_once_max) {
            ++running_;
            co_return turn(shared_from_this());
        }
        if (waiting_ == limits::searches_waiting_max) co_return error(error_code::overloaded);
        auto const self = shared_from_this();
        auto const mine = std::make_shared<place>();
        add(account, mine);
        bool const called = co_await mine->called.wait();
        if (called) co_return turn(self);
        leave(account, mine);
        throw boost::system::system_error(asio::error::operation_aborted);
    }

private:
    struct place {
        signal called;
    };
    using line = std::deque<std::shared_ptr<place>>;

    void add(std::string const& account, std::shared_ptr<place> who) {
        auto& theirs = lines_[account];
        if (theirs.empty()) next_.push_back(account);
        theirs.push_back(std::move(who));
        ++waiting_;
    }

    void pass_on() {
        if (next_.empty()) {
            --running_;
            return;
        }
        auto const account = std::move(next_.front());
        next_.pop_front();
        auto const theirs = lines_.find(account);
        auto const who = std::move(theirs->second.front());
        theirs->second.pop_front();
        --waiting_;
        if (theirs->second.empty()) {
            lines_.erase(theirs);
        } else {
            next_.push_back(account);
        }
        who->called.set();
    }

    /// Somebody waits no longer; whose turn it has become already passes it on.
    void leave(std::string const& account, std::shared_ptr<place> const& who) {
        if (who->called.is_set()) return pass_on();
        auto const theirs = lines_.find(account);
        std::erase(theirs->second, who);
        --waiting_;
        if (!theirs->second.empty()) return;
        lines_.erase(theirs);
        std::erase(next_, account);
    }

    std::size_t running_ = 0;
    std::size_t waiting_ = 0;
    std::map<std::string, line> lines_;
    std::deque<std::string> next_;  ///< the accounts that wait, the next one first
};

}  // namespace shop::products

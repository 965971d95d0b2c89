#pragma once

#include <list>
#include <memory>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace shop {

namespace asio = boost::asio;

namespace detail {

/// A suspended coroutine. Boost 1.81's `any_completion_handler` recurses without end when moved from an rvalue, hence
/// an own erasure.
class suspended {
public:
    virtual ~suspended() = default;
    /// Who resumes it can no longer be cancelled: a cancellation that comes now is too late.
    virtual void ignore_cancellation() = 0;
    virtual void resume(bool value) = 0;
};

template <class Handler>
class suspended_handler final : public suspended {
    using executor_type = asio::associated_executor_t<Handler>;

public:
    explicit suspended_handler(Handler handler)
        : work_(asio::make_work_guard(asio::get_associated_executor(handler))), handler_(std::move(handler)) {}
    void ignore_cancellation() override {
        if (auto slot = asio::get_associated_cancellation_slot(handler_); slot.is_connected()) slot.clear();
    }
    void resume(bool value) override {
        auto executor = work_.get_executor();
        asio::post(executor, [handler = std::move(handler_), value]() mutable { std::move(handler)(value); });
    }

private:
    asio::executor_work_guard<executor_type> work_;
    Handler handler_;
};

}  // namespace detail

/// Something that happens once, and those who wait for it.
/// @par Thread safety
/// Shared objects: unsafe; to be used from one executor that runs one thing at a time.
class signal {
public:
    signal() = default;
    signal(signal const&) = delete;
    signal& operator=(signal const&) = delete;
    ~signal() { release(false); }

    /// Resumes all who wait, now and later.
    void set() {
        is_set_ = true;
        release(true);
    }
    bool is_set() const { return is_set_; }  ///< Once set, it stays so.

    /// @return true once the signal is set; false when the wait was cancelled.
    asio::awaitable<bool> wait() {
        if (is_set_) co_return true;
        co_return co_await asio::async_initiate<asio::use_awaitable_t<> const&, void(bool)>(
            [this](auto handler) {
                auto slot = asio::get_associated_cancellation_slot(handler);
                auto at = waiting_.insert(
                    waiting_.end(), std::make_unique<detail::suspended_handler<decltype(handler)>>(std::move(handler)));
                if (slot.is_connected()) {
                    slot.assign([this, at](asio::cancellation_type) {
                        auto one = std::move(*at);
                        waiting_.erase(at);
                        one->resume(false);
                    });
                }
            },
            asio::use_awaitable);
    }

private:
    void release(bool value) {
        auto all = std::move(waiting_);
        waiting_.clear();
        for (auto& one : all) {
            one->ignore_cancellation();
            one->resume(value);
        }
    }

    bool is_set_ = false;
    std::list<std::unique_ptr<detail::suspended>> waiting_;
};

}  // namespace shop

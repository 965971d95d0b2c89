#pragma once

#include <memory>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <shop/core/result.hpp>

namespace shop::storage {

namespace asio = boost::asio;

/// A caller that waits for a result, on an executor of its own; it is kept from running out of work meanwhile.
/// (Boost 1.81: `any_completion_handler` recurses without end when moved from an rvalue.)
template <class T>
class completion {
public:
    virtual ~completion() = default;
    /// Resumes the caller on its executor. Once.
    virtual void complete(result<T> answer) = 0;
};

template <class T, class Handler>
std::unique_ptr<completion<T>> completion_of(Handler&& handler) {
    using handler_type = std::decay_t<Handler>;
    using executor_type = asio::associated_executor_t<handler_type>;

    class waiting final : public completion<T> {
    public:
        explicit waiting(handler_type h) : handler_(std::move(h)), work_(asio::get_associated_executor(handler_)) {}
        void complete(result<T> answer) override {
            auto work = std::move(work_);
            asio::post(work.get_executor(), [handler = std::move(handler_), answer = std::move(answer)]() mutable {
                std::move(handler)(std::move(answer));
            });
        }

    private:
        handler_type handler_;
        asio::executor_work_guard<executor_type> work_;
    };
    return std::make_unique<waiting>(std::forward<Handler>(handler));
}

}  // namespace shop::storage

#pragma once

#include <bit>
#include <memory>
#include <vector>

#include <boost/asio/co_spawn.hpp>

#include <shop/core/answers.hpp>

#include "orders/store_service.hpp"

namespace shop::orders {

/// The requests of one call on their way: they go on to the end whatever becomes of their caller, who waits for each
/// until its deadline.
/// @tparam Item what is known of one request, and the `request` itself
template <class Item>
class detached_call : public std::enable_shared_from_this<detached_call<Item>> {
public:
    virtual ~detached_call() = default;

    /// Sets the work going and waits for its answers.
    static asio::awaitable<std::vector<result<acknowledgement>>> finish_or_wait(std::shared_ptr<detached_call> work) {
        asio::co_spawn(work->context_.executor, work->run(work), [work](std::exception_ptr failed) {
            if (failed) work->fail();
        });
        return work->wait();
    }

protected:
    template <class Request>
    detached_call(std::shared_ptr<store_service> service, std::vector<Request> requests)
        : service_(std::move(service)),
          context_(service_->parts_.context),
          answers_(std::make_shared<answers<acknowledgement>>(requests.size())),
          items_(requests.size()) {
        for (std::size_t i = 0; i < requests.size(); ++i) items_[i].request = std::move(requests[i]);
    }

    /// All steps, to the end. @param self keeps it alive
    virtual asio::awaitable<void> run(std::shared_ptr<detached_call> self) = 0;
    /// What is known of a request when its time is up.
    virtual result<acknowledgement> late(std::size_t i) = 0;

    /// Lets a request wait for what others do, beside the other requests. @pre `waiting` keeps the object alive
    void wait_apart(std::size_t i, asio::awaitable<void> waiting) {
        asio::co_spawn(context_.executor, std::move(waiting),
                       [self = this->shared_from_this(), i](std::exception_ptr failed) {
                           if (failed) self->answers_->give(i, error(error_code::internal));
                       });
    }

    /// Whether who has waited so often for the outcome of what another process began goes on with it: seldom, the longer it
    /// takes.
    static bool is_time_to_take_over(unsigned waits) { return std::has_single_bit(waits); }

    std::shared_ptr<store_service> service_;
    service_context const& context_;
    std::shared_ptr<answers<acknowledgement>> answers_;
    std::vector<Item> items_;

private:
    asio::awaitable<std::vector<result<acknowledgement>>> wait() {
        std::vector<steady_time> by;
        by.reserve(items_.size());
        for (auto const& item : items_) by.push_back(item.request.call.deadline);
        auto const self = this->shared_from_this();
        return answers_->wait(service_->deadlines_, context_.clock->now(), std::move(by),
                              [self](std::size_t i) { return self->late(i); });
    }

    /// A programming error: no request may wait for ever.
    void fail() {
        for (std::size_t i = 0; i < items_.size(); ++i) answers_->give(i, error(error_code::internal));
    }
};

}  // namespace shop::orders

#pragma once

#include <memory>
#include <vector>

#include "detached_call.hpp"

namespace shop::orders {

/// What is known of a request to move an order.
using transition_item = call_item<transition_order, rules::begin_transition>;

/// One call of `transition` or `cancel`: intent, then effect and conclusion.
class transition_call final : public detached_call<transition_item> {
public:
    transition_call(std::shared_ptr<process> manager, requests<transition_order> requests)
        : detached_call(std::move(manager), std::move(requests)) {}

private:
    /// What is to be done about a request, once it is known what became of its intent.
    enum class next { nothing, finish, wait };

    asio::awaitable<void> run(std::shared_ptr<detached_call> self) override;

    void check_all();
    asio::awaitable<std::vector<std::size_t>> take_stored(decided all);
    asio::awaitable<void> take_finished(decided all);
    asio::awaitable<void> compare_with_history(std::size_t i, result<rules::outcome>& decided);
    asio::awaitable<next> take(std::size_t i, result<rules::outcome>& decided);
    asio::awaitable<result<rules::outcome>> decide_again(std::size_t i);
    asio::awaitable<void> await_outcome(std::size_t i);
    asio::awaitable<void> give(std::size_t i, std::uint64_t version, bool replay);

    std::vector<std::size_t> waiting_;  ///< for their own operation, a duplicate's, or another on their order
};

}  // namespace shop::orders

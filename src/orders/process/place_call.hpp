#pragma once

#include <memory>
#include <vector>

#include "detached_call.hpp"

namespace shop::orders {

/// What is known of a request to place an order.
struct place_item : call_item<place_order, rules::begin_placing> {
    std::optional<error> refused;  ///< before anything was stored; answered only if the key is unknown
};

/// One call of `place`: price, intent, then effect and conclusion.
class place_call final : public detached_call<place_item> {
public:
    place_call(std::shared_ptr<process> manager, requests<place_order> requests)
        : detached_call(std::move(manager), std::move(requests)) {}

private:
    asio::awaitable<void> run(std::shared_ptr<detached_call> self) override;

    void check_all();
    asio::awaitable<void> price_all();
    void prepare_intent(place_item& item, order_content content);
    asio::awaitable<void> answer_refused();
    std::vector<std::size_t> take_stored(decided all);
    void take_finished(decided all);
    asio::awaitable<void> await_conclusion(std::size_t i);
    asio::awaitable<void> await_duplicate(std::size_t i);
    asio::awaitable<bool> look_again(place_item& item);
    bool give_if_decided(std::size_t i, bool replay);

    std::vector<std::size_t> duplicates_;  ///< whose key names an order that another request began
    std::vector<std::size_t> unfinished_;  ///< whose own order is open after all: recovery goes on with it
};

}  // namespace shop::orders

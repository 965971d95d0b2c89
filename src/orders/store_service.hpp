#pragma once

#include <memory>
#include <unordered_map>
#include <unordered_set>

#include <shop/core/answers.hpp>
#include <shop/core/batcher.hpp>
#include <shop/core/deadlines.hpp>
#include <shop/core/signal.hpp>
#include <shop/orders/make_service.hpp>

#include "orders/batch.hpp"

namespace shop::orders {

class reconciliation;  // reconciliation.hpp

template <class Item>
class detached_call;  // detached_call.hpp

/// The order service over a store. The way of an order:
///   placing.cpp      price, intent                (and transitions.cpp: intent of a step)
///   finishing.cpp    effect, conclusion           (also the way of recovery.cpp)
///   rules in pricing.cpp, deciding.cpp, views.cpp
class store_service final : public running_service, public std::enable_shared_from_this<store_service> {
public:
    explicit store_service(service_parts parts);

    asio::awaitable<std::vector<result<acknowledgement>>> place(std::vector<request<place_order>> requests) override;
    asio::awaitable<std::vector<result<order>>> get(std::vector<request<get_order>> requests) override;
    asio::awaitable<std::vector<result<page<order>>>> list(std::vector<request<list_orders>> requests) override;
    asio::awaitable<std::vector<result<page<history_item>>>>
    history(std::vector<request<get_history>> requests) override;
    asio::awaitable<std::vector<result<acknowledgement>>>
    transition(std::vector<request<transition_order>> requests) override;
    asio::awaitable<std::vector<result<acknowledgement>>> cancel(std::vector<request<cancel_order>> requests) override;

    void start() override;
    void stop() override;
    std::size_t open_operations() const override { return open_operations_; }

private:
    template <class Item>
    friend class detached_call;
    friend class placing;
    friend class transitions;
    class recovery;  // recovery.hpp

    /// Decides commands in one transaction with those of others. Any failure of the store is each command's failure.
    asio::awaitable<std::vector<result<rules::outcome>>> decide(std::vector<command> commands);
    asio::awaitable<std::vector<result<rules::outcome>>> run_batch(std::vector<command> commands);

    /// Effect and conclusion of open operations, one result per order, in their order. An order whose effect is not
    /// known stays open, and is answered with the reason; recovery goes on with it.
    /// @param on_behalf_of the circumstances of what the inventory is asked, one per order; empty: by the shop itself
    asio::awaitable<std::vector<result<rules::outcome>>> finish(std::vector<order_record> open,
                                                                std::vector<call> on_behalf_of = {});

    /// Returns when the open operation of an order was concluded here, after a short while (another process may have
    /// concluded it), or at `until`.
    asio::awaitable<void> wait_for_outcome(order_id id, steady_time until);
    void settled(order_id id);
    /// Goes on with the open operation of an order, unless that is under way here: the process that began it may have
    /// stopped, or stand still. If it has not, nothing happens twice: effects and conclusions are idempotent.
    asio::awaitable<void> take_over(order_record order, call on_behalf_of);

    asio::awaitable<result<std::shared_ptr<loaded_rows<store_schema> const>>> load(key_set<store_schema> keys);
    asio::awaitable<result<page<order>>> list_one(request<list_orders> const& wanted);
    asio::awaitable<result<page<history_item>>> history_of(request<get_history> const& wanted);

    static asio::awaitable<std::vector<result<order_record>>> read_batch(std::shared_ptr<orders::store> store,
                                                                         std::vector<order_id> ids);

    service_parts parts_;
    deadlines deadlines_;
    batcher<command, rules::outcome> commands_;
    batcher<order_id, order_record> reads_;
    std::unordered_map<order_id, std::shared_ptr<signal>> outcomes_;
    std::unordered_multiset<order_id> finishing_;  ///< whose effect or conclusion is under way here
    std::size_t open_operations_ = 0;  ///< about: counted by recovery, adjusted by what passes through here
    std::shared_ptr<recovery> recovery_;
    std::shared_ptr<reconciliation> reconciliation_;
    bool stopping_ = false;  ///< who waits for an outcome is answered with what is known
};

}  // namespace shop::orders

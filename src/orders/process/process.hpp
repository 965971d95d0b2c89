#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <shop/async/batcher.hpp>
#include <shop/async/deadlines.hpp>
#include <shop/async/signal.hpp>
#include <shop/orders/make_service.hpp>

#include "orders/batch.hpp"
#include "orders/order_reader.hpp"

namespace shop::orders {

/// The process manager of the saga across the order store and the inventory: intent, effect, conclusion, and the
/// waiting of those who asked for them. Nothing in it belongs to one caller.
///   place_call.cpp, transition_call.cpp   what callers ask for
///   recovery.cpp                          what a crash or an inventory that was away left open
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class process final : public std::enable_shared_from_this<process> {
public:
    process(service_parts parts, std::shared_ptr<order_reader> reader);

    service_parts const& parts() const { return parts_; }
    order_reader& reader() const { return *reader_; }
    deadlines& timer() { return deadlines_; }

    /// Intents and conclusions: decides commands in one transaction with those of others, one result per command. Any
    /// failure of the store is each command's failure.
    results<rules::outcome> decide(std::vector<command> commands) { return commands_.submit(std::move(commands)); }

    /// Effect and conclusion of open operations, one result per order, in their order. An order whose effect is not
    /// known stays open, and is answered with the reason; recovery goes on with it.
    /// @param on_behalf_of the circumstances of what the inventory is asked, one per order; empty: by the shop itself
    results<rules::outcome> finish(std::vector<order_record> open, std::vector<call> on_behalf_of = {});

    /// Goes on with the open operation of an order, unless that is under way here: the process that began it may have
    /// stopped, or stand still. If it has not, nothing happens twice: effects and conclusions are idempotent.
    asio::awaitable<void> take_over(order_record order, call on_behalf_of);

    /// Returns when the open operation of an order was concluded here, after a short while (another process may have
    /// concluded it), or at `until`.
    asio::awaitable<void> wait_for_outcome(order_id id, steady_time until);

    /// Says that an operation stays open whose effect or conclusion was just tried for its own caller.
    void leave_open(order_id id) {
        if (on_left_open_) on_left_open_(id);
    }
    /// Who is told of that: recovery.
    void on_left_open(std::function<void(order_id)> told) { on_left_open_ = std::move(told); }

    /// False while it is known that the inventory would not be asked.
    bool is_inventory_available() const { return !parts_.inventory_available || parts_.inventory_available(); }

    /// Operations that wait for their outcome, about: counted by recovery, adjusted by what passes through here.
    std::size_t open_operations() const { return open_operations_; }
    void set_open_operations(std::size_t counted) { open_operations_ = counted; }  ///< What recovery counted.
    void note_opened() { ++open_operations_; }                                     ///< An intent was stored now.

    /// Wakes all who wait for an outcome; they are answered with what is known. What is under way goes on.
    void stop();
    bool is_stopping() const { return stopping_; }  ///< Whether `stop` was called.

private:
    results<rules::outcome> run_batch(std::vector<command> commands);
    void settled(order_id id);

    service_parts parts_;
    std::shared_ptr<order_reader> reader_;
    deadlines deadlines_;
    batcher<command, rules::outcome> commands_;
    std::unordered_map<order_id, std::shared_ptr<signal>> outcomes_;
    std::unordered_multiset<order_id> finishing_;  ///< whose effect or conclusion is under way here
    std::function<void(order_id)> on_left_open_;
    std::size_t open_operations_ = 0;
    bool stopping_ = false;
};

}  // namespace shop::orders

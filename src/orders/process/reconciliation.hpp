#pragma once

#include <memory>
#include <vector>

#include <shop/async/interruptible_timer.hpp>
#include <shop/orders/make_service.hpp>
#include <shop/orders/rules.hpp>

namespace shop::orders {

/// Compares orders with what the inventory decided about them, both ways, slowly and all the time: a page every
/// `limits::reconciliation_pace`, from the first order to the last and again. It changes nothing; what does not match
/// is reported, once a round.
///
/// Where the services have databases of their own, one may be restored to an earlier time than the other: nothing else
/// would notice.
/// @par Thread safety
/// Shared objects: unsafe; to be used from the executor of its context.
class reconciliation : public std::enable_shared_from_this<reconciliation> {
public:
    explicit reconciliation(service_parts const& parts) : parts_(parts), between_pages_(parts.context) {}

    void start();
    void stop() { between_pages_.stop(); }

private:
    static asio::awaitable<void> run(std::shared_ptr<reconciliation> self);
    asio::awaitable<bool> compare_page();
    asio::awaitable<result<std::vector<inventory::decided_order>>> decisions_after(std::optional<order_id> after);
    asio::awaitable<void> check_suspects(std::vector<order_id> suspects);
    asio::awaitable<result<std::optional<order_record>>> read(order_id id);
    void report(order_id id, rules::disagreement const& what);

    service_parts parts_;
    interruptible_timer between_pages_;
    std::optional<order_id> after_;  ///< how far this round has come
};

}  // namespace shop::orders

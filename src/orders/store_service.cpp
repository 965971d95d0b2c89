#include "orders/store_service.hpp"

#include <shop/core/transact.hpp>

namespace shop::orders {

store_service::store_service(service_parts parts)
    : parts_(std::move(parts)),
      deadlines_(parts_.context),
      commands_(parts_.context.executor, [this](std::vector<command> c) { return run_batch(std::move(c)); }),
      reads_(parts_.context.executor,
             [store = parts_.store](std::vector<order_id> ids) { return read_batch(store, std::move(ids)); }) {}

std::shared_ptr<running_service> make_service(service_parts parts) {
    return std::make_shared<store_service>(std::move(parts));
}

asio::awaitable<std::vector<result<rules::outcome>>> store_service::decide(std::vector<command> commands) {
    return commands_.submit(std::move(commands));
}

asio::awaitable<std::vector<result<rules::outcome>>> store_service::run_batch(std::vector<command> commands) {
    auto const self = shared_from_this();
    auto const n = commands.size();
    auto decisions = std::make_shared<batch>(std::move(commands));
    auto const done = co_await transact_until_known<store_schema>(*parts_.store, decisions, parts_.context);
    if (!done) co_return std::vector<result<rules::outcome>>(n, done.error());
    if (decisions->has_news() && parts_.on_outbox_append) parts_.on_outbox_append();
    co_return decisions->take_answers();
}

asio::awaitable<void> store_service::wait_for_outcome(order_id id, steady_time until) {
    constexpr auto another_process_may_have_concluded = std::chrono::milliseconds(200);
    auto& waiting = outcomes_[id];
    if (!waiting) waiting = std::make_shared<signal>();
    auto const mine = waiting;
    auto const wake = std::min(until, parts_.context.clock->now() + another_process_may_have_concluded);
    scoped_deadline alarm(deadlines_, wake, [mine] { mine->set(); });
    co_await mine->wait();
    if (auto found = outcomes_.find(id); found != outcomes_.end() && found->second == mine) outcomes_.erase(found);
}

asio::awaitable<void> store_service::take_over(order_record order, call on_behalf_of) {
    bool const inventory_down = parts_.inventory_available && !parts_.inventory_available();
    if (!order.open || stopping_ || inventory_down || finishing_.contains(order.id)) co_return;
    std::vector<order_record> one{std::move(order)};
    std::vector<call> calls{std::move(on_behalf_of)};
    co_await finish(std::move(one), std::move(calls));
}

void store_service::settled(order_id id) {
    if (auto found = outcomes_.find(id); found != outcomes_.end()) {
        auto waiting = std::move(found->second);
        outcomes_.erase(found);
        waiting->set();
    }
}

}  // namespace shop::orders

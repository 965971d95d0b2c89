#include "process.hpp"

#include <algorithm>

#include <shop/async/operation.hpp>
#include <shop/records/transact.hpp>

namespace shop::orders {
namespace {

/// What is known of an operation's effect.
struct effect {
    bool known = false;
    std::optional<error> refused;
    error why_unknown{error_code::unavailable};
};

/// Only an outcome that the inventory recorded may refuse an operation; anything else leaves it open.
bool is_recorded_refusal(operation_type type, error const& e) {
    switch (type) {
        case operation_type::place:
            return e.code() == error_code::out_of_stock || e.code() == error_code::allocation_released;
        case operation_type::ship:
            return e.code() == error_code::insufficient_stock || e.code() == error_code::allocation_refused ||
                   e.code() == error_code::allocation_released;
        case operation_type::cancel:
            return false;
    }
    return false;
}

template <class Answer>
effect effect_of(operation_type type, result<Answer> const& r) {
    if (r) return {true, std::nullopt, {}};
    auto const e = r.error();
    if (is_recorded_refusal(type, e)) return {true, e, {}};
    return {false, std::nullopt, e};
}

inventory::allocate_order to_allocate(order_record const& order) {
    std::vector<inventory::line> lines;
    auto const& wanted = order.content->lines;
    lines.reserve(wanted.size());
    for (auto const& l : wanted) lines.emplace_back(l.sku, l.quantity);
    return {order.id, std::move(lines)};
}

/// Orders that are being finished, for as long as this is.
class noted_orders {
public:
    noted_orders(std::unordered_multiset<order_id>& among, std::vector<order_record> const& orders) : among_(among) {
        ids_.reserve(orders.size());
        for (auto const& order : orders) ids_.push_back(order.id);
        among_.insert(ids_.begin(), ids_.end());
    }
    ~noted_orders() {
        for (auto const& id : ids_) among_.erase(among_.find(id));
    }
    noted_orders(noted_orders const&) = delete;
    noted_orders& operator=(noted_orders const&) = delete;

private:
    std::unordered_multiset<order_id>& among_;
    std::vector<order_id> ids_;
};

/// Calls one port function for the orders of one operation type.
template <class Command, class Answer>
asio::awaitable<void> cause(operation_type type, inventory::service& inventory,
                            port_function<inventory::service, Command, Answer> function, requests<Command> requests,
                            std::vector<std::size_t> of, std::vector<effect>& effects) {
    if (requests.empty()) co_return;
    auto results = co_await (inventory.*function)(std::move(requests));
    for (std::size_t i = 0; i < of.size() && i < results.size(); ++i) {
        effects[of[i]] = effect_of(type, results[i]);
    }
}

}  // namespace

process::process(service_parts parts, std::shared_ptr<order_reader> reader)
    : parts_(std::move(parts)),
      reader_(std::move(reader)),
      deadlines_(parts_.context),
      commands_(parts_.context.executor, [this](std::vector<command> c) { return run_batch(std::move(c)); }) {}

void process::stop() {
    stopping_ = true;
    auto const waiting = std::exchange(outcomes_, {});
    for (auto const& [id, outcome] : waiting) outcome->set();
    deadlines_.stop();
}

results<rules::outcome> process::run_batch(std::vector<command> commands) {
    auto const self = shared_from_this();
    auto const n = commands.size();
    auto decisions = std::make_shared<batch>(std::move(commands));
    auto const done = co_await transact_until_known<store_schema>(*parts_.store, decisions, parts_.context);
    if (!done) co_return std::vector<result<rules::outcome>>(n, done.error());
    if (decisions->has_news() && parts_.on_outbox_append) parts_.on_outbox_append();
    co_return decisions->take_answers();
}

results<rules::outcome> process::finish(std::vector<order_record> open, std::vector<call> on_behalf_of) {
    on_behalf_of.resize(open.size());
    auto const self = shared_from_this();
    noted_orders const here(finishing_, open);
    std::vector<request<inventory::allocate_order>> allocations;
    std::vector<request<inventory::ship_order>> shipments;
    std::vector<request<inventory::release_order>> releases;
    std::vector<std::size_t> allocating, shipping, releasing;
    for (std::size_t i = 0; i < open.size(); ++i) {
        auto const& order = open[i];
        auto with = std::move(on_behalf_of[i]);
        switch (order.open->type) {
            case operation_type::place:
                allocations.emplace_back(std::move(with), to_allocate(order));
                allocating.push_back(i);
                break;
            case operation_type::ship:
                shipments.emplace_back(std::move(with), inventory::ship_order(order.id, order.open->id));
                shipping.push_back(i);
                break;
            case operation_type::cancel:
                releases.emplace_back(std::move(with), inventory::release_order(order.id, order.open->id));
                releasing.push_back(i);
                break;
        }
    }
    std::vector<effect> effects(open.size());
    auto& inventory = *parts_.inventory;
    co_await cause(operation_type::place, inventory, &inventory::service::allocate, std::move(allocations),
                   std::move(allocating), effects);
    co_await cause(operation_type::ship, inventory, &inventory::service::ship, std::move(shipments),
                   std::move(shipping), effects);
    co_await cause(operation_type::cancel, inventory, &inventory::service::release, std::move(releases),
                   std::move(releasing), effects);

    std::vector<result<rules::outcome>> finished(open.size(), error(error_code::unavailable));
    std::vector<command> conclusions;
    std::vector<std::size_t> concluding;
    conclusions.reserve(open.size());
    concluding.reserve(open.size());
    for (std::size_t i = 0; i < open.size(); ++i) {
        if (effects[i].known) {
            conclusions.emplace_back(rules::conclude{std::move(open[i]), std::move(effects[i].refused)});
            concluding.push_back(i);
        } else {
            finished[i] = effects[i].why_unknown;
        }
    }
    auto concluded = co_await decide(std::move(conclusions));
    for (std::size_t i = 0; i < concluding.size(); ++i) {
        auto& outcome = concluded[i];
        if (outcome) {
            if (outcome->fresh && open_operations_ > 0) --open_operations_;
            settled(outcome->order.id);
        }
        finished[concluding[i]] = std::move(outcome);
    }
    co_return finished;
}

asio::awaitable<void> process::take_over(order_record order, call on_behalf_of) {
    if (!order.open || stopping_ || !is_inventory_available() || finishing_.contains(order.id)) co_return;
    std::vector<order_record> one{std::move(order)};
    std::vector<call> calls{std::move(on_behalf_of)};
    co_await finish(std::move(one), std::move(calls));
}

asio::awaitable<void> process::wait_for_outcome(order_id id, steady_time until) {
    constexpr auto another_process_may_have_concluded = std::chrono::milliseconds(200);
    auto& waiting = outcomes_[id];
    if (!waiting) waiting = std::make_shared<signal>();
    auto const mine = waiting;
    auto const wake = std::min(until, parts_.context.clock->now() + another_process_may_have_concluded);
    scoped_deadline alarm(deadlines_, wake, [mine] { mine->set(); });
    co_await mine->wait();
    if (auto found = outcomes_.find(id); found != outcomes_.end() && found->second == mine) outcomes_.erase(found);
}

void process::settled(order_id id) {
    if (auto found = outcomes_.find(id); found != outcomes_.end()) {
        auto waiting = std::move(found->second);
        outcomes_.erase(found);
        waiting->set();
    }
}

}  // namespace shop::orders

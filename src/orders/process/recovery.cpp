#include "recovery.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <shop/async/backoff.hpp>

namespace shop::orders {
namespace {

constexpr steady_time::duration between_scans = std::chrono::seconds(1);
constexpr backoff between_looks{limits::away_pace, between_scans};
constexpr backoff between_attempts{std::chrono::milliseconds(500), limits::recovery_backoff_max};

}  // namespace

void recovery::start() {
    if (auto const manager = process_.lock()) {
        manager->on_left_open([weak = weak_from_this()](order_id id) {
            if (auto const self = weak.lock()) self->look_soon(id);
        });
    }
    asio::co_spawn(context_.executor, run(shared_from_this()), asio::detached);
}

void recovery::stop() {
    between_scans_.stop();
}

asio::awaitable<void> recovery::run(std::shared_ptr<recovery> self) {
    bool first = true;
    while (!self->between_scans_.stopped()) {
        {
            auto const manager = self->process_.lock();
            if (!manager) co_return;
            if (co_await self->scan(*manager, first)) first = false;
        }
        co_await self->pause();
    }
}

/// Until the next scan, which is due as soon as what was away is back.
asio::awaitable<void> recovery::pause() {
    auto const& clock = *context_.clock;
    auto const next_scan = clock.now() + (store_was_away_ ? limits::away_pace : between_scans);
    while (!between_scans_.stopped() && clock.now() < next_scan && (!inventory_was_away_ || inventory_is_away())) {
        auto wake = next_scan;
        if (inventory_was_away_) wake = std::min(wake, clock.now() + limits::away_pace);
        if (!left_open_.empty()) wake = std::min(wake, next_look_);
        if (wake > clock.now()) co_await between_scans_.sleep(wake - clock.now());
        if (!left_open_.empty() && next_look_ <= clock.now()) co_await take_up_left_open();
    }
}

void recovery::look_soon(order_id id) {
    if (left_open_.empty()) next_look_ = context_.clock->now() + between_looks.after(looks_in_vain_);
    if (left_open_.size() < limits::batch_items_max) left_open_.push_back(id);
    between_scans_.wake();
}

/// Tries again what calls of this process left open. What fails for as long as a scan takes to come is left to scans.
asio::awaitable<void> recovery::take_up_left_open() {
    auto const manager = process_.lock();
    auto ids = std::exchange(left_open_, {});
    if (!manager) co_return;
    auto orders = co_await manager->reader().read(ids);
    std::vector<order_record> open;
    std::vector<order_id> again;
    for (std::size_t i = 0; i < orders.size(); ++i) {
        if (!orders[i]) {
            again.push_back(ids[i]);  // the store is away
        } else if (rules::is_open(*orders[i])) {
            open.push_back(std::move(*orders[i]));
        }
    }
    bool const store_is_away = !again.empty();
    std::vector<order_id> tried;
    for (auto const& order : open) tried.push_back(order.id);
    auto const finished = co_await manager->finish(std::move(open));
    for (std::size_t i = 0; i < tried.size(); ++i) {
        if (!finished[i]) again.push_back(tried[i]);
    }
    if (again.empty())
        looks_in_vain_ = 0;
    else if (!store_is_away)
        ++looks_in_vain_;
    auto const pause = between_looks.after(looks_in_vain_);
    next_look_ = context_.clock->now() + pause;
    if (pause < between_scans)
        left_open_.insert(left_open_.end(), again.begin(), again.end());
    else
        looks_in_vain_ = 0;
}

bool recovery::inventory_is_away() const {
    return inventory_available_ && !inventory_available_();
}

/// @return whether the store could be read.
asio::awaitable<bool> recovery::scan(process& manager, bool first) {
    auto const now = context_.clock->now();
    bool const inventory_is_back = std::exchange(inventory_was_away_, inventory_is_away()) && !inventory_was_away_;
    bool const at_once = (first && manager.parts().store->exclusive()) || inventory_is_back || store_was_away_;
    auto const grace_over = at_once ? now : now + limits::recovery_grace;
    for (auto& [id, seen] : sightings_) {
        seen.seen_now = false;
        if (at_once) seen.due = std::min(seen.due, now);
    }
    std::size_t count = 0;
    std::optional<order_id> after;
    while (!between_scans_.stopped() && count < limits::open_operations_max) {
        auto page = co_await manager.parts().store->open(after, limits::batch_items_max);
        if (!page) {
            if (!std::exchange(store_was_away_, true)) {
                context_.log->write(severity::warning, "cannot look for open operations",
                                    {{"reason", std::string(page.error().word())}});
            }
            co_return false;
        }
        count += page->size();
        auto const full = page->size() == limits::batch_items_max;
        if (!page->empty()) after = page->back().id;
        std::erase_if(*page, [&](order_record const& order) { return !is_due(order, grace_over, first); });
        // Whose turn it is not only watches, so that it need not begin to count when its turn comes.
        if (!page->empty() && manager.parts().lease->held()) co_await take_up(manager, std::move(*page));
        if (!full) break;
    }
    store_was_away_ = false;
    std::erase_if(sightings_, [](auto const& s) { return !s.second.seen_now; });
    manager.set_open_operations(sightings_.size());
    co_return true;
}

bool recovery::is_due(order_record const& order, steady_time grace_over, bool first) {
    auto [at, fresh] = sightings_.try_emplace(order.id, sighting{order.open->id, grace_over, 0, true, first});
    auto& seen = at->second;
    if (!fresh && seen.operation != order.open->id) seen = {order.open->id, grace_over, 0, true, false};
    seen.seen_now = true;
    return seen.due <= context_.clock->now();
}

asio::awaitable<void> recovery::take_up(process& manager, std::vector<order_record> open) {
    auto const found = open;
    auto finished = co_await manager.finish(std::move(open));
    std::size_t since = 0, from_start = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (finished[i]) {
            auto const seen = sightings_.find(found[i].id);
            ++(seen->second.at_start ? from_start : since);
            sightings_.erase(seen);
        } else {
            failed(found[i], finished[i].error());
        }
    }
    report(from_start, true);
    report(since, false);
}

void recovery::report(std::size_t count, bool at_start) {
    if (count == 0) return;
    context_.log->write(severity::info, "recovered open operations",
                        {{"count", std::to_string(count)}, {"at_start", at_start ? "true" : "false"}});
}

void recovery::failed(order_record const& order, error const& why) {
    auto& seen = sightings_.at(order.id);
    seen.due = context_.clock->now() + between_attempts.after(++seen.attempts);
    if (seen.attempts == limits::recovery_attempts_reported) {
        context_.log->write(severity::error, "operation cannot be finished",
                            {{"order_id", to_string(order.id)},
                             {"operation", std::string(to_word(order.open->type))},
                             {"reason", std::string(why.word())}});
    }
}

}  // namespace shop::orders

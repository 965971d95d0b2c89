#include "orders/recovery.hpp"

#include "orders/reconciliation.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

#include <shop/core/backoff.hpp>

namespace shop::orders {
namespace {

constexpr steady_time::duration between_scans = std::chrono::seconds(1);
constexpr backoff between_attempts{std::chrono::milliseconds(500), limits::recovery_backoff_max};

}  // namespace

void store_service::start() {
    recovery_ = std::make_shared<recovery>(shared_from_this());
    recovery_->start();
    reconciliation_ = std::make_shared<reconciliation>(parts_);
    reconciliation_->start();
}

void store_service::stop() {
    if (auto running = std::exchange(recovery_, nullptr)) running->stop();
    if (auto running = std::exchange(reconciliation_, nullptr)) running->stop();
    stopping_ = true;
    auto const waiting = std::exchange(outcomes_, {});
    for (auto const& [id, outcome] : waiting) outcome->set();
    deadlines_.stop();
}

void store_service::recovery::start() {
    asio::co_spawn(context_.executor, run(shared_from_this()), asio::detached);
}

void store_service::recovery::stop() {
    between_scans_.stop();
}

asio::awaitable<void> store_service::recovery::run(std::shared_ptr<recovery> self) {
    bool first = true;
    while (!self->between_scans_.stopped()) {
        {
            auto service = self->service_.lock();
            if (!service) co_return;
            if (co_await self->scan(*service, first)) first = false;
        }
        co_await self->pause();
    }
}

/// Until the next scan, which is due as soon as what was away is back.
asio::awaitable<void> store_service::recovery::pause() {
    auto const& clock = *context_.clock;
    auto const next = clock.now() + (store_was_away_ ? limits::away_pace : between_scans);
    while (!between_scans_.stopped() && clock.now() < next && (!inventory_was_away_ || inventory_is_away())) {
        auto const left = next - clock.now();
        co_await between_scans_.sleep(inventory_was_away_ ? std::min<steady_time::duration>(left, limits::away_pace) : left);
    }
}

bool store_service::recovery::inventory_is_away() const {
    return inventory_available_ && !inventory_available_();
}

/// @return whether the store could be read.
asio::awaitable<bool> store_service::recovery::scan(store_service& service, bool first) {
    auto const now = context_.clock->now();
    bool const inventory_is_back = std::exchange(inventory_was_away_, inventory_is_away()) && !inventory_was_away_;
    bool const at_once = (first && service.parts_.store->exclusive()) || inventory_is_back || store_was_away_;
    auto const grace_over = at_once ? now : now + limits::recovery_grace;
    for (auto& [id, seen] : sightings_) {
        seen.seen_now = false;
        if (at_once) seen.due = std::min(seen.due, now);
    }
    std::size_t count = 0;
    std::optional<order_id> after;
    while (!between_scans_.stopped() && count < limits::open_operations_max) {
        auto page = co_await service.parts_.store->open(after, limits::batch_items_max);
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
        if (!page->empty() && service.parts_.lease->held()) co_await take_up(service, std::move(*page));
        if (!full) break;
    }
    store_was_away_ = false;
    std::erase_if(sightings_, [](auto const& s) { return !s.second.seen_now; });
    service.open_operations_ = sightings_.size();
    co_return true;
}

bool store_service::recovery::is_due(order_record const& order, steady_time grace_over, bool first) {
    auto [at, fresh] = sightings_.try_emplace(order.id, sighting{order.open->id, grace_over, 0, true, first});
    auto& seen = at->second;
    if (!fresh && seen.operation != order.open->id) seen = {order.open->id, grace_over, 0, true, false};
    seen.seen_now = true;
    return seen.due <= context_.clock->now();
}

asio::awaitable<void> store_service::recovery::take_up(store_service& service, std::vector<order_record> open) {
    auto const found = open;
    auto finished = co_await service.finish(std::move(open));
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

void store_service::recovery::report(std::size_t count, bool at_start) {
    if (count == 0) return;
    context_.log->write(severity::info, "recovered open operations",
                        {{"count", std::to_string(count)}, {"at_start", at_start ? "true" : "false"}});
}

void store_service::recovery::failed(order_record const& order, error const& why) {
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

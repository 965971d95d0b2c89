#include "live/availability_hub.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <shop/async/backoff.hpp>
#include <shop/http/problem.hpp>
#include <shop/json/json.hpp>

namespace shop::http::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto stock_read_max = 5s;
constexpr auto gathering = 100ms;  // between looks at the least: a value that was overtaken is of no use

}  // namespace

void availability_hub::changed() {
    changed_ = true;
    if (!gathering_) between_looks_.wake();
}

void availability_hub::watch() {
    if (std::exchange(following_, true)) return;
    asio::co_spawn(context_.executor, follow_stock(shared_from_this()), asio::detached);
}

asio::awaitable<void> availability_hub::follow_stock(std::shared_ptr<availability_hub> self) {
    unsigned failures = 0;
    while (!self->between_looks_.stopped() && !self->skus_.empty()) {
        self->changed_ = false;
        bool const fine = co_await self->look();
        failures = fine ? 0 : failures + 1;
        self->gathering_ = true;
        co_await self->between_looks_.sleep(gathering);
        self->gathering_ = false;
        if (failures > 0) {
            co_await self->between_looks_.sleep(backoff{100ms, 2s}.after(failures));
        } else if (!self->changed_) {
            co_await self->between_looks_.sleep(self->registry_->options().look_again);
        }
    }
    self->following_ = false;
}

/// Reads all that is watched, in requests of as many skus as one may name.
asio::awaitable<bool> availability_hub::look() {
    std::vector<sku> all;
    all.reserve(skus_.size());
    for (auto const& [which, state] : skus_) all.push_back(which);
    bool fine = true;
    for (std::size_t from = 0; from < all.size() && !between_looks_.stopped();) {
        std::vector<shop::request<inventory::watch_availability>> batch;
        while (from < all.size() && batch.size() < limits::page_items_max) {
            auto const to = std::min(all.size(), from + limits::watched_skus_max);
            auto const begin = all.begin();
            shop::call call(local_principal());
            call.deadline = context_.clock->now() + stock_read_max;
            batch.emplace_back(std::move(call), inventory::watch_availability(
                                                    std::vector<sku>(begin + static_cast<std::ptrdiff_t>(from),
                                                                     begin + static_cast<std::ptrdiff_t>(to))));
            from = to;
        }
        auto const answers = co_await inventory_->availability(std::move(batch));
        for (auto const& answer : answers) {
            fine = fine && answer;
            if (!answer) continue;
            for (auto const& now : answer->items) take(now, reading::for_all);
        }
    }
    co_return fine;
}

/// Tells a change to all who watch. What is read in between for one of them may have been overtaken; the looks follow
/// one another, and have the last word.
void availability_hub::take(inventory::sku_availability const& now, reading by) {
    auto const found = skus_.find(now.sku);
    if (found == skus_.end()) return;
    auto& state = found->second;
    if (by == reading::for_one && state.known && now.version < state.now.version) return;
    bool const is_new = now.status != state.now.status || now.available != state.now.available;
    state.now = now;
    if (std::exchange(state.known, true) && !is_new) return;
    auto const text = event_text({}, json::encode(now));
    for (auto const& one : state.by) {
        if (one->told) one->stream->write(text);
    }
}

void availability_hub::forget(std::vector<sku> const& which, std::shared_ptr<watcher> const& who) {
    for (auto const& one : which) {
        auto const found = skus_.find(one);
        if (found == skus_.end()) continue;
        std::erase(found->second.by, who);
        if (found->second.by.empty()) skus_.erase(found);
    }
}

asio::awaitable<response> availability_hub::open(stream_request at, inventory::watch_availability wanted) {
    auto stream = registry_->open(stream_kind::availability, at);
    if (!stream) co_return problem(stream.error(), at.http);
    std::ranges::sort(wanted.sku);
    auto const twice = std::ranges::unique(wanted.sku);
    wanted.sku.erase(twice.begin(), twice.end());
    auto const which = wanted.sku;
    std::vector<shop::request<inventory::watch_availability>> batch;
    batch.emplace_back(std::move(at.call), std::move(wanted));
    auto const who = std::make_shared<watcher>();
    who->stream = stream->get();
    if (which.size() <= limits::watched_skus_max) {
        for (auto const& one : which) skus_[one].by.push_back(who);
        (*stream)->on_end = [weak = weak_from_this(), which, who] {
            if (auto const self = weak.lock()) self->forget(which, who);
        };
    }
    auto const answers = co_await inventory_->availability(std::move(batch));
    if (answers.size() != 1) throw std::logic_error("a service answered another number of requests than it was asked");
    if (!answers.front()) co_return problem(answers.front().error(), at.http);
    for (auto const& now : answers.front()->items) take(now, reading::for_one);
    std::string text(stream_opening);
    for (auto const& one : which) text += event_text({}, json::encode(skus_.at(one).now));
    who->told = true;
    (*stream)->write(text, which.size());
    watch();
    co_return answer_with(std::move(*stream));
}

}  // namespace shop::http::detail

#include "place_call.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

#include <shop/json/json.hpp>

namespace shop::orders {

asio::awaitable<void> place_call::run(std::shared_ptr<detached_call>) {
    check_all();
    co_await price_all();
    co_await answer_refused();
    auto stored = co_await store_intents();
    auto opened = take_stored(std::move(stored));
    auto finished = co_await finish(std::move(opened));
    take_finished(std::move(finished));
    for (auto i : unfinished_) wait_apart(i, await_conclusion(i));
    for (auto i : duplicates_) wait_apart(i, await_duplicate(i));
}

void place_call::check_all() {
    for (std::size_t i = 0; i < items_.size(); ++i) {
        auto const& [call, command] = items_[i].request;
        if (auto ok = check_idempotency_key(call.idempotency_key); !ok) {
            answers_->give(i, ok.error());
        } else if (!call.by->may_act_for(command.customer.id)) {
            answers_->give(i, error(error_code::forbidden, "orders can be placed for oneself only"));
        } else if (auto fit = rules::check(command); !fit) {
            items_[i].refused = fit.error();
        }
    }
}

/// One batch to the catalogue for all lines of all requests.
asio::awaitable<void> place_call::price_all() {
    struct want {
        sku const* which;
        std::size_t by;  ///< the first that wants it asks for all
    };
    std::vector<want> wanted;
    for (std::size_t i = 0; i < items_.size(); ++i) {
        if (answers_->has(i) || items_[i].refused) continue;
        for (auto const& l : items_[i].request.command.lines) wanted.push_back({&l.sku, i});
    }
    std::sort(wanted.begin(), wanted.end(),
              [](want const& a, want const& b) { return std::tie(*a.which, a.by) < std::tie(*b.which, b.by); });
    auto const same = [](want const& a, want const& b) { return *a.which == *b.which; };
    wanted.erase(std::unique(wanted.begin(), wanted.end(), same), wanted.end());
    std::vector<result<products::offer>> offers;
    offers.reserve(wanted.size());
    for (std::size_t from = 0; from < wanted.size(); from += limits::batch_items_max) {
        std::vector<shop::request<products::get_offer>> some;
        auto const to = std::min(wanted.size(), from + limits::batch_items_max);
        some.reserve(to - from);
        for (auto at = from; at < to; ++at) {
            some.emplace_back(items_[wanted[at].by].caller().passed_on(), products::get_offer(*wanted[at].which));
        }
        auto found = co_await process_->parts().products->offers(std::move(some));
        std::move(found.begin(), found.end(), std::back_inserter(offers));
    }
    std::optional<error> catalogue_failed;
    for (auto const& o : offers) {
        if (!o && o.error().code() != error_code::not_found) catalogue_failed = o.error();
    }
    auto const offer_of = [&](sku const& which) -> products::offer const* {
        auto const before = [](want const& a, sku const& b) { return *a.which < b; };
        auto const at = std::lower_bound(wanted.begin(), wanted.end(), which, before) - wanted.begin();
        return offers[at] ? &*offers[at] : nullptr;
    };
    bool const full = process_->open_operations() >= limits::open_operations_max;
    bool const inventory_down = !process_->is_inventory_available();
    for (std::size_t i = 0; i < items_.size(); ++i) {
        auto& item = items_[i];
        if (answers_->has(i) || item.refused) continue;
        if (full) {
            item.refused = error(error_code::overloaded, "too many orders wait for their outcome");
        } else if (inventory_down) {
            item.refused = error(error_code::unavailable, "the inventory does not answer at present");
        } else if (catalogue_failed) {
            item.refused = catalogue_failed;
        } else if (auto priced = rules::price(item.request.command, offer_of); !priced) {
            item.refused = priced.error();
        } else {
            prepare_intent(item, std::move(*priced));
        }
    }
}

void place_call::prepare_intent(place_item& item, order_content content) {
    auto const now = context().clock->stamp();
    auto& intent = item.intent.emplace();
    intent.key = {item.caller().by->account, item.caller().idempotency_key,
                  fingerprint_of("orders.place", json::encode(item.request.command))};
    intent.id = context().ids->draw<order_id>(now);
    intent.operation = operation_id{intent.id.value};  // placing is the operation an order is born with
    intent.content = document<order_content>(std::move(content));
}

/// Of what was refused: the answer of a known key comes first, and nothing is stored for an unknown one.
asio::awaitable<void> place_call::answer_refused() {
    key_set<store_schema> keys;
    for (auto const& item : items_) {
        if (item.refused) keys.add<key_record>({item.caller().by->account, item.caller().idempotency_key});
    }
    if (keys.empty()) co_return;
    auto const rows = co_await process_->parts().store->load(std::move(keys));
    for (std::size_t i = 0; i < items_.size(); ++i) {
        auto& item = items_[i];
        if (!item.refused || answers_->has(i)) continue;
        if (!rows) {
            answers_->give(i, rows.error());
            continue;
        }
        auto const* known = (*rows)->find<key_record>({item.caller().by->account, item.caller().idempotency_key});
        if (!known) {
            answers_->give(i, *item.refused);
        } else {
            prepare_intent(item, {});
            item.intent->refused = item.refused;
        }
    }
}

/// The key decides between concurrent duplicates, in the transaction that stores the intent.
/// @return the orders that were stored now, be it by a commit of which only the second look told.
std::vector<std::size_t> place_call::take_stored(decided all) {
    std::vector<std::size_t> opened;
    for (std::size_t n = 0; n < all.of.size(); ++n) {
        auto const i = all.of[n];
        auto& outcome = all.outcomes[n];
        auto& item = items_[i];
        if (!outcome) {
            answers_->give(i, outcome.error());
            continue;
        }
        item.stored = std::move(outcome->order);
        item.at = stage::open;
        if (item.stored->id != item.intent->id) {
            duplicates_.push_back(i);
        } else if (!give_if_decided(i, false)) {
            process_->note_opened();
            opened.push_back(i);
        }
    }
    return opened;
}

void place_call::take_finished(decided all) {
    for (std::size_t n = 0; n < all.of.size(); ++n) {
        auto const i = all.of[n];
        auto& outcome = all.outcomes[n];
        if (outcome) items_[i].stored = std::move(outcome->order);
        if (outcome && give_if_decided(i, false)) continue;
        process_->leave_open(items_[i].stored->id);
        unfinished_.push_back(i);
    }
}

/// An own order whose effect is not known is concluded by recovery; its caller waits for that until its deadline.
asio::awaitable<void> place_call::await_conclusion(std::size_t i) {
    while (!is_over(i) && !give_if_decided(i, false)) co_await look_again(items_[i]);
}

/// A concurrent duplicate waits for the outcome of the order under its key until its deadline. Where another process
/// has begun the order and does not conclude it, it goes on with it: that process may stand still, and recovery comes
/// seconds later.
asio::awaitable<void> place_call::await_duplicate(std::size_t i) {
    auto& item = items_[i];
    for (unsigned waits = 1; !is_over(i) && !give_if_decided(i, true); ++waits) {
        bool const seen = co_await look_again(item);
        if (seen && is_time_to_take_over(waits)) co_await process_->take_over(*item.stored, item.caller().passed_on());
    }
}

/// Looks at the order of a request once it may have been concluded.
/// @return whether it could be read.
asio::awaitable<bool> place_call::look_again(place_item& item) {
    co_await process_->wait_for_outcome(item.stored->id, item.caller().deadline);
    std::vector<order_id> one{item.stored->id};
    auto read = co_await process_->reader().read(std::move(one));
    if (!read.front()) co_return false;
    item.stored = std::move(*read.front());
    co_return true;
}

/// Answers a request whose order is decided.
/// @return whether it did.
bool place_call::give_if_decided(std::size_t i, bool replay) {
    auto const& order = *items_[i].stored;
    if (order.status == status::pending) return false;
    auto answer = rules::placed(order);
    if (answer) {
        answers_->give(i, acknowledgement{std::move(*answer), replay, false});
    } else {
        answers_->give(i, replay ? answer.error().as_replay() : answer.error());
    }
    return true;
}

}  // namespace shop::orders

// Placing an order: price, intent, then effect and conclusion in finishing.cpp.

#include <algorithm>
#include <iterator>
#include <tuple>

#include <shop/core/json.hpp>

#include "orders/detached_call.hpp"

namespace shop::orders {

/// What is known of a request to place an order.
struct placing_item {
    enum class stage { nothing_stored, storing, open };

    shop::request<place_order> request;
    stage at = stage::nothing_stored;
    std::optional<error> refused;  ///< by step 1; answered only if the key is unknown
    std::optional<rules::begin_placing> intent;
    std::optional<order_record> stored;
};

/// One call of `place`.
class placing final : public detached_call<placing_item> {
public:
    placing(std::shared_ptr<store_service> service, std::vector<request<place_order>> requests)
        : detached_call(std::move(service), std::move(requests)) {}

private:
    using item = placing_item;
    using stage = placing_item::stage;

    asio::awaitable<void> run(std::shared_ptr<detached_call>) override {
        check_all();
        co_await price_all();
        auto open = co_await store_intents();
        co_await finish(std::move(open));
        for (auto i : duplicates_) wait_apart(i, answer_duplicate(i));
    }

    result<acknowledgement> late(std::size_t i) override {
        auto const& item = items_[i];
        switch (item.at) {
            case stage::nothing_stored:
                return error(error_code::deadline_exceeded);
            case stage::storing:
                return error(error_code::outcome_unknown);
            case stage::open:
                return acknowledgement{rules::view_for(*item.request.call.by, *item.stored), false, true};
        }
        return error(error_code::internal);
    }

    void check_all() {
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

    /// Step 1: one batch to the catalogue for all lines of all requests.
    asio::awaitable<void> price_all() {
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
                some.emplace_back(items_[wanted[at].by].request.call.passed_on(), products::get_offer(*wanted[at].which));
            }
            auto found = co_await service_->parts_.products->offers(std::move(some));
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
        auto const full = service_->open_operations_ >= limits::open_operations_max;
        auto const& answers_now = service_->parts_.inventory_available;
        bool const inventory_down = answers_now && !answers_now();
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

    call_key key_of(item const& item) const {
        call_key key;
        key.account = item.request.call.by->account;
        key.idempotency_key = item.request.call.idempotency_key;
        key.fingerprint = fingerprint_of("orders.place", json::encode(item.request.command));
        return key;
    }

    void prepare_intent(item& item, order_content content) {
        auto const now = context_.clock->stamp();
        item.intent.emplace();
        item.intent->key = key_of(item);
        item.intent->id = context_.ids->draw<order_id>(now);
        item.intent->operation = operation_id{item.intent->id.value};  // placing is the operation an order is born with
        item.intent->content = document<order_content>(std::move(content));
    }

    /// Steps 0 and 2 in one transaction: the key decides between concurrent duplicates, and a known one is answered from its order.
    /// @return the orders that were stored now, be it by a commit of which only the second look told.
    asio::awaitable<std::vector<std::size_t>> store_intents() {
        co_await answer_refused();
        std::vector<command> intents;
        std::vector<std::size_t> of;
        for (std::size_t i = 0; i < items_.size(); ++i) {
            auto& item = items_[i];
            if (answers_->has(i) || !item.intent) continue;  // also those whose time is up: nothing is stored for them
            item.at = stage::storing;
            intents.emplace_back(*item.intent);
            of.push_back(i);
        }
        auto decided = co_await service_->decide(std::move(intents));
        std::vector<std::size_t> mine;
        for (std::size_t n = 0; n < of.size(); ++n) {
            auto const i = of[n];
            auto& item = items_[i];
            if (!decided[n]) {
                answers_->give(i, decided[n].error());
            } else {
                item.stored = std::move(decided[n]->order);
                item.at = stage::open;
                if (item.stored->id == item.intent->id && item.stored->status == status::pending) {
                    ++service_->open_operations_;
                    mine.push_back(i);
                } else {
                    duplicates_.push_back(i);
                }
            }
        }
        co_return mine;
    }

    /// Step 1 refused: the answer of a known key comes first, and nothing is stored for an unknown one.
    asio::awaitable<void> answer_refused() {
        key_set<store_schema> keys;
        for (auto const& item : items_) {
            if (item.refused) keys.add<key_record>({item.request.call.by->account, item.request.call.idempotency_key});
        }
        if (keys.empty()) co_return;
        auto rows = co_await service_->load(std::move(keys));
        for (std::size_t i = 0; i < items_.size(); ++i) {
            auto& item = items_[i];
            if (!item.refused || answers_->has(i)) continue;
            if (!rows) {
                answers_->give(i, rows.error());
                continue;
            }
            auto const* known = (*rows)->find<key_record>({item.request.call.by->account, item.request.call.idempotency_key});
            if (!known) {
                answers_->give(i, *item.refused);
            } else {
                prepare_intent(item, {});
                item.intent->refused = item.refused;
            }
        }
    }

    asio::awaitable<void> finish(std::vector<std::size_t> mine) {
        if (mine.empty()) co_return;
        std::vector<order_record> open;
        std::vector<call> calls;
        open.reserve(mine.size());
        calls.reserve(mine.size());
        for (auto i : mine) {
            open.push_back(*items_[i].stored);
            calls.push_back(items_[i].request.call.passed_on());
        }
        auto finished = co_await service_->finish(std::move(open), std::move(calls));
        for (std::size_t n = 0; n < mine.size(); ++n) {
            auto const i = mine[n];
            if (finished[n]) {
                give(i, finished[n]->order, false);
            } else {
                duplicates_.push_back(i);  // open: recovery goes on with it, the caller waits as a duplicate would
            }
        }
    }

    /// A concurrent duplicate waits for the outcome of the order under its key until its deadline. Where another process
    /// has begun the order and does not conclude it, it goes on with it: that process may stand still, and recovery comes
    /// seconds later.
    asio::awaitable<void> answer_duplicate(std::size_t i) {
        auto& item = items_[i];
        bool const replay = item.stored->id != item.intent->id;
        for (unsigned waits = 1; !answers_->has(i); ++waits) {
            if (item.stored->status != status::pending) {
                give(i, *item.stored, replay);
                break;
            }
            if (service_->stopping_) {
                answers_->give(i, late(i));
                break;
            }
            co_await service_->wait_for_outcome(item.stored->id, item.request.call.deadline);
            std::vector<order_id> one{item.stored->id};
            auto read = co_await service_->reads_.submit(std::move(one));
            if (!read.front()) continue;
            item.stored = std::move(*read.front());
            if (replay && is_time_to_take_over(waits)) co_await service_->take_over(*item.stored, item.request.call.passed_on());
        }
    }

    void give(std::size_t i, order_record const& order, bool replay) {
        auto answer = rules::placed(order);
        if (answer) {
            answers_->give(i, acknowledgement{std::move(*answer), replay, false});
        } else {
            answers_->give(i, replay ? answer.error().as_replay() : answer.error());
        }
    }

    std::vector<std::size_t> duplicates_;
};

asio::awaitable<std::vector<result<acknowledgement>>> store_service::place(std::vector<request<place_order>> requests) {
    co_return co_await placing::finish_or_wait(std::make_shared<placing>(shared_from_this(), std::move(requests)));
}

}  // namespace shop::orders

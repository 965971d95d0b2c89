#include "notifications/outgoing.hpp"

#include <algorithm>

namespace shop::notifications {

outgoing::outgoing(service_parts const& parts)
    : store_(parts.store),
      orders_(parts.orders),
      templates_(parts.templates),
      context_(parts.context),
      options_(parts.delivery) {}

asio::awaitable<result<std::vector<prepared>>> outgoing::prepare(std::vector<delivery_record> deliveries,
                                                                 channel_traits const& traits) {
    std::vector<prepared> all;
    all.reserve(deliveries.size());
    for (auto& d : deliveries) {
        prepared one;
        one.message = rules::to_message(d);
        one.delivery = std::move(d);
        all.push_back(std::move(one));
    }
    if (traits.is_for_people) {
        auto const asked = co_await ask_recipients(all);
        if (!asked) co_return asked.error();
    }
    if (traits.needs_content && !templates_) templates_ = default_templates();
    std::vector<std::optional<order_summary>> facts(all.size());
    if (traits.needs_contact || traits.needs_content) co_await add_facts(all, facts);
    if (traits.is_for_people) {
        auto const asked = co_await ask_suppressions(all, facts);
        if (!asked) co_return asked.error();
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto& one = all[i];
        if (one.instead) continue;
        if (traits.needs_contact) {
            if (facts[i]) one.message.to = facts[i]->customer;
            if (one.message.order_id && !one.message.to.email) {
                one.instead.emplace().instead = delivery_status::skipped;
                continue;
            }
        }
        if (!traits.needs_content) continue;
        auto locale = one.chosen ? one.chosen->locale : std::nullopt;
        if (!locale && facts[i]) locale = facts[i]->customer.locale;
        auto said = templates_->render(one.message, facts[i] ? &*facts[i] : nullptr, locale.value_or("en"));
        if (said) {
            one.message.what = std::move(*said);
        } else {
            one.instead.emplace().failure = said.error();
            one.instead->is_final = true;
        }
    }
    co_return all;
}

/// What customers chose, and what that makes of their messages.
asio::awaitable<result<void>> outgoing::ask_recipients(std::vector<prepared>& all) {
    key_set<store_schema> keys;
    for (auto const& one : all) {
        if (one.message.order_id) keys.add<preferences_record>({one.message.recipient});
    }
    if (keys.empty()) co_return result<void>{};
    auto const rows = co_await store_->load(std::move(keys));
    if (!rows) co_return rows.error();
    auto const now = context_.clock->stamp();
    for (auto& one : all) {
        if (!one.message.order_id) continue;
        auto const* stored = (*rows)->find<preferences_record>({one.message.recipient});
        if (!stored) continue;
        one.chosen = stored->choices.get();
        auto const found = rules::judge(*one.chosen, one.message, one.delivery.created_at, now, options_.digest_at);
        switch (found.what) {
            case rules::judgement::kind::send:
                break;
            case rules::judgement::kind::skip:
                one.instead.emplace().instead = delivery_status::skipped;
                break;
            case rules::judgement::kind::later:
                one.instead.emplace().instead = delivery_status::pending;
                one.instead->until = found.until;
                break;
        }
    }
    co_return result<void>{};
}

/// Skips messages to addresses and customers that are suppressed.
asio::awaitable<result<void>> outgoing::ask_suppressions(std::vector<prepared>& all,
                                                         std::vector<std::optional<order_summary>> const& facts) {
    std::vector<std::vector<std::string>> known_as(all.size());
    key_set<store_schema> keys;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].instead) continue;
        known_as[i].push_back(rules::suppressed_as(all[i].message.recipient));
        if (facts[i] && facts[i]->customer.email) {
            known_as[i].push_back(rules::suppressed_as(*facts[i]->customer.email));
        }
        for (auto const& name : known_as[i]) keys.add<suppression_record>({name});
    }
    if (keys.empty()) co_return result<void>{};
    auto const rows = co_await store_->load(std::move(keys));
    if (!rows) co_return rows.error();
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto const is_suppressed = [&](std::string const& name) {
            return (*rows)->find<suppression_record>({name}) != nullptr;
        };
        if (std::any_of(known_as[i].begin(), known_as[i].end(), is_suppressed)) {
            all[i].instead.emplace().instead = delivery_status::skipped;
        }
    }
    co_return result<void>{};
}

asio::awaitable<void> outgoing::add_facts(std::vector<prepared>& all,
                                          std::vector<std::optional<order_summary>>& facts) {
    std::vector<order_id> ids;
    std::vector<std::size_t> of;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!all[i].message.order_id || all[i].instead) continue;
        ids.push_back(*all[i].message.order_id);
        of.push_back(i);
    }
    if (ids.empty() || !orders_) co_return;
    auto found = co_await orders_->find(std::move(ids));
    for (std::size_t n = 0; n < of.size(); ++n) {
        auto& one = found.at(n);
        if (one) {
            facts[of[n]] = std::move(*one);
            continue;
        }
        auto& instead = all[of[n]].instead.emplace();
        if (one.error().code() == error_code::not_found) {
            instead.failure = error(error_code::undeliverable, "its order is gone");
            instead.is_final = true;
        } else {
            instead.failure = one.error();
        }
    }
}

}  // namespace shop::notifications

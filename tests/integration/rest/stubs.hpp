#pragma once

#include <functional>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <shop/inventory/service.hpp>
#include <shop/notifications/service.hpp>
#include <shop/orders/service.hpp>
#include <shop/products/service.hpp>

/// Services that remember what they were asked and answer what a test told them to.
namespace rest {

namespace asio = boost::asio;
using shop::request;
using shop::requests;
using shop::result;
using shop::results;

/// One function of a port.
template <class Command, class Answer>
class canned {
public:
    std::vector<std::vector<request<Command>>> batches;
    std::function<result<Answer>(request<Command> const&)> answer = [](auto const&) { return Answer{}; };

    /// The only request so far. @pre there was exactly one.
    request<Command> const& asked() const { return batches.at(0).at(0); }

    results<Answer> take(requests<Command> requests) {
        batches.push_back(std::move(requests));
        std::vector<result<Answer>> answers;
        for (auto const& one : batches.back()) answers.push_back(answer(one));
        co_return answers;
    }
};

class stub_products : public shop::products::service {
public:
    canned<shop::products::create_product, shop::products::product> creates;
    canned<shop::products::get_product, shop::products::product> gets;
    canned<shop::products::get_offer, shop::products::offer> offered;
    canned<shop::products::list_products, shop::page<shop::products::product>> lists;
    canned<shop::products::replace_product, shop::products::product> replaces;
    canned<shop::products::archive_product, shop::products::product> archives;
    canned<shop::products::import_product, shop::products::imported> imports;
    canned<shop::products::note_availability, shop::products::noted> notes;

    results<shop::products::product> create(requests<shop::products::create_product> r) override {
        return creates.take(std::move(r));
    }
    results<shop::products::product> get(requests<shop::products::get_product> r) override {
        return gets.take(std::move(r));
    }
    results<shop::products::offer> offers(requests<shop::products::get_offer> r) override {
        return offered.take(std::move(r));
    }
    results<shop::page<shop::products::product>> list(requests<shop::products::list_products> r) override {
        return lists.take(std::move(r));
    }
    results<shop::products::product> replace(requests<shop::products::replace_product> r) override {
        return replaces.take(std::move(r));
    }
    results<shop::products::product> archive(requests<shop::products::archive_product> r) override {
        return archives.take(std::move(r));
    }
    results<shop::products::imported> import(requests<shop::products::import_product> r) override {
        return imports.take(std::move(r));
    }
    results<shop::products::noted> note_availability(requests<shop::products::note_availability> r) override {
        return notes.take(std::move(r));
    }
};

class stub_inventory : public shop::inventory::service {
public:
    canned<shop::inventory::get_stock, shop::inventory::stock_level> gets;
    canned<shop::inventory::list_stock, shop::page<shop::inventory::stock_level>> lists;
    canned<shop::inventory::watch_availability, shop::inventory::availabilities> watches;
    canned<shop::inventory::configure_stock, shop::inventory::stock_level> configures;
    canned<shop::inventory::record_movement, shop::inventory::recorded> records;
    canned<shop::inventory::list_movements, shop::page<shop::inventory::movement>> moves;
    canned<shop::inventory::allocate_order, shop::inventory::allocation> allocates;
    canned<shop::inventory::release_order, shop::inventory::order_stock> releases;
    canned<shop::inventory::ship_order, shop::inventory::order_stock> ships;
    canned<shop::inventory::list_decisions, std::vector<shop::inventory::decided_order>> decided;

    results<std::vector<shop::inventory::decided_order>> decisions(
        requests<shop::inventory::list_decisions> r) override {
        return decided.take(std::move(r));
    }

    results<shop::inventory::stock_level> get(requests<shop::inventory::get_stock> r) override {
        return gets.take(std::move(r));
    }
    results<shop::page<shop::inventory::stock_level>> list(requests<shop::inventory::list_stock> r) override {
        return lists.take(std::move(r));
    }
    results<shop::inventory::availabilities> availability(requests<shop::inventory::watch_availability> r) override {
        return watches.take(std::move(r));
    }
    results<shop::inventory::stock_level> configure(requests<shop::inventory::configure_stock> r) override {
        return configures.take(std::move(r));
    }
    results<shop::inventory::recorded> record(requests<shop::inventory::record_movement> r) override {
        return records.take(std::move(r));
    }
    results<shop::page<shop::inventory::movement>> movements(requests<shop::inventory::list_movements> r) override {
        return moves.take(std::move(r));
    }
    results<shop::inventory::allocation> allocate(requests<shop::inventory::allocate_order> r) override {
        return allocates.take(std::move(r));
    }
    results<shop::inventory::order_stock> release(requests<shop::inventory::release_order> r) override {
        return releases.take(std::move(r));
    }
    results<shop::inventory::order_stock> ship(requests<shop::inventory::ship_order> r) override {
        return ships.take(std::move(r));
    }
};

class stub_orders : public shop::orders::service {
public:
    canned<shop::orders::place_order, shop::orders::acknowledgement> places;
    canned<shop::orders::get_order, shop::orders::order> gets;
    canned<shop::orders::list_orders, shop::page<shop::orders::order>> lists;
    canned<shop::orders::get_history, shop::page<shop::orders::history_item>> histories;
    canned<shop::orders::follow_order, shop::orders::order_events> follows;
    canned<shop::orders::follow_orders, shop::orders::order_events> follows_all;
    canned<shop::orders::transition_order, shop::orders::acknowledgement> transitions;
    canned<shop::orders::cancel_order, shop::orders::acknowledgement> cancels;

    results<shop::orders::acknowledgement> place(requests<shop::orders::place_order> r) override {
        return places.take(std::move(r));
    }
    results<shop::orders::order> get(requests<shop::orders::get_order> r) override { return gets.take(std::move(r)); }
    results<shop::page<shop::orders::order>> list(requests<shop::orders::list_orders> r) override {
        return lists.take(std::move(r));
    }
    results<shop::page<shop::orders::history_item>> history(requests<shop::orders::get_history> r) override {
        return histories.take(std::move(r));
    }
    results<shop::orders::order_events> events(requests<shop::orders::follow_order> r) override {
        return follows.take(std::move(r));
    }
    results<shop::orders::order_events> all_events(requests<shop::orders::follow_orders> r) override {
        return follows_all.take(std::move(r));
    }
    results<shop::orders::acknowledgement> transition(requests<shop::orders::transition_order> r) override {
        return transitions.take(std::move(r));
    }
    results<shop::orders::acknowledgement> cancel(requests<shop::orders::cancel_order> r) override {
        return cancels.take(std::move(r));
    }
};

class stub_notifications : public shop::notifications::service {
public:
    canned<shop::events::event, shop::notifications::noted> notified;
    canned<shop::notifications::list_notifications, shop::page<shop::notifications::delivery>> lists;

    canned<shop::notifications::redeliver_notification, shop::notifications::delivery> redelivers;
    canned<shop::notifications::redeliver_notifications, shop::notifications::redelivered> redelivers_all;
    canned<shop::notifications::get_preferences, shop::notifications::preferences> gets_preferences;
    canned<shop::notifications::set_preferences, shop::notifications::preferences> sets_preferences;
    canned<shop::notifications::list_suppressions, shop::page<shop::notifications::suppression>> lists_suppressions;
    canned<shop::notifications::suppress_address, shop::notifications::suppression> suppresses;
    canned<shop::notifications::unsuppress_address, shop::notifications::suppression> unsuppresses;
    results<shop::notifications::delivery> redeliver(requests<shop::notifications::redeliver_notification> r) override {
        return redelivers.take(std::move(r));
    }
    results<shop::notifications::redelivered> redeliver_all(
        requests<shop::notifications::redeliver_notifications> r) override {
        return redelivers_all.take(std::move(r));
    }
    results<shop::notifications::preferences> get_preferences(
        requests<shop::notifications::get_preferences> r) override {
        return gets_preferences.take(std::move(r));
    }
    results<shop::notifications::preferences> set_preferences(
        requests<shop::notifications::set_preferences> r) override {
        return sets_preferences.take(std::move(r));
    }
    results<shop::page<shop::notifications::suppression>> suppressions(
        requests<shop::notifications::list_suppressions> r) override {
        return lists_suppressions.take(std::move(r));
    }
    results<shop::notifications::suppression> suppress(requests<shop::notifications::suppress_address> r) override {
        return suppresses.take(std::move(r));
    }
    results<shop::notifications::suppression> unsuppress(requests<shop::notifications::unsuppress_address> r) override {
        return unsuppresses.take(std::move(r));
    }
    results<shop::notifications::noted> notify(requests<shop::events::event> r) override {
        return notified.take(std::move(r));
    }
    results<shop::page<shop::notifications::delivery>> list(
        requests<shop::notifications::list_notifications> r) override {
        return lists.take(std::move(r));
    }

    using webhook_endpoint = shop::notifications::webhook_endpoint;
    canned<shop::notifications::create_endpoint, webhook_endpoint> endpoint_creates;
    canned<shop::notifications::get_endpoint, webhook_endpoint> endpoint_gets;
    canned<shop::notifications::list_endpoints, shop::page<webhook_endpoint>> endpoint_lists;
    canned<shop::notifications::change_endpoint, webhook_endpoint> endpoint_changes;
    canned<shop::notifications::remove_endpoint, shop::notifications::noted> endpoint_removals;
    canned<shop::notifications::rotate_secret, webhook_endpoint> rotations;
    canned<shop::notifications::test_endpoint, shop::notifications::tested_endpoint> endpoint_tests;

    canned<shop::notifications::list_endpoint_deliveries, shop::page<shop::notifications::delivery>> deliveries;
    canned<shop::notifications::redeliver_to_endpoint, shop::notifications::redelivered> endpoint_redeliveries;

    results<shop::page<shop::notifications::delivery>> endpoint_deliveries(
        requests<shop::notifications::list_endpoint_deliveries> r) override {
        return deliveries.take(std::move(r));
    }
    results<shop::notifications::redelivered> redeliver_to_endpoint(
        requests<shop::notifications::redeliver_to_endpoint> r) override {
        return endpoint_redeliveries.take(std::move(r));
    }
    results<webhook_endpoint> create_endpoint(requests<shop::notifications::create_endpoint> r) override {
        return endpoint_creates.take(std::move(r));
    }
    results<webhook_endpoint> get_endpoint(requests<shop::notifications::get_endpoint> r) override {
        return endpoint_gets.take(std::move(r));
    }
    results<shop::page<webhook_endpoint>> list_endpoints(requests<shop::notifications::list_endpoints> r) override {
        return endpoint_lists.take(std::move(r));
    }
    results<webhook_endpoint> change_endpoint(requests<shop::notifications::change_endpoint> r) override {
        return endpoint_changes.take(std::move(r));
    }
    results<shop::notifications::noted> remove_endpoint(requests<shop::notifications::remove_endpoint> r) override {
        return endpoint_removals.take(std::move(r));
    }
    results<webhook_endpoint> rotate_secret(requests<shop::notifications::rotate_secret> r) override {
        return rotations.take(std::move(r));
    }
    results<shop::notifications::tested_endpoint> test_endpoint(
        requests<shop::notifications::test_endpoint> r) override {
        return endpoint_tests.take(std::move(r));
    }
};

}  // namespace rest

#include <shop/engine.hpp>

#include <atomic>
#include <future>
#include <thread>
#include <tuple>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <shop/inventory/make_service.hpp>
#include <shop/notifications/make_service.hpp>
#include <shop/orders/make_service.hpp>
#include <shop/products/make_service.hpp>
#include <shop/records/lease.hpp>

#include "facts_of_orders.hpp"
#include "subscriptions.hpp"

namespace shop {

struct engine::parts {
    /// A thread of our own, for embedders that have no executor.
    struct own_thread {
        asio::io_context context{1};
        asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
        std::promise<void> ended;
        std::thread thread{[this] {
            context.run();
            ended.set_value();
        }};

        /// Lets everything that runs come to its end; what waits for something that does not come is dropped.
        ~own_thread() {
            work.reset();
            if (ended.get_future().wait_for(std::chrono::seconds(5)) != std::future_status::ready) context.stop();
            thread.join();
        }
    };

    std::unique_ptr<own_thread> own;
    service_context context;
    shop::stores stores;
    std::shared_ptr<products::service> products;
    std::shared_ptr<inventory::service> inventory;
    std::shared_ptr<orders::running_service> orders;
    std::shared_ptr<notifications::service> notifications;
    std::shared_ptr<notifications::running_service> own_notifications;
    std::shared_ptr<store_lease<orders::store_schema, orders::event_record>> orders_lease;
    std::shared_ptr<store_lease<inventory::store_schema, inventory::movement_record>> inventory_lease;
    std::shared_ptr<store_lease<notifications::store_schema, notifications::delivery_record>> notifications_lease;
    std::shared_ptr<order_relay> order_events;
    std::shared_ptr<stock_relay> stock_changes;
    std::shared_ptr<stock_event_relay> stock_events;
    bool own_products = false;
    std::shared_ptr<std::atomic<std::uint64_t>> disagreements = std::make_shared<std::atomic<std::uint64_t>>(0);
    bool closed = false;

    result<void> wire(engine_options& options);
    void start();
    void stop();

private:
    /// What goes on between calls; nothing of services that run elsewhere. What is under way at the end keeps the rest.
    template <class Function>
    void in_background(Function what) const {
        asio::post(context.executor,
                   [what, all = std::tuple{orders_lease, inventory_lease, notifications_lease, orders,
                                           own_notifications, order_events, stock_changes, stock_events}] {
                       std::apply([&](auto const&... one) { ((one ? what(*one) : void()), ...); }, all);
                   });
    }
    /// Relay, recovery and retries of a store belong together: one lease for all of them.
    template <class Lease, class Store>
    void hold_at(std::shared_ptr<Lease>& lease, std::shared_ptr<Store> const& store) {
        lease = std::make_shared<Lease>(context, store, "background");
    }
};

result<void> engine::parts::wire(engine_options& options) {
    auto const& here = options.here;
    auto& elsewhere = options.elsewhere;
    auto const missing = [](std::string_view who, std::string_view whom) {
        return error(error_code::not_supported, std::string(who) + " cannot run without " + std::string(whom) +
                                                    ": run them here, or give a port to them");
    };
    std::shared_ptr<facts_of_orders> facts;
    products = elsewhere.products;
    inventory = elsewhere.inventory;
    notifications = elsewhere.notifications;
    if (here.products) {
        auto const availability = here.inventory ? availability_in(stores.inventory) : products::availability_source();
        products = products::make_service({stores.products, context, availability});
    }
    own_products = here.products;
    if (here.notifications) {
        hold_at(notifications_lease, stores.notifications);
        auto channels = std::move(options.channels);
        if (channels.empty()) channels.push_back(notifications::log_channel(*context.log));
        if (here.orders || elsewhere.orders) facts = std::make_shared<facts_of_orders>();
        own_notifications =
            notifications::make_service({stores.notifications, std::move(channels), context, notifications_lease, facts,
                                         std::move(options.templates), options.delivery, std::move(options.webhooks)});
        notifications = own_notifications;
    }
    if (here.inventory) {
        if (!products) return missing("the inventory", "products");
        hold_at(inventory_lease, stores.inventory);
        if (!notifications) return missing("the inventory", "notifications");
        if (!here.products) stock_changes = make_stock_relay(context, stores.inventory, inventory_lease, products);
        stock_events = make_stock_event_relay(context, stores.inventory, inventory_lease, notifications);
        auto const tell = [changes = std::weak_ptr(stock_changes), events = std::weak_ptr(stock_events),
                           hint = std::move(options.on_stock_change)](inventory::appended_logs in) {
            if (hint) hint();
            if (auto relay = changes.lock(); relay && in.ledger) relay->wake();
            if (auto relay = events.lock(); relay && in.events) relay->wake();
        };
        auto is_known = options.unknown_skus == unknown_skus::refuse ? skus_of(products) : inventory::sku_check();
        inventory = inventory::make_service({stores.inventory, context, tell, std::move(is_known)});
    }
    if (here.orders) {
        if (!products) return missing("orders", "products");
        if (!inventory) return missing("orders", "an inventory");
        if (!notifications) return missing("orders", "notifications");
        hold_at(orders_lease, stores.orders);
        order_events = make_order_relay(context, stores.orders, orders_lease, notifications);
        orders = orders::make_service({stores.orders, products, inventory, context,
                                       [to = std::weak_ptr(order_events), hint = std::move(options.on_order_step)] {
                                           if (hint) hint();
                                           if (auto relay = to.lock()) relay->wake();
                                       },
                                       orders_lease, std::move(options.inventory_available), disagreements});
        if (facts) facts->set(orders);
    } else if (facts) {
        facts->set(elsewhere.orders);
    }
    return {};
}

void engine::parts::start() {
    in_background([](auto& one) { one.start(); });
}

void engine::parts::stop() {
    if (std::exchange(closed, true)) return;
    in_background([](auto& one) { one.stop(); });
    own.reset();
}

result<engine> engine::open(engine_options options) {
    auto p = std::make_shared<parts>();
    auto stores = options.store(storage::context{*options.clock, *options.ids, *options.log});
    if (!stores) return stores.error();
    p->stores = std::move(*stores);
    p->context.clock = options.clock;
    p->context.ids = options.ids;
    p->context.log = options.log;
    if (options.executor) {
        p->context.executor = *options.executor;
    } else {
        p->own = std::make_unique<parts::own_thread>();
        p->context.executor = p->own->context.get_executor();
    }
    if (auto wired = p->wire(options); !wired) return wired.error();
    p->start();
    return engine(std::move(p));
}

engine::engine(std::shared_ptr<parts> p) : parts_(std::move(p)) {}
engine::engine(engine&&) noexcept = default;
engine& engine::operator=(engine&& other) noexcept {
    close();
    parts_ = std::move(other.parts_);
    return *this;
}
engine::~engine() {
    close();
}

void engine::close() {
    if (auto p = std::exchange(parts_, nullptr)) p->stop();
}

namespace {

template <class Mode>
shop_face<Mode> make_face(engine const& e, service_context const& context, shop::call const& call) {
    Mode const mode{context.executor};
    auto& ids = *context.ids;
    auto& clock = *context.clock;
    return {products_face<Mode>(mode, e.products(), ids, clock, call),
            inventory_face<Mode>(mode, e.inventory(), ids, clock, call),
            orders_face<Mode>(mode, e.orders(), ids, clock, call),
            notifications_face<Mode>(mode, e.notifications(), ids, clock, call)};
}

}  // namespace

blocking_shop engine::blocking(shop::call call) const {
    return make_face<blocking_mode>(*this, parts_->context, call);
}
awaiting_shop engine::awaiting(shop::call call) const {
    return make_face<awaiting_mode>(*this, parts_->context, call);
}

products::service& engine::products() const {
    return *parts_->products;
}
inventory::service& engine::inventory() const {
    return *parts_->inventory;
}
orders::service& engine::orders() const {
    return *parts_->orders;
}
notifications::service& engine::notifications() const {
    return *parts_->notifications;
}
services engine::ports() const {
    return {parts_->products, parts_->inventory, parts_->orders, parts_->notifications};
}
stores const& engine::stores() const {
    return parts_->stores;
}
asio::any_io_executor engine::executor() const {
    return parts_->context.executor;
}

namespace {

/// Reads a row: there may be none, but the store must answer.
template <class Owner, class Schema>
asio::awaitable<result<void>> check(std::shared_ptr<record_store<Schema>> store) {
    auto keys = std::make_shared<key_set<Schema>>();
    keys->template add<lease_record<Owner>>({"background"});
    auto const read = co_await store->load(std::move(keys));
    if (!read) co_return read.error();
    co_return result<void>{};
}

}  // namespace

asio::awaitable<result<void>> engine::check_stores() const {
    auto const p = parts_;
    result<void> fine;
    if (p->orders) fine = co_await check<orders::event_record, orders::store_schema>(p->stores.orders);
    if (fine && p->inventory_lease) {
        fine = co_await check<inventory::movement_record, inventory::store_schema>(p->stores.inventory);
    }
    if (fine && p->own_notifications) {
        fine = co_await check<notifications::delivery_record, notifications::store_schema>(p->stores.notifications);
    }
    if (fine && p->own_products) {
        std::vector<request<products::get_offer>> any;
        any.emplace_back(products::get_offer(sku("any")));
        auto const answer = co_await p->products->offers(std::move(any));
        if (!answer.front() && answer.front().error().code() != error_code::not_found) fine = answer.front().error();
    }
    co_return fine;
}

result<void> engine::check_room() const {
    auto const& check = parts_->stores.check_room;
    return check ? check() : result<void>{};
}

engine::background_state engine::background() const {
    background_state out;
    auto const now = parts_->context.clock->now();
    auto const add = [&](std::string name, auto const& relay) {
        if (!relay) return;
        auto const since = relay->untold_since();
        out.subscribers.push_back({std::move(name), relay->waiting(), since ? now - *since : steady_time::duration{}});
    };
    add("notifications", parts_->order_events);
    add("products", parts_->stock_changes);
    add("stock_notifications", parts_->stock_events);
    if (parts_->orders) out.open_operations = parts_->orders->open_operations();
    out.disagreements = *parts_->disagreements;
    return out;
}

bool engine::is_settled() const {
    auto const idle = [](auto const& relay) { return !relay || relay->is_idle(); };
    return idle(parts_->order_events) && idle(parts_->stock_changes) && idle(parts_->stock_events) &&
           idle(parts_->own_notifications);
}

}  // namespace shop

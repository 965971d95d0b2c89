#include <shop/engine.hpp>

#include <future>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <shop/core/lease.hpp>
#include <shop/inventory/make_service.hpp>
#include <shop/notifications/make_service.hpp>
#include <shop/orders/make_service.hpp>
#include <shop/products/make_service.hpp>

#include "engine/subscriptions.hpp"

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
    std::shared_ptr<notifications::running_service> notifications;
    std::shared_ptr<store_lease<orders::store_schema, orders::event_record>> orders_turn;
    std::shared_ptr<store_lease<inventory::store_schema, inventory::movement_record>> inventory_turn;
    std::shared_ptr<store_lease<notifications::store_schema, notifications::delivery_record>> notifications_turn;
    std::shared_ptr<order_relay> order_events;
    std::shared_ptr<stock_relay> stock_events;
    bool closed = false;

    void wire(std::vector<std::shared_ptr<notifications::channel>> channels);
    void start();
    void stop();

private:
    /// Relay, recovery and retries of a store belong together: one lease for all of them.
    template <class Lease, class Store>
    void turn_at(std::shared_ptr<Lease>& turn, std::shared_ptr<Store> const& store) {
        turn = std::make_shared<Lease>(context, store, "background");
    }
};

void engine::parts::wire(std::vector<std::shared_ptr<notifications::channel>> channels) {
    if (channels.empty()) channels.push_back(notifications::log_channel(*context.log));
    turn_at(orders_turn, stores.orders);
    turn_at(inventory_turn, stores.inventory);
    turn_at(notifications_turn, stores.notifications);
    products = products::make_service(stores.products, context);
    notifications =
        notifications::make_service({stores.notifications, std::move(channels), context, notifications_turn});
    stock_events = tell_catalogue(context, stores.inventory, inventory_turn, products);
    order_events = tell_notifications(context, stores.orders, orders_turn, notifications);
    inventory = inventory::make_service(stores.inventory, context, [to = std::weak_ptr(stock_events)] {
        if (auto relay = to.lock()) relay->wake();
    });
    orders = orders::make_service({stores.orders, products, inventory, context, [to = std::weak_ptr(order_events)] {
                                       if (auto relay = to.lock()) relay->wake();
                                   }, orders_turn});
}

void engine::parts::start() {
    asio::post(context.executor,
               [orders = orders, notifications = notifications, order_events = order_events, stock_events = stock_events,
                orders_turn = orders_turn, inventory_turn = inventory_turn, notifications_turn = notifications_turn] {
                   orders_turn->start();
                   inventory_turn->start();
                   notifications_turn->start();
                   orders->start();
                   notifications->start();
                   order_events->start();
                   stock_events->start();
               });
}

void engine::parts::stop() {
    if (std::exchange(closed, true)) return;
    asio::post(context.executor,
               [orders = orders, notifications = notifications, order_events = order_events, stock_events = stock_events,
                orders_turn = orders_turn, inventory_turn = inventory_turn, notifications_turn = notifications_turn] {
                   orders->stop();
                   notifications->stop();
                   order_events->stop();
                   stock_events->stop();
                   orders_turn->stop();
                   inventory_turn->stop();
                   notifications_turn->stop();
               });
    own.reset();
}

result<engine> engine::open(engine_options options) {
    auto p = std::make_shared<parts>();
    auto stores = options.store(storage::context{*options.clock, *options.ids});
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
    p->wire(std::move(options.channels));
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
engine::~engine() { close(); }

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

blocking_shop engine::blocking(shop::call call) const { return make_face<blocking_mode>(*this, parts_->context, call); }
awaiting_shop engine::awaiting(shop::call call) const { return make_face<awaiting_mode>(*this, parts_->context, call); }

products::service& engine::products() const { return *parts_->products; }
inventory::service& engine::inventory() const { return *parts_->inventory; }
orders::service& engine::orders() const { return *parts_->orders; }
notifications::service& engine::notifications() const { return *parts_->notifications; }
stores const& engine::stores() const { return parts_->stores; }
asio::any_io_executor engine::executor() const { return parts_->context.executor; }

bool engine::is_settled() const { return parts_->order_events->is_idle() && parts_->stock_events->is_idle(); }

}  // namespace shop

#pragma once

#include <future>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <shop/async/operation.hpp>
#include <shop/async/scheduler.hpp>
#include <shop/inventory/service.hpp>
#include <shop/notifications/service.hpp>
#include <shop/orders/service.hpp>
#include <shop/products/service.hpp>

/// The services as an embedder calls them: one thing at a time, in plain words. The blocking and the `co_await` face
/// are the same code and have the same names.
namespace shop {

/// How the blocking face calls: it waits on the calling thread. Never to be used on the engine's own executor.
struct blocking_mode {
    asio::any_io_executor executor;  ///< of the engine

    /// Blocks until it is done; throws what it throws.
    template <class T>
    T run(asio::awaitable<T> work) const {
        return asio::co_spawn(executor, std::move(work), asio::use_future).get();
    }
};

/// How the `co_await` face calls: the work runs on the engine's executor, the caller resumes on its own.
struct awaiting_mode {
    asio::any_io_executor executor;  ///< of the engine

    /// Throws what it throws.
    template <class T>
    asio::awaitable<T> run(asio::awaitable<T> work) const {
        return asio::co_spawn(executor, std::move(work), asio::use_awaitable);
    }
};

namespace detail {

template <class Service, class Command, class Answer>
results<Answer> call_many(Service& service, port_function<Service, Command, Answer> function,
                          requests<Command> requests) {
    return (service.*function)(std::move(requests));
}

template <class Service, class Command, class Answer>
asio::awaitable<result<Answer>> call_one(Service& service, port_function<Service, Command, Answer> function,
                                         request<Command> one) {
    std::vector<request<Command>> batch;
    batch.push_back(std::move(one));
    auto answers = co_await (service.*function)(std::move(batch));
    co_return std::move(answers.front());
}

}  // namespace detail

/// What all faces share: a service, a way to call it, and the call that is made.
/// @par Thread safety
/// Shared objects: safe.
template <class Mode, class Service>
class face {
public:
    /// @param call made anew with each request, with a key of its own
    face(Mode mode, Service& service, id_source& ids, scheduler& clock, shop::call call)
        : mode_(std::move(mode)), service_(&service), ids_(&ids), clock_(&clock), call_(std::move(call)) {}

protected:
    /// @param key the idempotency key; empty: none
    template <class Command, class Answer>
    auto one(port_function<Service, Command, Answer> function, Command command, std::string key = {}) const {
        return mode_.run(
            detail::call_one(*service_, function, request<Command>(with(std::move(key)), std::move(command))));
    }
    /// One result per request, in their order.
    template <class Command, class Answer>
    auto many(port_function<Service, Command, Answer> function, requests<Command> requests) const {
        return mode_.run(detail::call_many(*service_, function, std::move(requests)));
    }
    /// The call of the face under this key.
    shop::call with(std::string key) const {
        auto call = call_;
        call.idempotency_key = std::move(key);
        return call;
    }
    /// The caller's key; or one of our own, then a repeat of the call is another request.
    std::string key_or_new(std::string key) const {
        return key.empty() ? to_string(ids_->next(clock_->stamp())) : std::move(key);
    }

private:
    Mode mode_;
    Service* service_;
    id_source* ids_;
    scheduler* clock_;
    shop::call call_;
};

/// See `products::service`.
template <class Mode>
class products_face : public face<Mode, products::service> {
    using service = products::service;

public:
    using face<Mode, service>::face;
    /// One request of `service::create`.
    auto create(products::product_draft draft) const {
        return this->one(&service::create, products::create_product(std::move(draft)));
    }
    auto get(sku which) const { return this->one(&service::get, products::get_product(std::move(which))); }
    auto list(products::list_products wanted = {}) const { return this->one(&service::list, std::move(wanted)); }
    /// @param version the one that was read; another one is `version_mismatch`
    auto replace(products::edited_product draft, std::uint64_t version) const {
        auto which = draft.sku;
        return this->one(&service::replace, products::replace_product(std::move(which), std::move(draft), version));
    }
    auto archive(sku which) const { return this->one(&service::archive, products::archive_product(std::move(which))); }
    /// Many at once, each its own result.
    auto import(std::vector<products::product_merge> merges) const {
        std::vector<request<products::import_product>> requests;
        requests.reserve(merges.size());
        for (auto& m : merges) requests.emplace_back(this->with({}), products::import_product(std::move(m)));
        return this->many(&service::import, std::move(requests));
    }
};

/// See `inventory::service`.
template <class Mode>
class inventory_face : public face<Mode, inventory::service> {
    using service = inventory::service;

public:
    using face<Mode, service>::face;
    auto get(sku which) const { return this->one(&service::get, inventory::get_stock(std::move(which))); }
    auto list(inventory::list_stock wanted = {}) const { return this->one(&service::list, std::move(wanted)); }
    /// One request of `service::configure`.
    auto configure(inventory::configure_stock settings) const {
        return this->one(&service::configure, std::move(settings));
    }
    /// One request of `service::record`, under a key that is drawn unless the movement has a `reference`.
    auto record(inventory::record_movement movement) const {
        auto key = movement.reference ? std::string() : this->key_or_new({});
        return this->one(&service::record, std::move(movement), std::move(key));
    }
    /// Stock has come in, at `main`.
    auto receive(sku which, std::int64_t pieces) const {
        return record(inventory::record_movement::receive(std::move(which), quantity(pieces)));
    }
    /// @throws std::invalid_argument outside the range of the types.
    auto receive(char const* which, std::int64_t pieces) const { return receive(sku(which), pieces); }
    auto movements(inventory::list_movements wanted) const { return this->one(&service::movements, std::move(wanted)); }
};

/// See `orders::service`.
template <class Mode>
class orders_face : public face<Mode, orders::service> {
    using service = orders::service;

public:
    using face<Mode, service>::face;
    /// One request of `service::place`, under the order's key or one that is drawn.
    auto place(orders::place_order order) const {
        auto key = this->key_or_new(std::move(order.idempotency_key));
        return this->one(&service::place, std::move(order), std::move(key));
    }
    /// Many at once, each its own result.
    auto place(std::vector<orders::place_order> orders) const {
        std::vector<request<orders::place_order>> requests;
        requests.reserve(orders.size());
        for (auto& o : orders) {
            auto key = this->key_or_new(std::move(o.idempotency_key));
            requests.emplace_back(this->with(std::move(key)), std::move(o));
        }
        return this->many(&service::place, std::move(requests));
    }
    auto get(order_id id) const { return this->one(&service::get, orders::get_order(id)); }
    auto list(orders::list_orders wanted = {}) const { return this->one(&service::list, std::move(wanted)); }
    auto history(order_id id) const { return this->one(&service::history, orders::get_history(id)); }
    /// One request of `service::transition`, under the step's key or one that is drawn.
    auto transition(orders::transition_order step) const {
        auto key = this->key_or_new(std::move(step.idempotency_key));
        return this->one(&service::transition, std::move(step), std::move(key));
    }
    /// @param tracking at most `limits::order_tracking_bytes_max` bytes; empty: none
    auto ship(order_id id, std::string tracking = {}) const {
        orders::transition_order step(id, orders::status::shipped);
        if (!tracking.empty()) step.tracking = std::move(tracking);
        return transition(std::move(step));
    }
    /// Says that all of it has arrived.
    auto deliver(order_id id) const { return transition(orders::transition_order(id, orders::status::delivered)); }
    /// One request of `service::cancel`, under the step's key or one that is drawn.
    auto cancel(orders::cancel_order step) const {
        auto key = this->key_or_new(std::move(step.idempotency_key));
        return this->one(&service::cancel, std::move(step), std::move(key));
    }
    /// Without a reason, under a key that is drawn.
    auto cancel(order_id id) const { return cancel(orders::cancel_order(id)); }
};

/// See `notifications::service`.
template <class Mode>
class notifications_face : public face<Mode, notifications::service> {
    using service = notifications::service;

public:
    using face<Mode, service>::face;
    /// One request of `service::list`.
    auto list(notifications::list_notifications wanted = {}) const {
        return this->one(&service::list, std::move(wanted));
    }
    auto redeliver(delivery_id id) const {
        return this->one(&service::redeliver, notifications::redeliver_notification(id));
    }  ///< One request of `service::redeliver`.
    /// One request of `service::redeliver_all`.
    auto redeliver_all(notifications::redeliver_notifications wanted) const {
        return this->one(&service::redeliver_all, std::move(wanted));
    }
    auto preferences(std::string customer) const {
        return this->one(&service::get_preferences, notifications::get_preferences(std::move(customer)));
    }  ///< One request of `service::get_preferences`.
    /// @param version the one that was read; another one is `version_mismatch`
    auto set_preferences(std::string customer, notifications::choices chosen, std::uint64_t version) const {
        return this->one(&service::set_preferences,
                         notifications::set_preferences(std::move(customer), std::move(chosen), version));
    }
    auto suppressions(notifications::list_suppressions wanted = {}) const {
        return this->one(&service::suppressions, std::move(wanted));
    }  ///< One request of `service::suppressions`.
    auto suppress(notifications::suppress_address whom) const { return this->one(&service::suppress, std::move(whom)); }
    auto unsuppress(std::string address) const {
        return this->one(&service::unsuppress, notifications::unsuppress_address(std::move(address)));
    }  ///< One request of `service::unsuppress`.
};

/// The four services under one hand.
template <class Mode>
struct shop_face {
    products_face<Mode> products;            ///< see `products::service`
    inventory_face<Mode> inventory;          ///< see `inventory::service`
    orders_face<Mode> orders;                ///< see `orders::service`
    notifications_face<Mode> notifications;  ///< see `notifications::service`
};

/// The face that waits on the calling thread.
using blocking_shop = shop_face<blocking_mode>;
/// The face for `co_await`.
using awaiting_shop = shop_face<awaiting_mode>;

}  // namespace shop

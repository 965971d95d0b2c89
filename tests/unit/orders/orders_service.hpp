#pragma once

#include "unit/service_fixture.hpp"

#include <shop/inventory/make_service.hpp>
#include <shop/orders/make_service.hpp>
#include <shop/products/make_service.hpp>
#include <shop/testing/detail/forwarding_store.hpp>

namespace shop::orders::tests {

using namespace std::chrono_literals;
using shop::testing::fault;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// What a store does for its readers: nothing, at times.
struct readable_sometimes : shop::testing::detail::passing_on {
    template <class Port, class Call>
    auto read(std::shared_ptr<Port> inner, Call call) -> decltype(call(*inner)) {
        if (!answers) co_return error(error_code::store_unavailable);
        co_return co_await call(*inner);
    }
    bool answers = true;
};

/// Orders with a catalogue and an inventory, which is reached over a network that can be cut.
class orders_service : public shop::tests::service_suite<service> {
protected:
    orders_service() {
        auto const endpoint = std::make_shared<transport::endpoint>(clock);
        endpoint->offer(inventory);
        to_inventory = std::make_shared<inproc::simulated_channel>(context(), endpoint);
        service_parts parts;
        parts.store = stores.orders;
        parts.products = reached(products, &transport::remote_products);
        parts.inventory = transport::remote_inventory(context(), to_inventory, {});
        parts.context = context();
        parts.on_outbox_append = [this] { ++appends; };
        taking = make_service(std::move(parts));
        tested = reached(std::shared_ptr<service>(taking), &transport::remote_orders);
    }
    void SetUp() override {
        offer("MUG", 100);
        offer("CUP", 100);
    }
    ~orders_service() override {
        taking->stop();
        if (another) another->stop();
        io.poll();
    }

    void offer(char const* which, std::int64_t pieces) {
        std::vector<request<products::create_product>> created;
        created.emplace_back(
            products::create_product(products::product_draft(which, "The " + std::string(which), eur(500)).active()));
        ASSERT_TRUE(run(products->create(std::move(created))).front());
        std::vector<request<inventory::record_movement>> received;
        received.emplace_back(with_key(std::string("first ") + which),
                              inventory::record_movement::receive(sku(which), quantity(pieces)));
        ASSERT_TRUE(run(inventory->record(std::move(received))).front());
    }
    std::int64_t available(char const* which) {
        std::vector<request<inventory::get_stock>> one;
        one.emplace_back(inventory::get_stock(sku(which)));
        return run(inventory->get(std::move(one))).front()->available;
    }
    /// On the same store, with a way of its own to the inventory.
    service_parts parts_of_another() {
        service_parts parts;
        parts.store = stores.orders;
        parts.products = products;
        parts.inventory = inventory;
        parts.context = context();
        return parts;
    }
    std::shared_ptr<service> another_process(std::function<bool()> inventory_available = {}) {
        auto parts = parts_of_another();
        parts.inventory_available = std::move(inventory_available);
        another = make_service(std::move(parts));
        return another;
    }
    /// Two mugs under the key `cart`, for which the inventory cannot be reached.
    result<acknowledgement> leave_one_open() {
        to_inventory->cut();
        auto with = with_key("cart");
        with.deadline = clock.now() + 5s;
        return place(mugs(2), with);
    }
    /// @pre another process has started, and what it needs is away
    void expect_concluded_at_once(std::function<void()> const& come_back) {
        clock.run_for(io, 30s);
        EXPECT_THAT(open_orders(), SizeIs(1));
        come_back();
        auto const back = clock.now();
        ASSERT_TRUE(run_until([&] { return open_orders().empty(); }));
        EXPECT_LE(clock.now() - back, 2 * limits::away_pace);
    }
    static asio::awaitable<void> forget(std::shared_ptr<service> by, requests<place_order> orders) {
        co_await by->place(std::move(orders));
    }
    static asio::awaitable<void> forget_moving(std::shared_ptr<service> by, requests<transition_order> moves) {
        co_await by->transition(std::move(moves));
    }
    std::vector<order_record> open_orders() { return run(memory.orders->open({}, 10)).value(); }
    static place_order mugs(std::int64_t pieces, std::string customer = "ann") {
        return place_order(std::move(customer)).line("MUG", pieces);
    }
    result<acknowledgement> place(place_order order, call with) {
        return ask(&service::place, std::move(order), std::move(with));
    }
    result<acknowledgement> place(place_order order) {
        return place(std::move(order), with_key("cart-" + std::to_string(++carts)));
    }
    /// A customer, who has all scopes but sees only their own.
    static call as(std::string customer, std::string key = {}) {
        auto who = std::make_shared<principal>();
        who->account = who->customer_id = std::move(customer);
        who->scopes = {"orders:read", "orders:write", "orders:fulfil"};
        auto with = call(std::move(who));
        with.idempotency_key = std::move(key);
        return with;
    }
    std::vector<std::string> customers_of(list_orders what, call with = {}) {
        std::vector<std::string> out;
        auto const page = ask(&service::list, std::move(what), std::move(with));
        if (!page) return {std::string(page.error().word())};
        for (auto const& o : page->items) out.push_back(o.customer.id);
        return out;
    }

    int carts = 0;
    int appends = 0;
    std::shared_ptr<running_service> another;
    std::shared_ptr<products::service> products = products::make_service({memory.products, context()});
    std::shared_ptr<inventory::service> inventory = inventory::make_service({memory.inventory, context()});
    std::shared_ptr<inproc::simulated_channel> to_inventory;
    std::shared_ptr<running_service> taking;
};

}  // namespace shop::orders::tests

#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include <shop/inventory/store.hpp>
#include <shop/notifications/store.hpp>
#include <shop/orders/store.hpp>
#include <shop/products/store.hpp>
#include <shop/storage/detail/scans.hpp>
#include <shop/storage/storage.hpp>

/// Storage ports that pass every call on through a policy, which may change what goes in and what comes out.
namespace shop::testing::detail {

/// What a policy offers; this one changes nothing. The stores are given by shared pointer so that a coroutine may keep
/// them.
struct passing_on {
    template <class Schema>
    asio::awaitable<result<void>> transact(std::shared_ptr<record_store<Schema>> inner,
                                           std::shared_ptr<decision_batch<Schema>> batch) {
        return inner->transact(std::move(batch));
    }
    /// @param call calls one of the reading functions of the store it is given.
    template <class Port, class Call>
    auto read(std::shared_ptr<Port> inner, Call call) {
        return call(*inner);
    }
    template <class Port>
    store_epoch epoch(Port const& inner) const {
        return inner.epoch();
    }
};

template <class Port, class Schema, class Policy>
class forwarding : public storage::detail::scans<forwarding<Port, Schema, Policy>, Port, Schema> {
    using rows = std::shared_ptr<loaded_rows<Schema> const>;

public:
    forwarding(std::shared_ptr<Port> inner, std::shared_ptr<Policy> policy)
        : inner_(std::move(inner)), policy_(std::move(policy)) {}

    asio::awaitable<result<void>> transact(std::shared_ptr<decision_batch<Schema>> batch) override {
        return policy_->template transact<Schema>(inner_, std::move(batch));
    }
    asio::awaitable<result<rows>> load(std::shared_ptr<key_set<Schema> const> keys) override {
        return pass([keys = std::move(keys)](Port& to) { return to.load(keys); });
    }
    template <class Record>
    asio::awaitable<result<std::vector<Record>>> scan_table(std::optional<key_of<Record>> after, std::size_t limit) {
        return pass([after = std::move(after), limit](Port& to) { return to.template scan<Record>(after, limit); });
    }
    store_epoch epoch() const override { return policy_->epoch(*inner_); }
    bool exclusive() const override { return inner_->exclusive(); }

protected:
    template <class Call>
    auto pass(Call call) {
        return policy_->read(inner_, std::move(call));
    }

private:
    std::shared_ptr<Port> inner_;
    std::shared_ptr<Policy> policy_;
};

template <class Policy>
class forwarding_products final : public forwarding<products::store, products::store_schema, Policy> {
public:
    using forwarding<products::store, products::store_schema, Policy>::forwarding;
    asio::awaitable<result<products::found_products>> list(products::product_query query) override {
        return this->pass([query = std::move(query)](products::store& to) { return to.list(query); });
    }
};

template <class Policy>
class forwarding_inventory final : public forwarding<inventory::store, inventory::store_schema, Policy> {
public:
    using forwarding<inventory::store, inventory::store_schema, Policy>::forwarding;
    asio::awaitable<result<std::vector<inventory::stock_record>>> list(inventory::stock_query query) override {
        return this->pass([query = std::move(query)](inventory::store& to) { return to.list(query); });
    }
    asio::awaitable<result<std::vector<inventory::movement_record>>> movements(
        inventory::movement_query query) override {
        return this->pass([query = std::move(query)](inventory::store& to) { return to.movements(query); });
    }
};

template <class Policy>
class forwarding_orders final : public forwarding<orders::store, orders::store_schema, Policy> {
public:
    using forwarding<orders::store, orders::store_schema, Policy>::forwarding;
    asio::awaitable<result<std::vector<orders::order_record>>> list(orders::order_query query) override {
        return this->pass([query = std::move(query)](orders::store& to) { return to.list(query); });
    }
    asio::awaitable<result<std::vector<orders::order_record>>> open(std::optional<order_id> after,
                                                                    std::size_t limit) override {
        return this->pass([after, limit](orders::store& to) { return to.open(after, limit); });
    }
    asio::awaitable<result<std::size_t>> count_open(std::size_t limit) override {
        return this->pass([limit](orders::store& to) { return to.count_open(limit); });
    }
    asio::awaitable<result<std::vector<orders::event_record>>> history(order_id id) override {
        return this->pass([id](orders::store& to) { return to.history(id); });
    }
};

template <class Policy>
class forwarding_notifications final : public forwarding<notifications::store, notifications::store_schema, Policy> {
public:
    using forwarding<notifications::store, notifications::store_schema, Policy>::forwarding;
    asio::awaitable<result<std::vector<notifications::delivery_record>>> list(
        notifications::delivery_query query) override {
        return this->pass([query = std::move(query)](notifications::store& to) { return to.list(query); });
    }
    asio::awaitable<result<std::vector<notifications::lane>>> due_lanes(timestamp now,
                                                                        std::optional<notifications::lane> after,
                                                                        std::size_t limit) override {
        return this->pass([now, after = std::move(after), limit](notifications::store& to) {
            return to.due_lanes(now, after, limit);
        });
    }
    asio::awaitable<result<std::vector<notifications::delivery_record>>> due(std::vector<notifications::lane> lanes,
                                                                             timestamp now,
                                                                             std::size_t limit_each) override {
        return this->pass([lanes = std::move(lanes), now, limit_each](notifications::store& to) {
            return to.due(lanes, now, limit_each);
        });
    }
    asio::awaitable<result<std::optional<notifications::delivery_record>>> find(delivery_id id) override {
        return this->pass([id](notifications::store& to) { return to.find(id); });
    }
};

/// All four stores behind one policy.
template <class Policy>
stores forward(stores inner, std::shared_ptr<Policy> policy) {
    return {std::make_shared<forwarding_products<Policy>>(std::move(inner.products), policy),
            std::make_shared<forwarding_inventory<Policy>>(std::move(inner.inventory), policy),
            std::make_shared<forwarding_orders<Policy>>(std::move(inner.orders), policy),
            std::make_shared<forwarding_notifications<Policy>>(std::move(inner.notifications), policy)};
}

/// A batch that passes on another one; a policy derives from it to change what the store sees.
template <class Schema>
class forwarding_batch : public decision_batch<Schema> {
public:
    using decided = boost::system::result<changes<Schema>, key_set<Schema>>;

    explicit forwarding_batch(std::shared_ptr<decision_batch<Schema>> inner) : inner_(std::move(inner)) {}
    key_set<Schema> wanted() const override { return inner_->wanted(); }
    expected_rows<Schema> expected() const override { return inner_->expected(); }
    decided decide(loaded_rows<Schema> const& rows, attempt const& now) override { return inner_->decide(rows, now); }

private:
    std::shared_ptr<decision_batch<Schema>> inner_;
};

}  // namespace shop::testing::detail

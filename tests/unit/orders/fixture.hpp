#pragma once

#include <gmock/gmock.h>

#include <map>

#include "orders/batch.hpp"
#include "unit/held_rows.hpp"
#include "unit/refusals.hpp"

namespace shop::orders::tests {

using shop::tests::code_of;
using shop::tests::pointers_of;

/// A catalogue of offers, as pricing asks it.
class catalogue {
public:
    void offer(char const* which, std::int64_t cents, char const* currency = "EUR",
               products::status status = products::status::active) {
        products::offer made;
        made.sku = sku(which);
        made.name = std::string("The ") + which;
        made.price = money(cents, *shop::currency::parse(currency));
        made.status = status;
        offers_[made.sku] = made;
    }
    result<order_content> price(place_order const& command) const {
        return rules::price(command, [&](sku const& which) -> products::offer const* {
            auto const found = offers_.find(which);
            return found == offers_.end() ? nullptr : &found->second;
        });
    }

private:
    std::map<sku, products::offer> offers_;
};

/// Orders in maps. After each test every order's history must lead, step by legal step, to where it stands.
class order_rules : public ::testing::Test {
protected:
    order_rules() { shelf.offer("MUG", 500); }

    std::vector<result<rules::outcome>> run_all(std::vector<command> commands) {
        batch b(std::move(commands));
        written = rows.run(b, {now});
        return b.take_answers();
    }
    result<rules::outcome> run(command c) { return run_all({std::move(c)}).front(); }

    order_id draw() {
        order_id id;
        id.value = uuid::first_of(now);
        id.value.bytes[15] = ++drawn;
        return id;
    }
    rules::begin_placing placing(std::string key, std::int64_t pieces = 2) {
        rules::begin_placing c;
        c.key = {"local", std::move(key), fingerprint_of("orders.place", std::to_string(pieces))};
        c.id = draw();
        c.operation = operation_id{c.id.value};
        c.content = document<order_content>(shelf.price(place_order("ann").line("MUG", pieces)).value());
        return c;
    }
    rules::begin_transition moving(order_id id, status to, std::string key) {
        rules::begin_transition c;
        c.key = {"local", std::move(key), fingerprint_of("orders.transition", to_word(to))};
        c.id = id;
        c.operation = operation_id{draw().value};
        c.to = to;
        c.by = local_principal();
        return c;
    }
    /// The conclusion of what is open; without a reason its effect took place.
    rules::conclude concluding(order_id id, std::optional<error> refused = {}) {
        return {stored(id), std::move(refused)};
    }

    order_id have_pending(std::string key = "placed") { return run(placing(std::move(key))).value().order.id; }
    order_id have_confirmed(std::string key = "placed") {
        auto const id = have_pending(std::move(key));
        EXPECT_TRUE(run(concluding(id)));
        return id;
    }
    order_id have_shipped(std::string key = "placed") {
        auto const id = have_confirmed(key);
        EXPECT_TRUE(run(moving(id, status::shipped, key + "-shipped")));
        EXPECT_TRUE(run(concluding(id)));
        return id;
    }

    order_record stored(order_id id) {
        auto const* found = rows.find<order_record>({id});
        EXPECT_TRUE(found) << "no such order";
        return found ? *found : order_record{};
    }
    key_record key(std::string const& name) {
        auto const* found = rows.find<key_record>({"local", name});
        EXPECT_TRUE(found) << "no such key";
        return found ? *found : key_record{};
    }
    std::vector<event_record> history(order_id id) {
        auto all = rows.all<event_record>();
        std::erase_if(all, [&](event_record const& e) { return e.order_id != id; });
        return all;
    }

    void TearDown() override {
        for (auto const& order : rows.all<order_record>()) {
            auto const steps = history(order.id);
            ASSERT_EQ(steps.size(), order.version);
            EXPECT_EQ(steps.front().status, status::pending);
            EXPECT_EQ(steps.back().status, order.status);
            EXPECT_EQ(steps.back().at, order.updated_at);
            for (std::size_t i = 0; i < steps.size(); ++i) {
                EXPECT_EQ(steps[i].version, i + 1);
                EXPECT_EQ(steps[i].customer_id, order.customer_id);
                if (i == 0) continue;
                EXPECT_TRUE(find_step(steps[i - 1].status, steps[i].status));
                EXPECT_GE(steps[i].at, steps[i - 1].at);
            }
        }
    }

    catalogue shelf;
    shop::tests::held_rows<store_schema> rows;
    changes<store_schema> written;
    timestamp now{std::chrono::milliseconds(1'700'000'000'000)};
    std::uint8_t drawn = 0;
};

inline error out_of_stock() {
    error_details details;
    details.shortages = {{sku("MUG"), 2, 1}};
    return {error_code::out_of_stock, details};
}

}  // namespace shop::orders::tests

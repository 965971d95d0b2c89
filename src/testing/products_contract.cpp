#include <shop/testing/store_contracts.hpp>

#include "record_contract.hpp"

namespace shop::testing {

namespace {

using products::product_query;
using products::product_record;

product_record product(int n, std::string name, products::status status, std::vector<std::string> tags) {
    auto r = sample<product_record>::make(n);
    r.name = std::move(name);
    r.status = status;
    products::product_content content;
    content.tags = std::move(tags);
    r.content = document(std::move(content));
    return r;
}

/// The numbers of the products listed, as `nth_sku` counts them.
std::vector<std::string> listed(products::store& store, product_query query) {
    if (query.limit == 0) query.limit = 100;
    std::vector<std::string> out;
    for (auto const& r : run(store.list(std::move(query))).value().products) out.emplace_back(r.sku.text());
    return out;
}
std::vector<std::string> skus(std::initializer_list<int> which) {
    std::vector<std::string> out;
    for (int n : which) out.emplace_back(nth_sku(n).text());
    return out;
}
product_query by_text(std::string text) {
    product_query q;
    q.text = std::move(text);
    return q;
}
product_query by_tag(std::string tag) {
    product_query q;
    q.tag = std::move(tag);
    return q;
}

void register_list_tests(contract_suite<products_room>& suite) {
    using world = opened<products_room>;
    using products::status;

    suite.test("lists_products_by_sku_page_by_page", [](world& w) {
        for (int n : {5, 3, 9, 1, 7, 2, 8, 4, 6}) ASSERT_TRUE(put(w.store(), sample<product_record>::make(n)));
        EXPECT_EQ(listed(w.store(), {}), skus({1, 2, 3, 4, 5, 6, 7, 8, 9}));
        product_query page;
        page.limit = 4;
        EXPECT_EQ(listed(w.store(), page), skus({1, 2, 3, 4}));
        page.after = nth_sku(4);
        EXPECT_EQ(listed(w.store(), page), skus({5, 6, 7, 8}));
        page.after = nth_sku(8);
        EXPECT_EQ(listed(w.store(), page), skus({9}));
        page.after = nth_sku(9);
        EXPECT_EQ(listed(w.store(), page), skus({}));
    });

    suite.test("lists_skus_in_the_order_of_their_bytes", [](world& w) {
        for (auto text : {"b", "B", "a", "A-1", "A", "0", "a.b", "a_b", "a-b"}) {
            auto r = sample<product_record>::make(1);
            r.sku = sku(text);
            ASSERT_TRUE(put(w.store(), r));
        }
        EXPECT_EQ(listed(w.store(), {}),
                  (std::vector<std::string>{"0", "A", "A-1", "B", "a", "a-b", "a.b", "a_b", "b"}));
    });

    suite.test("finds_part_of_a_sku_or_name_and_ignores_the_case_of_ascii_letters", [](world& w) {
        ASSERT_TRUE(
            put(w.store(),
                std::vector{product(1, "Blue Mug", status::active, {}), product(2, "Bowl", status::active, {}),
                            product(3, "MUGGLE cup", status::draft, {}), product(4, "Äpfel", status::active, {})}));
        EXPECT_EQ(listed(w.store(), by_text("mug")), skus({1, 3}));
        EXPECT_EQ(listed(w.store(), by_text("E MU")), skus({1}));
        EXPECT_EQ(listed(w.store(), by_text("sku-0002")), skus({2}));
        EXPECT_EQ(listed(w.store(), by_text("Äpf")), skus({4}));
        EXPECT_EQ(listed(w.store(), by_text("kettle")), skus({}));
    });

    suite.test("takes_wildcards_and_quotes_in_a_search_for_what_they_are", [](world& w) {
        ASSERT_TRUE(
            put(w.store(),
                std::vector{product(1, "100% wool", status::active, {}), product(2, "100 grams", status::active, {}),
                            product(3, "a_b", status::active, {}), product(4, "axb", status::active, {}),
                            product(5, "it's [new] \\ *", status::active, {})}));
        EXPECT_EQ(listed(w.store(), by_text("0%")), skus({1}));
        EXPECT_EQ(listed(w.store(), by_text("a_b")), skus({3}));
        EXPECT_EQ(listed(w.store(), by_text("'s [n")), skus({5}));
        EXPECT_EQ(listed(w.store(), by_text("\\")), skus({5}));
        EXPECT_EQ(listed(w.store(), by_text("*")), skus({5}));
        EXPECT_EQ(listed(w.store(), by_text("' OR '1'='1")), skus({}));
    });

    suite.test("filters_products_by_whole_tags", [](world& w) {
        ASSERT_TRUE(put(
            w.store(),
            std::vector{product(1, "a", status::active, {"red", "new"}), product(2, "b", status::active, {"reddish"}),
                        product(3, "c", status::active, {"say \"red\"", "Red"}), product(4, "d", status::active, {})}));
        EXPECT_EQ(listed(w.store(), by_tag("red")), skus({1}));
        EXPECT_EQ(listed(w.store(), by_tag("say \"red\"")), skus({3}));
        EXPECT_EQ(listed(w.store(), by_tag("%")), skus({}));
        EXPECT_EQ(listed(w.store(), by_tag("")), skus({}));
    });

    suite.test("filters_products_by_status_and_all_filters_together", [](world& w) {
        ASSERT_TRUE(
            put(w.store(),
                std::vector{product(1, "Mug", status::active, {"red"}), product(2, "Mug", status::draft, {"red"}),
                            product(3, "Mug", status::archived, {"red"}), product(4, "Mug", status::active, {"blue"}),
                            product(5, "Bowl", status::active, {"red"}), product(6, "Mug", status::active, {"red"})}));
        product_query q;
        q.status = status::draft;
        EXPECT_EQ(listed(w.store(), q), skus({2}));
        q.status = status::archived;
        EXPECT_EQ(listed(w.store(), q), skus({3}));
        q.status = status::active;
        q.text = "mug";
        q.tag = "red";
        EXPECT_EQ(listed(w.store(), q), skus({1, 6}));
        q.limit = 1;
        EXPECT_EQ(listed(w.store(), q), skus({1}));
        q.after = nth_sku(1);
        EXPECT_EQ(listed(w.store(), q), skus({6}));
    });

    suite.test("looks_at_no_more_products_than_it_may_and_says_where_it_ended", [](world& w) {
        std::vector<product_record> all;
        for (int n = 1; n <= 9; ++n) all.push_back(product(n, n % 2 == 1 ? "Mug" : "Bowl", status::active, {}));
        ASSERT_TRUE(put(w.store(), all));
        auto mugs = by_text("mug");
        mugs.limit = 100;
        mugs.looked_at_max = 4;
        auto const look = [&] { return run(w.store().list(mugs)).value(); };
        auto const found = [&] {
            std::vector<std::string> out;
            for (auto const& r : look().products) out.emplace_back(r.sku.text());
            return out;
        };
        EXPECT_EQ(found(), skus({1, 3}));
        EXPECT_EQ(look().looked_up_to, nth_sku(4));
        mugs.after = nth_sku(4);
        EXPECT_EQ(found(), skus({5, 7}));
        EXPECT_EQ(look().looked_up_to, nth_sku(8));
        mugs.after = nth_sku(8);
        EXPECT_EQ(found(), skus({9}));
        EXPECT_EQ(look().looked_up_to, std::nullopt) << "there is nothing behind it";
        mugs.after.reset();
        mugs.limit = 2;
        EXPECT_EQ(found(), skus({1, 3}));
        EXPECT_EQ(look().looked_up_to, std::nullopt) << "the limit ended it";
        mugs.limit = 100;
        mugs.looked_at_max = 0;
        EXPECT_EQ(found(), skus({1, 3, 5, 7, 9}));
        EXPECT_EQ(look().looked_up_to, std::nullopt);
    });

    suite.test("lists_products_as_they_are_now", [](world& w) {
        ASSERT_TRUE(put(w.store(), product(1, "Mug", status::active, {"red"})));
        auto changed = load_one<product_record>(w.store(), nth_sku(1)).value();
        products::product_content content;
        content.tags = {"blue"};
        changed.content = document(std::move(content));
        changed.name = "Cup";
        changed.status = status::archived;
        ASSERT_TRUE(put(w.store(), changed));
        EXPECT_EQ(listed(w.store(), by_text("mug")), skus({}));
        EXPECT_EQ(listed(w.store(), by_tag("red")), skus({}));
        EXPECT_EQ(listed(w.store(), by_tag("blue")), skus({1}));
        product_query q;
        q.status = status::active;
        EXPECT_EQ(listed(w.store(), q), skus({}));
    });
}

}  // namespace

void register_products_store_contract(std::string const& name, store_subject const& subject) {
    contract_suite<products_room> suite(name + "_products_store", subject);
    register_record_contract(suite);
    register_list_tests(suite);
}

void register_store_contracts(std::string const& name, store_subject const& subject) {
    register_products_store_contract(name, subject);
    register_inventory_store_contract(name, subject);
    register_orders_store_contract(name, subject);
    register_notifications_store_contract(name, subject);
}

}  // namespace shop::testing

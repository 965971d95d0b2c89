#include "unit/service_fixture.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

#include <shop/core/limits.hpp>
#include <shop/products/make_service.hpp>
#include <shop/testing/detail/forwarding_store.hpp>

namespace shop::products::tests {

using shop::testing::fault;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class products_service : public shop::tests::service_suite<service> {
protected:
    products_service() { tested = reached(make_service({stores.products, context()}), &transport::remote_products); }
    static product_draft draft(char const* which, std::string name = "Thing") {
        return product_draft(which, std::move(name), eur(100)).active();
    }
    result<product> create(product_draft d) { return ask(&service::create, create_product(std::move(d))); }
    void say_available(char const* which, std::int64_t pieces) {
        products::note_availability said;
        said.sku = sku(which);
        said.sequence = ++said_so_far;
        said.available = pieces;
        said.as_of = clock.stamp();
        ASSERT_TRUE(ask(&service::note_availability, said));
    }
    std::vector<std::string> listed(list_products const& what) {
        std::vector<std::string> out;
        auto const page = ask(&service::list, what);
        if (!page) return {std::string(page.error().word())};
        for (auto const& item : page->items) out.emplace_back(item.sku.text());
        return out;
    }

    std::uint64_t said_so_far = 0;
};

TEST_F(products_service, creates_replaces_and_archives) {
    ASSERT_TRUE(create(draft("MUG")));
    auto const replaced = ask(&service::replace, replace_product(sku("MUG"), draft("MUG", "Mug"), 1));
    ASSERT_TRUE(replaced);
    EXPECT_EQ(replaced->version, 2u);
    auto const archived = ask(&service::archive, archive_product(sku("MUG")));
    ASSERT_TRUE(archived);
    auto const read = ask(&service::get, get_product(sku("MUG")));
    EXPECT_EQ(*read, *archived);
    EXPECT_EQ(read->status, status::archived);
}

TEST_F(products_service, takes_back_what_it_answered) {
    ASSERT_TRUE(create(draft("MUG")));
    say_available("MUG", 3);
    auto const read = ask(&service::get, get_product(sku("MUG")));
    auto sent = edited_product(*read);
    sent.name = "Mug";
    sent.availability->available = 4;
    auto const refused = ask(&service::replace, replace_product(sku("MUG"), sent, 1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), error_code::invalid_value);
    EXPECT_EQ(refused.error().details().errors.at(0).pointer, "/availability");
    sent.availability = read->availability;
    auto const replaced = ask(&service::replace, replace_product(sku("MUG"), sent, 1));
    ASSERT_TRUE(replaced) << replaced.error().message();
    EXPECT_EQ(replaced->name, "Mug");
    EXPECT_EQ(replaced->version, 2u);
}

TEST_F(products_service, tells_those_who_may_write_who_changed_a_product) {
    call ann, bob;
    ann.by = std::make_shared<principal const>(principal{"ann", {"products:read", "products:write"}, {}});
    bob.by = std::make_shared<principal const>(principal{"bob", {"products:read"}, {}});
    ASSERT_TRUE(ask(&service::create, create_product(draft("MUG")), ann));
    EXPECT_EQ(ask(&service::get, get_product(sku("MUG")), ann)->changed_by, "ann");
    EXPECT_EQ(ask(&service::get, get_product(sku("MUG")), bob)->changed_by, "");
    EXPECT_EQ(ask(&service::list, list_products(), ann)->items.at(0).changed_by, "ann");
    EXPECT_EQ(ask(&service::list, list_products(), bob)->items.at(0).changed_by, "");
}

TEST_F(products_service, imports_many_at_once) {
    std::vector<request<import_product>> rows;
    for (int i = 0; i < 300; ++i) rows.emplace_back(import_product(draft(("SKU-" + std::to_string(i)).c_str())));
    auto const answers = run(tested->import(std::move(rows)));
    ASSERT_EQ(answers.size(), 300u);
    EXPECT_EQ(answers[299]->sku, sku("SKU-299"));
    EXPECT_EQ(answers[299]->outcome, import_outcome::created);
    EXPECT_EQ(plan->commits(), 1u);
}

TEST_F(products_service, shows_availability_with_a_product_but_not_with_an_offer) {
    ASSERT_TRUE(create(draft("MUG", "Mug")));
    auto const said_at = clock.stamp();
    say_available("MUG", 3);
    auto const read = ask(&service::get, get_product(sku("MUG")));
    EXPECT_EQ(read->availability.available, 3);
    EXPECT_EQ(read->availability.as_of, said_at);
    EXPECT_EQ(read->availability_sequence, 1u);
    EXPECT_EQ(read->version, 1u);
    auto const known = ask(&service::offers, get_offer(sku("MUG")));
    EXPECT_EQ(*known, (offer{sku("MUG"), "Mug", eur(100), status::active}));
}

TEST_F(products_service, does_not_know_what_was_never_created) {
    say_available("MUG", 3);
    EXPECT_EQ(ask(&service::get, get_product(sku("MUG"))).error().code(), error_code::not_found);
    EXPECT_EQ(ask(&service::offers, get_offer(sku("MUG"))).error().code(), error_code::not_found);
}

TEST_F(products_service, lists_by_sku_page_by_page_with_availability) {
    for (auto const* which : {"C", "A", "B"}) ASSERT_TRUE(create(draft(which)));
    say_available("B", 7);
    list_products next;
    next.limit = 2;
    auto const first = ask(&service::list, next);
    ASSERT_THAT(first->items, SizeIs(2));
    EXPECT_EQ(first->items[1].sku, sku("B"));
    EXPECT_EQ(first->items[1].availability.available, 7);
    ASSERT_TRUE(first->next_cursor);
    next.cursor = first->next_cursor;
    auto const second = ask(&service::list, next);
    ASSERT_THAT(second->items, SizeIs(1));
    EXPECT_EQ(second->items[0].sku, sku("C"));
    EXPECT_FALSE(second->next_cursor);
}

TEST_F(products_service, lists_what_matches) {
    ASSERT_TRUE(create(draft("CUP-1", "Tea cup").tag("kitchen")));
    ASSERT_TRUE(create(draft("MUG-1", "Coffee mug").tag("kitchen")));
    ASSERT_TRUE(create(product_draft("PEN-1", "Pen", eur(1)).tag("office")));
    list_products query;
    EXPECT_THAT(listed(query), ElementsAre("CUP-1", "MUG-1", "PEN-1"));
    query.q = "MUG";
    EXPECT_THAT(listed(query), ElementsAre("MUG-1"));
    query.q = "";
    query.tag = "kitchen";
    EXPECT_THAT(listed(query), ElementsAre("CUP-1", "MUG-1"));
    query.tag.reset();
    query.status = status::draft;
    EXPECT_THAT(listed(query), ElementsAre("PEN-1"));
}

TEST_F(products_service, lists_just_the_skus_asked_for_that_match) {
    ASSERT_TRUE(create(draft("A").tag("blue")));
    ASSERT_TRUE(create(draft("B")));
    ASSERT_TRUE(create(draft("C").tag("blue")));
    list_products query;
    query.sku = {sku("C"), sku("NONE"), sku("B"), sku("A")};
    EXPECT_THAT(listed(query), ElementsAre("A", "B", "C"));
    query.tag = "blue";
    EXPECT_THAT(listed(query), ElementsAre("A", "C"));
    query.limit = 1;
    auto const first = ask(&service::list, query);
    query.cursor = first->next_cursor;
    EXPECT_THAT(listed(query), ElementsAre("C"));
}

/// A store in which looking takes its time, and which counts who looks at once.
class slow_store final : public testing::detail::forwarding<store, store_schema, testing::detail::passing_on> {
public:
    slow_store(std::shared_ptr<store> inner, testing::manual_scheduler& clock, asio::any_io_executor executor)
        : forwarding(std::move(inner), std::make_shared<testing::detail::passing_on>()),
          clock_(clock),
          executor_(std::move(executor)) {}

    asio::awaitable<result<found_products>> list(product_query query) override {
        looked_at_most = std::max(looked_at_most, query.looked_at_max);
        at_once_most = std::max(at_once_most, ++at_once);
        co_await asio::post(executor_, asio::use_awaitable);
        --at_once;
        ++looks;
        clock_.advance(per_look);
        co_return co_await this->pass([&query](store& to) { return to.list(query); });
    }

    std::chrono::milliseconds per_look{0};
    std::size_t looked_at_most = 0;
    int at_once = 0, at_once_most = 0, looks = 0;

private:
    testing::manual_scheduler& clock_;
    asio::any_io_executor executor_;
};

class products_search : public products_service {
protected:
    using answers = std::vector<result<page<product>>>;

    products_search() {
        std::vector<request<import_product>> rows;
        for (int i = 0; i < 5'000; ++i) {
            rows.emplace_back(import_product(draft(("SKU-" + std::to_string(10'000 + i)).c_str())));
            if (rows.size() == limits::batch_items_max) run(tested->import(std::exchange(rows, {})));
        }
        rows.emplace_back(import_product(draft("Z-1", "Teapot")));
        run(tested->import(std::move(rows)));
        tested = make_service({slow, context()});
    }
    /// Lists what matches a text; everything, without one.
    static std::vector<request<list_products>> search_for(std::string text, std::string account = "ann") {
        auto who = std::make_shared<principal>();
        who->account = std::move(account);
        list_products asked;
        asked.q = std::move(text);
        std::vector<request<list_products>> one;
        one.emplace_back(call(std::move(who)), std::move(asked));
        return one;
    }
    /// Notes its name when its answer is there.
    asio::awaitable<answers> noted(std::string name, requests<list_products> asked) {
        auto found = co_await tested->list(std::move(asked));
        done.push_back(std::move(name));
        co_return found;
    }

    std::shared_ptr<slow_store> slow = std::make_shared<slow_store>(stores.products, clock, io.get_executor());
    std::vector<std::string> done;
};

TEST_F(products_search, looks_at_a_bounded_number_at_a_time_and_lets_others_read_in_between) {
    std::vector<asio::awaitable<answers>> calls;
    for (int i = 0; i < 40; ++i) calls.push_back(noted("search", search_for("teapot")));
    calls.push_back(noted("list", search_for("")));
    auto const all = run_all(std::move(calls));
    EXPECT_EQ(done.front(), "list");
    for (std::size_t i = 0; i < 40; ++i) {
        ASSERT_TRUE(all[i].front());
        ASSERT_THAT(all[i].front()->items, SizeIs(1)) << i;
        EXPECT_EQ(all[i].front()->items[0].sku, sku("Z-1"));
    }
    EXPECT_EQ(slow->looked_at_most, limits::search_step_products);
    EXPECT_LE(slow->at_once_most, static_cast<int>(limits::searches_at_once_max) + 1) << "with the list";
}

TEST_F(products_search, gives_every_account_its_turn) {
    std::vector<asio::awaitable<answers>> calls;
    for (int i = 0; i < 20; ++i) calls.push_back(noted("ann", search_for("teapot")));
    calls.push_back(noted("bob", search_for("teapot", "bob")));
    run_all(std::move(calls));
    EXPECT_LE(std::ranges::find(done, "bob") - done.begin(), 4) << "not behind all of ann's";
}

TEST_F(products_search, keeps_nothing_that_came_with_it_waiting) {
    auto batch = search_for("teapot");
    batch.push_back(search_for("").front());
    auto const all = run(tested->list(std::move(batch)));
    ASSERT_EQ(all.size(), 2u);
    EXPECT_THAT(all[0]->items, SizeIs(1));
    EXPECT_THAT(all[1]->items, SizeIs(limits::page_items_default));
}

TEST_F(products_search, answers_what_it_found_when_its_time_is_up_and_goes_on_from_there) {
    slow->per_look = limits::search_time_max / 2;
    auto asked = search_for("teapot").front().command;
    auto found = ask(&service::list, asked);
    ASSERT_TRUE(found);
    EXPECT_THAT(found->items, SizeIs(0));
    ASSERT_TRUE(found->next_cursor);
    EXPECT_EQ(slow->looks, 2);
    int pages = 1;
    for (; found->next_cursor; ++pages) {
        asked.cursor = found->next_cursor;
        found = ask(&service::list, asked);
        ASSERT_TRUE(found);
    }
    EXPECT_EQ(pages, 3);
    ASSERT_THAT(found->items, SizeIs(1));
    EXPECT_EQ(found->items[0].sku, sku("Z-1"));
}

TEST_F(products_search, that_waits_too_long_is_answered_in_time_and_too_many_are_refused) {
    slow->per_look = std::chrono::milliseconds(400);
    constexpr auto count = limits::searches_at_once_max + limits::searches_waiting_max + 1;
    std::vector<asio::awaitable<answers>> calls;
    for (std::size_t i = 0; i < count; ++i) {
        auto one = search_for("teapot");
        one.front().call.deadline = clock.now() + std::chrono::seconds(10);
        calls.push_back(tested->list(std::move(one)));
    }
    std::size_t found = 0, late = 0, refused = 0;
    for (auto const& answer : run_all(std::move(calls))) {
        auto const& one = answer.front();
        if (one)
            ++found;
        else if (one.error().code() == error_code::deadline_exceeded)
            ++late;
        else if (one.error().code() == error_code::overloaded)
            ++refused;
    }
    EXPECT_GT(found, 0u);
    EXPECT_GT(late, 0u);
    EXPECT_EQ(refused, 1u);
    EXPECT_EQ(found + late + refused, count);
}

TEST_F(products_service, refuses_bad_limits_and_cursors) {
    list_products bad;
    bad.limit = 0;
    EXPECT_THAT(listed(bad), ElementsAre("invalid_value"));
    bad.limit = 1;
    bad.cursor = "forged";
    EXPECT_THAT(listed(bad), ElementsAre("malformed_request"));
    list_products many;
    many.sku.assign(101, sku("A"));
    EXPECT_THAT(listed(many), ElementsAre("invalid_value"));
}

TEST_F(products_service, repeats_a_batch_whose_commit_is_unknown) {
    for (auto const what : {fault::unknown_written, fault::unknown_unwritten}) {
        auto const* which = what == fault::unknown_written ? "A" : "B";
        fault_at_next = what;
        ASSERT_TRUE(create(draft(which)));
        fault_at_next = what;
        auto const replaced = ask(&service::replace, replace_product(sku(which), draft(which, "New"), 1));
        ASSERT_TRUE(replaced);
        EXPECT_EQ(replaced->version, 2u);
    }
}

TEST_F(products_service, does_not_run_what_is_past_its_deadline) {
    EXPECT_EQ(ask(&service::create, create_product(draft("MUG")), too_late()).error().code(),
              error_code::deadline_exceeded);
    EXPECT_EQ(plan->commits(), 0u);
}

}  // namespace shop::products::tests

#include "edge.hpp"

/// Cursors as clients see them: sealed for who asked, for the list and for its filters.
namespace rest {
namespace {

using shop::sku;

class cursors : public edge {
protected:
    cursors() {
        products.lists.answer = [](auto const&) {
            return shop::page<shop::products::product>{{sample_product()}, "the-place"};
        };
        notifications.lists.answer = [](auto const&) {
            return shop::page<shop::notifications::delivery>{{}, "the-place"};
        };
        orders.lists.answer = [](auto const&) { return shop::page<shop::orders::order>{{}, "the-place"}; };
    }
    std::string cursor_of(response const& answer) {
        EXPECT_EQ(answer.status, 200u) << answer.body;
        auto const read = shop::json::parse(answer.body);
        auto const next = read ? read->root().find("next_cursor") : std::nullopt;
        return next ? std::string(next->as_string()) : std::string();
    }
    void expect_refused(std::string_view target) {
        auto const asked =
            products.lists.batches.size() + orders.lists.batches.size() + notifications.lists.batches.size();
        auto const answer = get(target);
        EXPECT_EQ(answer.status, 400u) << target;
        auto const said = problem_in(answer);
        EXPECT_EQ(said.code, "malformed_request");
        ASSERT_EQ(said.errors.size(), 1u);
        EXPECT_EQ(said.errors[0].pointer, "cursor");
        EXPECT_EQ(products.lists.batches.size() + orders.lists.batches.size() + notifications.lists.batches.size(),
                  asked)
            << "the service is not asked";
    }
    static std::shared_ptr<shop::principal const> who(std::string account, std::string customer) {
        return std::make_shared<shop::principal const>(shop::principal{std::move(account), {"*"}, std::move(customer)});
    }
};

TEST_F(cursors, bring_the_service_back_what_it_said) {
    auto const next = cursor_of(get("/v1/products?q=mug&limit=1"));
    EXPECT_EQ(next.find("the-place"), next.npos);
    EXPECT_EQ(get("/v1/products?q=mug&limit=50&cursor=" + next).status, 200u)
        << "another size of page is the same list";
    EXPECT_EQ(products.lists.batches.at(1).at(0).command.cursor, "the-place");
    EXPECT_EQ(products.lists.batches.at(1).at(0).command.q, "mug");
}

TEST_F(cursors, are_refused_for_another_list_or_other_filters) {
    auto const next = cursor_of(get("/v1/products?q=mug"));
    expect_refused("/v1/products?cursor=" + next);
    expect_refused("/v1/products?q=mugs&cursor=" + next);
    expect_refused("/v1/products?q=mug&status=active&cursor=" + next);
    auto const of_orders = cursor_of(get("/v1/orders"));
    expect_refused("/v1/notifications?cursor=" + of_orders);
    expect_refused("/v1/orders?customer_id=ann&cursor=" + of_orders);
}

TEST_F(cursors, are_refused_for_anybody_else) {
    use_as(who("ann", "ann"));
    auto const of_ann = cursor_of(get("/v1/orders"));
    EXPECT_EQ(get("/v1/orders?cursor=" + of_ann).status, 200u);
    door.says.by = who("bob", "bob");
    expect_refused("/v1/orders?cursor=" + of_ann);
    door.says.by = who("ann", "bob");
    expect_refused("/v1/orders?cursor=" + of_ann);
    door.says.by = who("annan", "n");
    expect_refused("/v1/orders?cursor=" + of_ann);
}

TEST_F(cursors, are_refused_when_made_up_or_changed) {
    auto const good = cursor_of(get("/v1/products"));
    expect_refused("/v1/products?cursor=the-place");
    expect_refused("/v1/products?cursor=");
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto forged = good;
        forged[i] = forged[i] == 'A' ? 'B' : 'A';
        expect_refused("/v1/products?cursor=" + forged);
    }
    expect_refused("/v1/products?cursor=" + good + "AAAA");
    expect_refused("/v1/products?cursor=" + good.substr(0, good.size() - 4));
}

TEST_F(cursors, are_good_at_every_server_with_the_same_secret_and_at_no_other) {
    auto const with_secret = [&](char letter) {
        shop::http::rest_options options;
        options.cursors = shop::http::cursor_seal::from(std::string(32, letter)).value();
        use(std::move(options));
    };
    with_secret('s');
    auto const next = cursor_of(get("/v1/products"));
    with_secret('s');
    EXPECT_EQ(get("/v1/products?cursor=" + next).status, 200u);
    with_secret('t');
    expect_refused("/v1/products?cursor=" + next);
    use({});
    auto const drawn = cursor_of(get("/v1/products"));
    use({});
    expect_refused("/v1/products?cursor=" + drawn);
}

}  // namespace
}  // namespace rest

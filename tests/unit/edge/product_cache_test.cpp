#include "edge/product_cache.hpp"

#include <shop/products/make_service.hpp>

#include "unit/service_fixture.hpp"

namespace shop_server {
namespace {

using namespace shop::products;

class product_cache : public shop::tests::service_suite<service> {
protected:
    product_cache() {
        tested = cached_products(context(), shop::products::make_service({stores.products, context()}));
        EXPECT_TRUE(ask(&service::create, create_product(product_draft("MUG", "Mug", shop::eur(100))),
                        as("ann", "products:write")));
    }
    static shop::call as(char const* account, char const* scope) {
        return shop::call(std::make_shared<shop::principal const>(shop::principal{account, {scope}, {}}));
    }
    std::string changed_by_as_seen_with(char const* scope) {
        return ask(&service::get, get_product(shop::sku("MUG")), as("bob", scope))->changed_by;
    }
};

TEST_F(product_cache, shows_nobody_what_was_read_for_others) {
    EXPECT_EQ(changed_by_as_seen_with("products:write"), "ann");
    EXPECT_EQ(changed_by_as_seen_with("products:read"), "");
    EXPECT_EQ(changed_by_as_seen_with("products:write"), "ann");
    EXPECT_EQ(changed_by_as_seen_with("products:read"), "");
}

}  // namespace
}  // namespace shop_server

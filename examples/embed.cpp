// A shop in 15 lines, on one file.
#include <shop/shop.hpp>
#include <shop/storage/sqlite.hpp>

#include <iostream>

int main() {
    auto engine = shop::engine::open({.store = shop::storage::sqlite("till.db")}).value();
    auto shop = engine.blocking();
    shop.products.create(shop::product_draft("MUG-1", "Mug", shop::eur(1999)).active()).value();
    shop.inventory.receive("MUG-1", 10).value();
    auto placed = shop.orders.place(shop::place_order("ann").line("MUG-1", 2).key("cart-7"));
    if (!placed) {
        for (auto const& s : placed.error().shortages()) std::cerr << s.sku.text() << ": only " << s.available << '\n';
        return 1;
    }
    shop::orders::order const& order = **placed;
    std::cout << "order " << to_string(order.id) << " is " << shop::to_word(order.status) << ": "
              << order.total.amount() << " cents\n";
}

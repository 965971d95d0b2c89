// An embedding program, outside the tree: sells two of ten mugs from one file.
#include <cstdio>
#include <iostream>

#include <shop/shop.hpp>
#include <shop/storage/sqlite.hpp>

int main() {
    int unused_on_purpose;  // a warning, and no error: shop's flags are not this project's
    std::remove("till.db");
    auto engine = shop::engine::open({.store = shop::storage::sqlite("till.db")}).value();
    auto shop = engine.blocking();
    shop.products.create(shop::product_draft("MUG-1", "Mug", shop::eur(1999)).active()).value();
    shop.inventory.receive("MUG-1", 10).value();
    auto placed = shop.orders.place(shop::place_order("ann").line("MUG-1", 2).key("cart-7"));
    if (!placed) {
        for (auto const& s : placed.error().shortages()) std::cerr << s.sku.text() << ": only " << s.available << '\n';
        return 1;
    }
    auto const left = shop.inventory.get(shop::sku("MUG-1")).value().available;
    std::cout << "8 mugs left: " << left << '\n';
    return left == 8 ? 0 : 1;
}

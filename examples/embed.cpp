// A shop in 15 lines, on one file.
#include <shop/shop.hpp>
#include <shop/storage/sqlite.hpp>

#include <iostream>

int main(int argc, char** argv) {
    auto const file = argc > 1 ? argv[1] : "till.db";
    auto engine = shop::engine::open({.store = shop::storage::sqlite(file)}).value();
    auto shop = engine.blocking();
    shop.products.create(shop::product_draft("MUG-1", "Mug", shop::eur(1999)).active()).value();
    shop.inventory.receive("MUG-1", 10).value();
    auto placed = shop.orders.place(shop::place_order("ann").line("MUG-1", 2).key("cart-7"));
    if (!placed) {
        for (auto const& s : placed.error().shortages()) std::cerr << s.sku.text() << ": only " << s.available << '\n';
        return 1;
    }
    std::cout << "order " << to_string((*placed)->id) << " is " << shop::to_word((*placed)->status) << ", "
              << (*placed)->total.amount() << " cents\n";
}

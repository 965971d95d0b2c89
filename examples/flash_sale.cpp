// A flash sale: 10,000 buyers, 100 pieces, one sku, all at once. Exactly 100 get one.
#include <shop/shop.hpp>

#include <chrono>
#include <iostream>

int main() {
    constexpr int buyers = 10'000;
    constexpr int pieces = 100;
    auto engine = shop::engine::open({.store = shop::storage::memory()}).value();
    auto shop = engine.blocking();
    shop.products.create(shop::product_draft("SNEAKER-42", "Sneaker, the rare one", shop::eur(14999)).active()).value();
    shop.inventory.receive("SNEAKER-42", pieces).value();

    std::vector<shop::place_order> rush;
    rush.reserve(buyers);
    for (int i = 0; i < buyers; ++i) {
        auto const name = "buyer-" + std::to_string(i);
        rush.push_back(shop::place_order(name).line("SNEAKER-42", 1).key("sale-" + name));
    }

    int confirmed = 0, sold_out = 0;
    auto const start = std::chrono::steady_clock::now();
    for (std::size_t from = 0; from < rush.size(); from += shop::limits::batch_items_max) {
        auto const to = std::min(rush.size(), from + shop::limits::batch_items_max);
        std::vector<shop::place_order> wave(rush.begin() + static_cast<std::ptrdiff_t>(from),
                                            rush.begin() + static_cast<std::ptrdiff_t>(to));
        for (auto const& answer : shop.orders.place(std::move(wave))) {
            if (answer)
                ++confirmed;
            else if (answer.error().code() == shop::error_code::out_of_stock)
                ++sold_out;
            else
                std::cerr << "unexpected: " << answer.error().message() << '\n';
        }
    }
    std::chrono::duration<double, std::milli> const took = std::chrono::steady_clock::now() - start;

    auto const left = shop.inventory.get(shop::sku("SNEAKER-42")).value();
    std::cout << buyers << " buyers asked for " << pieces << " pieces in " << took.count() << " ms\n"
              << confirmed << " orders confirmed, " << sold_out << " told that it is sold out\n"
              << "on hand " << left.on_hand << ", promised " << left.allocated << ", available " << left.available
              << '\n';
    return confirmed == pieces && sold_out == buyers - pieces && left.available == 0 ? 0 : 1;
}

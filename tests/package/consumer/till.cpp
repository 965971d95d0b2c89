#include <iostream>

#include <shop/core/money.hpp>

int main() {
    int unused_on_purpose;  // a warning, and no error: shop's flags are not this project's
    auto const total = shop::eur(1999).times(2);
    std::cout << total.value().amount() << '\n';
    return total.value() == shop::eur(3998) ? 0 : 1;
}

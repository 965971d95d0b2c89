#pragma once

#include <array>
#include <span>
#include <string_view>

namespace shop::orders {

enum class status { pending, confirmed, rejected, partially_shipped, shipped, delivered, cancelled, closed, returned };

constexpr std::array<std::string_view, 9> words_of(status) {
    return {"pending",   "confirmed", "rejected", "partially_shipped", "shipped",
            "delivered", "cancelled", "closed",   "returned"};
}

/// One legal step of an order.
struct step {
    status from;
    status to;
};

/// The status machine: all legal steps, and no others.
inline constexpr std::array<step, 11> machine{{
    {status::pending, status::confirmed},
    {status::pending, status::rejected},
    {status::confirmed, status::partially_shipped},
    {status::confirmed, status::shipped},
    {status::confirmed, status::cancelled},
    {status::partially_shipped, status::partially_shipped},
    {status::partially_shipped, status::shipped},
    {status::partially_shipped, status::closed},
    {status::shipped, status::delivered},
    {status::shipped, status::returned},
    {status::delivered, status::returned},
}};

}  // namespace shop::orders

#pragma once

#include <array>
#include <span>
#include <string_view>

namespace shop::orders {

enum class status { pending, confirmed, rejected, shipped, delivered, cancelled };

constexpr std::array<std::string_view, 6> words_of(status) {
    return {"pending", "confirmed", "rejected", "shipped", "delivered", "cancelled"};
}

/// Who moves an order: a caller that asks for it, or the shop as the outcome of placing.
enum class moved_by { caller, outcome };

/// One legal step of an order.
struct step {
    status from;
    status to;
    moved_by by;
};

/// The status machine: all legal steps, and no others.
inline constexpr std::array<step, 5> machine{{
    {status::pending, status::confirmed, moved_by::outcome},
    {status::pending, status::rejected, moved_by::outcome},
    {status::confirmed, status::shipped, moved_by::caller},
    {status::confirmed, status::cancelled, moved_by::caller},
    {status::shipped, status::delivered, moved_by::caller},
}};

}  // namespace shop::orders

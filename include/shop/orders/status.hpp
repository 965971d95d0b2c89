#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include <shop/core/describe.hpp>

namespace shop::orders {

enum class status { pending, confirmed, rejected, shipped, delivered, cancelled };

constexpr std::array<std::string_view, 6> words_of(status) {
    return {"pending", "confirmed", "rejected", "shipped", "delivered", "cancelled"};
}

/// What is done at the inventory, in an operation of the order's.
enum class operation_type { place, ship, cancel };
constexpr std::array<std::string_view, 3> words_of(operation_type) {
    return {"place", "ship", "cancel"};
}

/// One legal step of an order.
struct step {
    status from;                           ///< where the order is
    status to;                             ///< where it goes
    std::optional<operation_type> effect;  ///< must take place first; a step without one concerns the order alone
    bool is_offered;                       ///< to callers; the others are the outcome of placing
};

/// The status machine: all legal steps, and no others. A rejected order is one whose placing the inventory refused.
inline constexpr std::array<step, 5> machine{{
    {status::pending, status::confirmed, operation_type::place, false},
    {status::pending, status::rejected, std::nullopt, false},
    {status::confirmed, status::shipped, operation_type::ship, true},
    {status::shipped, status::delivered, std::nullopt, true},
    {status::confirmed, status::cancelled, operation_type::cancel, true},
}};

/// @return the step; nullptr: there is none, whoever makes it
constexpr step const* find_step(status from, status to) {
    auto const* found =
        std::find_if(machine.begin(), machine.end(), [=](step const& s) { return s.from == from && s.to == to; });
    return found == machine.end() ? nullptr : found;
}
/// @return the step that an effect makes of an order; nullptr: none
constexpr step const* find_step(status from, operation_type effect) {
    auto const* found = std::find_if(machine.begin(), machine.end(),
                                     [=](step const& s) { return s.from == from && s.effect == effect; });
    return found == machine.end() ? nullptr : found;
}

/// What the inventory knows of an order that is settled.
enum class claim {
    undecided,  ///< nothing yet
    allocated,  ///< its lines, as long as they are not shipped
    shipped,    ///< its lines, and that all of them have gone
    none,       ///< that nothing is promised to it any more
};

/// What is so of all orders of a status.
struct status_facts {
    orders::claim claim;
    bool has_reason;  ///< why it came to this is told with the order
};
/// By `status`, in its order.
inline constexpr std::array<status_facts, words_of(status{}).size()> facts{{
    {claim::undecided, false},  // pending
    {claim::allocated, false},  // confirmed
    {claim::none, true},        // rejected
    {claim::shipped, false},    // shipped
    {claim::shipped, false},    // delivered
    {claim::none, true},        // cancelled
}};
constexpr status_facts const& facts_of(status s) {
    return facts[static_cast<std::size_t>(s)];
}

/// Where a caller can move an order, in the order of the machine.
inline constexpr auto offered_statuses = [] {
    constexpr auto is_offered = [](step const& s) { return s.is_offered; };
    std::array<status, std::count_if(machine.begin(), machine.end(), is_offered)> all{};
    auto at = all.begin();
    for (auto const& s : machine) {
        if (s.is_offered) *at++ = s.to;
    }
    return all;
}();
template <std::size_t... N>
one_of<offered_statuses[N]...> one_of_offered(std::index_sequence<N...>);

/// One of them; a move to any other status is an `invalid_transition`.
using offered_status = decltype(one_of_offered(std::make_index_sequence<offered_statuses.size()>{}));

}  // namespace shop::orders

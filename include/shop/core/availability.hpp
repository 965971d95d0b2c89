#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace shop {

/// What people are told of the stock of a sku.
enum class availability_status { in_stock, low_stock, out_of_stock, untracked };
constexpr std::array<std::string_view, 4> words_of(availability_status) {
    return {"in_stock", "low_stock", "out_of_stock", "untracked"};
}

/// @param available pieces that may still be promised, below zero when more are than there were
/// @param low_stock_threshold the most pieces that count as low
constexpr availability_status availability_of(std::int64_t available, std::int64_t low_stock_threshold,
                                              bool untracked) {
    if (untracked) return availability_status::untracked;
    if (available <= 0) return availability_status::out_of_stock;
    if (available <= low_stock_threshold) return availability_status::low_stock;
    return availability_status::in_stock;
}

}  // namespace shop

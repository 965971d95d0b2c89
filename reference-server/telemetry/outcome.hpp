#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>

#include <shop/core/describe.hpp>
#include <shop/core/error.hpp>
#include <shop/core/result.hpp>

namespace shop_server {

/// Where a request is looked at: where it enters from outside, in the service that does it, or where one process calls
/// another.
enum class hop { edge, service, client };
constexpr std::array<std::string_view, 3> words_of(hop) {
    return {"edge", "service", "client"};
}

/// How a request ended: well, or with a failure of the shop's `error_table`.
/// @par Thread safety
/// A value.
class outcome {
public:
    /// How many there are; `index` is below it.
    static constexpr std::size_t count = std::tuple_size_v<decltype(shop::error_table)> + 1;

    constexpr outcome() = default;
    constexpr outcome(shop::error_code code) : index_(static_cast<std::size_t>(code) + 1) {}
    template <class T>
    static outcome of(shop::result<T> const& ended) {
        return ended ? outcome() : outcome(ended.error().code());
    }
    /// @pre `index < count`.
    static constexpr outcome at(std::size_t index) {
        outcome out;
        out.index_ = index;
        return out;
    }

    constexpr bool is_ok() const { return index_ == 0; }
    constexpr std::size_t index() const { return index_; }
    /// `ok`, or the word of the error.
    std::string_view word() const { return is_ok() ? "ok" : row().word; }
    /// Whether the shop failed, and not the caller: what an operator should look at.
    bool is_fault() const {
        if (is_ok()) return false;
        switch (row().kind) {
            case shop::error_kind::unavailable:
            case shop::error_kind::timeout:
            case shop::error_kind::internal:
                return true;
            case shop::error_kind::malformed:
            case shop::error_kind::invalid:
            case shop::error_kind::unauthenticated:
            case shop::error_kind::forbidden:
            case shop::error_kind::not_found:
            case shop::error_kind::conflict:
            case shop::error_kind::precondition:
            case shop::error_kind::precondition_required:
            case shop::error_kind::exhausted:
                return false;
        }
        return true;
    }

    friend constexpr bool operator==(outcome, outcome) = default;

private:
    shop::error_row const& row() const { return shop::error_table[index_ - 1]; }

    std::size_t index_ = 0;
};

}  // namespace shop_server

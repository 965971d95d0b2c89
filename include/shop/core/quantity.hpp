#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <stdexcept>

#include <shop/core/limits.hpp>

namespace shop {

/// How many pieces somebody wants: 1 to 1,000,000.
class quantity {
public:
    constexpr quantity() = default;
    /// @throws std::invalid_argument outside 1 to `limits::quantity_max`; for input from outside use `from`.
    explicit constexpr quantity(std::int64_t pieces) : pieces_(pieces) {
        if (pieces < 1 || pieces > limits::quantity_max) throw std::invalid_argument("a quantity is 1 to 1000000");
    }
    /// Nothing outside 1 to `limits::quantity_max`.
    static constexpr std::optional<quantity> from(std::int64_t pieces) {
        if (pieces < 1 || pieces > limits::quantity_max) return std::nullopt;
        return quantity(pieces);
    }

    constexpr std::int64_t count() const { return pieces_; }  ///< Pieces, 1 to `limits::quantity_max`.
    friend constexpr auto operator<=>(quantity const&, quantity const&) = default;

private:
    std::int64_t pieces_ = 1;
};

}  // namespace shop

#pragma once

#include <stdexcept>

namespace shop::detail {

[[noreturn]] inline void broken_invariant(char const* words) {
    throw std::logic_error(words);
}

}  // namespace shop::detail

/// Holds in release, too: a broken invariant stops the command, which is answered `internal`, before anything is
/// written.
#define SHOP_INVARIANT(condition, words) ((condition) ? static_cast<void>(0) : ::shop::detail::broken_invariant(words))

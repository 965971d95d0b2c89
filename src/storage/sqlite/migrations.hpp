#pragma once

#include <span>

#include "file.hpp"

namespace shop::sqlite {

/// The schema of the four stores, step by step.
std::span<migration const> shop_migrations();

}  // namespace shop::sqlite

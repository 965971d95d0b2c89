#pragma once

#include <string>

namespace shop {

/// The text of docs/errors.md, from `error_table`.
std::string errors_document();

}  // namespace shop

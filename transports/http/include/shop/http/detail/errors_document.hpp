#pragma once

#include <string>

namespace shop::http::detail {

/// The text of docs/errors.md: every word that can be answered, from `error_table` and `refusal_table`.
std::string errors_document();

}  // namespace shop::http::detail

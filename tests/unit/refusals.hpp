#pragma once

#include <string>
#include <vector>

#include <shop/core/error.hpp>

namespace shop::tests {

/// Why something was refused; `internal` when it was not.
inline error_code code_of(auto const& answer) {
    return answer ? error_code::internal : answer.error().code();
}

/// Where the refused values stand.
inline std::vector<std::string> pointers_of(error const& e) {
    std::vector<std::string> out;
    for (auto const& one : e.details().errors) out.push_back(one.pointer);
    return out;
}

}  // namespace shop::tests

#pragma once

#include <string>
#include <vector>

#include <shop/transport/message.hpp>

namespace shop::inproc {

/// The answer of an endpoint to `count` items, one by one.
inline std::vector<result<std::string>> answers_from(result<std::string> const& answer, std::size_t count) {
    std::vector<result<std::string>> out;
    out.reserve(count);
    auto const lines = answer ? transport::split_lines(*answer, count) : answer.error();
    for (std::size_t i = 0; i < count; ++i) {
        if (lines) {
            out.emplace_back(std::string((*lines)[i]));
        } else {
            out.emplace_back(lines.error());
        }
    }
    return out;
}

}  // namespace shop::inproc

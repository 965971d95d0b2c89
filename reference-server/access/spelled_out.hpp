#pragma once

#include <string>

#include <shop/core/error.hpp>

namespace shop_server {

/// An error of which the detail says every place and what to mend there: for those who read one line on a terminal.
inline shop::error spelled_out(shop::error const& e) {
    auto details = e.details();
    for (auto const& one : details.errors) {
        if (!details.detail.empty()) details.detail += "; ";
        if (!one.pointer.empty()) details.detail += one.pointer + ' ';
        details.detail += one.detail;
    }
    return {e.code(), std::move(details)};
}

}  // namespace shop_server

#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shop/core/describe.hpp>

namespace shop {

/// Some items of a list, and how to ask for the next.
template <class T>
struct page {
    std::vector<T> items;                    ///< at most as many as `limit` said
    std::optional<std::string> next_cursor;  ///< opaque; nothing after the last page

    static constexpr auto fields() {
        return std::tuple{required("items", &page::items), required("next_cursor", &page::next_cursor)};
    }
};

}  // namespace shop

#pragma once

#include <cstdint>
#include <string_view>

namespace shop::json {

/// What a JSON value is. Numbers are told apart by what they can be read as.
enum class kind : std::uint8_t {
    null,
    boolean,
    integer,      ///< fits into int64
    big_integer,  ///< above int64, fits into uint64
    real,         ///< anything else: a fraction, an exponent, or too large for an integer
    string,
    array,
    object,
};

}  // namespace shop::json

namespace shop::json::detail {

/// One value on the tape; the nodes of an array's items or an object's members follow it.
struct node {
    std::string_view key;   // of a member; empty for an item and the root
    std::string_view text;  // of a string or a real number
    union {
        std::int64_t integer = 0;
        std::uint64_t big_integer;
        double real;
        bool boolean;
        std::uint64_t children;
    };
    std::uint32_t span = 1;  // nodes of this value, itself included
    json::kind kind = json::kind::null;
};

}  // namespace shop::json::detail

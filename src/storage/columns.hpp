#pragma once

#include <array>
#include <cassert>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include <shop/core/describe.hpp>
#include <shop/core/detail/traits.hpp>
#include <shop/core/money.hpp>
#include <shop/core/quantity.hpp>
#include <shop/core/sku.hpp>
#include <shop/core/time.hpp>
#include <shop/core/uuid.hpp>
#include <shop/json/document.hpp>
#include <shop/json/json.hpp>
#include <shop/records/record.hpp>

/// How described members become columns, and back: the part that all databases share.
///
/// | member                                        | kind of column          |
/// |-----------------------------------------------|-------------------------|
/// | bool                                          | boolean                 |
/// | integers, quantity, timestamp (milliseconds)  | integer                 |
/// | uuid and ids                                  | id                      |
/// | arrays of bytes                               | bytes                   |
/// | string, sku, location, currency, worded enums | text                    |
/// | optional                                      | NULL, or as its value   |
/// | document, and everything else that JSON says  | text, the JSON          |
namespace shop::storage {

enum class column_kind { boolean, integer, id, bytes, text };

namespace detail {

using shop::detail::is_optional;

template <class T>
inline constexpr bool is_id = false;
template <class Kind>
inline constexpr bool is_id<id<Kind>> = true;
template <class T>
inline constexpr bool is_document = false;
template <class T>
inline constexpr bool is_document<document<T>> = true;
template <class T>
inline constexpr bool is_bytes = false;
template <std::size_t N>
inline constexpr bool is_bytes<std::array<std::uint8_t, N>> = true;
template <class T>
inline constexpr bool is_named = std::is_same_v<T, sku> || std::is_same_v<T, location> || std::is_same_v<T, currency>;

}  // namespace detail

template <class T>
constexpr column_kind kind_of_column() {
    if constexpr (detail::is_optional<T>) {
        return kind_of_column<typename T::value_type>();
    } else if constexpr (std::is_same_v<T, bool>) {
        return column_kind::boolean;
    } else if constexpr (std::integral<T> || std::is_same_v<T, quantity> || std::is_same_v<T, timestamp>) {
        return column_kind::integer;
    } else if constexpr (std::is_same_v<T, uuid> || detail::is_id<T>) {
        return column_kind::id;
    } else if constexpr (detail::is_bytes<T>) {
        return column_kind::bytes;
    } else {
        return column_kind::text;
    }
}

/// Writes a member to the next column of `to`: one of `boolean`, `integer`, `id`, `bytes`, `text`, `made_text` (a text
/// made on the spot) and `null` is called.
template <class To, class T>
void write_column(To& to, T const& value) {
    if constexpr (detail::is_optional<T>) {
        value ? write_column(to, *value) : to.null();
    } else if constexpr (std::is_same_v<T, bool>) {
        to.boolean(value);
    } else if constexpr (std::integral<T>) {
        to.integer(static_cast<std::int64_t>(value));
    } else if constexpr (std::is_same_v<T, quantity>) {
        to.integer(value.count());
    } else if constexpr (std::is_same_v<T, timestamp>) {
        to.integer(value.time_since_epoch().count());
    } else if constexpr (std::is_same_v<T, uuid>) {
        to.id(value.bytes);
    } else if constexpr (detail::is_id<T>) {
        to.id(value.value.bytes);
    } else if constexpr (detail::is_bytes<T>) {
        to.bytes(value);
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
        to.text(value);
    } else if constexpr (detail::is_named<T> || detail::is_document<T>) {
        to.text(value.text());
    } else if constexpr (worded<T>) {
        to.text(to_word(value));
    } else {
        to.made_text(json::encode(value));
    }
}

/// Reads a member from the next column of `from`; `from.misfit()` is called when it is not as it was written. `null()`
/// takes a NULL if there is one.
template <class From, class T>
void read_column(From& from, T& value) {
    auto take = [&](auto read) { read ? void(value = std::move(*read)) : from.misfit(); };
    if constexpr (detail::is_optional<T>) {
        from.null() ? value.reset() : read_column(from, value.emplace());
    } else if constexpr (std::is_same_v<T, bool>) {
        value = from.boolean();
    } else if constexpr (std::integral<T>) {
        auto read = from.integer();
        value = static_cast<T>(read);
        if (static_cast<std::int64_t>(value) != read) from.misfit();
    } else if constexpr (std::is_same_v<T, quantity>) {
        take(quantity::from(from.integer()));
    } else if constexpr (std::is_same_v<T, timestamp>) {
        value = timestamp(timestamp::duration(from.integer()));
    } else if constexpr (std::is_same_v<T, uuid>) {
        from.id(value.bytes);
    } else if constexpr (detail::is_id<T>) {
        from.id(value.value.bytes);
    } else if constexpr (detail::is_bytes<T>) {
        from.bytes(value);
    } else if constexpr (std::is_same_v<T, std::string>) {
        value = from.text();
    } else if constexpr (detail::is_named<T>) {
        take(T::parse(from.text()));
    } else if constexpr (detail::is_document<T>) {
        value = T::from_text(std::string(from.text()));
    } else if constexpr (worded<T>) {
        take(from_word<T>(from.text()));
    } else {
        auto read = json::decode<T>(from.text(), json::unknown_members::ignore);
        read ? void(value = std::move(*read)) : from.misfit();
    }
}

/// The name of the column of a member of the key.
template <class Record, class Pointer>
std::string_view column_of(Pointer member) {
    std::string_view found;
    for_each_field<Record>([&](auto const& f) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(f.pointer)>, Pointer>) {
            if (f.pointer == member) found = f.name;
        }
    });
    assert(!found.empty() && "a key member that is not described");
    return found;
}

/// Calls `f(name, member pointer)` for the first `members` of the key.
template <class Record, class F>
void for_each_key_column(F&& f, std::size_t members = std::tuple_size_v<key_of<Record>>) {
    std::size_t at = 0;
    auto one = [&](auto member) {
        if (at++ < members) f(column_of<Record>(member), member);
    };
    std::apply([&](auto... member) { (one(member), ...); }, Record::key());
}

template <class Record, class Field>
bool is_key_column(Field const& f) {
    bool found = false;
    for_each_key_column<Record>([&](std::string_view name, auto) { found = found || name == f.name; });
    return found;
}

/// `sku, location`: the columns of the primary key.
template <class Record>
std::string key_columns() {
    std::string out;
    for_each_key_column<Record>([&](std::string_view name, auto) { out.append(out.empty() ? "" : ", ").append(name); });
    return out;
}

template <class Record>
inline constexpr int column_count = std::tuple_size_v<decltype(Record::fields())>;

}  // namespace shop::storage

#pragma once

#include <optional>
#include <string>

#include <shop/core/describe.hpp>
#include <shop/core/field_errors.hpp>
#include <shop/core/result.hpp>

namespace shop {

/// Whether what a caller says of a read-only member is what stands there. Types that change without the version of the
/// thing they stand in bring their own `is_as_read`, found by ADL.
template <class T>
bool is_as_read(T const& said, T const& now) {
    return said == now;
}
/// Of a member that a thing need not have.
template <class T>
bool is_as_read(T const& said, std::optional<T> const& now) {
    return now && is_as_read(said, *now);
}

namespace detail {

/// Whether `Now` shows each read-only member of `Sent`.
template <class Sent, class Now>
consteval bool shows_read_only_members() {
    bool all = true;
    for_each_field<Sent>([&](auto const& said) {
        if (said.when_missing != presence::read_only) return;
        bool found = false;
        for_each_field<Now>([&](auto const& shown) {
            if constexpr (requires { is_as_read(*(Sent().*said.pointer), Now().*shown.pointer); }) {
                found = found || said.name == shown.name;
            }
        });
        all = all && found;
    });
    return all;
}

template <class Sent, class Now>
void find_changed_read_only_members(Sent const& sent, Now const& now, field_errors& found) {
    for_each_field<Sent>([&](auto const& said) {
        if (said.when_missing != presence::read_only) return;
        for_each_field<Now>([&](auto const& shown) {
            if (shown.name != said.name) return;
            if constexpr (requires { is_as_read(*(sent.*said.pointer), now.*shown.pointer); }) {
                auto const& value = sent.*said.pointer;
                if (!value || is_as_read(*value, now.*shown.pointer)) return;
                found.add("/" + std::string(said.name), "is read-only: leave it out, or send it as it was read");
            }
        });
    });
}

}  // namespace detail

/// Compares what a caller said of the `read_only` members of a command with the thing they were read from.
/// @param now shows each of them: a described member of the same name and type.
/// @par Errors
/// `invalid_value` naming each member that differs.
template <described Sent, described Now>
result<void> check_read_only_members(Sent const& sent, Now const& now) {
    static_assert(detail::shows_read_only_members<Sent, Now>(), "the answer shows what the command calls read-only");
    field_errors changed;
    detail::find_changed_read_only_members(sent, now, changed);
    return std::move(changed).done();
}

}  // namespace shop

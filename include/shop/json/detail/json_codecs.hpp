#pragma once

#include <concepts>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include <shop/core/detail/traits.hpp>
#include <shop/core/money.hpp>
#include <shop/core/quantity.hpp>
#include <shop/core/sku.hpp>
#include <shop/core/time.hpp>
#include <shop/core/uuid.hpp>
#include <shop/json/json.hpp>

namespace shop::json {

namespace detail {

using shop::detail::is_optional;

template <class T>
inline constexpr bool is_vector = false;
template <class T, class A>
inline constexpr bool is_vector<std::vector<T, A>> = true;

/// Whether a member that may be left out has nothing to say.
template <class T>
bool is_blank(T const& v) {
    if constexpr (is_optional<T>) {
        return !v.has_value();
    } else if constexpr (std::same_as<T, std::string> || is_vector<T> || requires { typename T::mapped_type; }) {
        return v.empty();
    } else {
        return false;
    }
}

/// Reads a whole number within bounds that a type can hold.
bool read_signed(reader& in, value v, std::int64_t least, std::int64_t most, std::int64_t& out);
bool read_unsigned(reader& in, value v, std::uint64_t most, std::uint64_t& out);
/// Reads the text of a string of at most `limits::string_bytes_max`.
bool read_text(reader& in, value v, std::string_view& out);
void refuse_unknown_member(reader& in, value member);
void refuse_missing_member(reader& in, std::string_view name);
bool refuse_word(reader& in, std::string_view const* words, std::size_t count);
/// A node for the text of a parameter: what a JSON text of that kind would have become, else a string.
enum class parameter { text, number, boolean };
node parameter_node(std::string_view text, parameter as);

template <class T>
inline constexpr std::size_t field_count = std::tuple_size_v<decltype(T::fields())>;

}  // namespace detail

/// Keeps every member.
struct all_members {
    constexpr bool operator()(std::string_view) const { return true; }
};

/// Fills the described members of `out`: for codecs of described types that check more than each member alone.
/// @param keep says by name which of the described members may stand in `v`; the others are as unknown.
/// @param need says which of these may not be missing, if they are required.
template <described T, class Keep = all_members, class Need = all_members>
bool read_members(reader& in, value v, T& out, Keep keep = {}, Need need = {}) {
    if (!v.is(kind::object)) return in.refuse_shape("must be an object");
    static constexpr auto fields = T::fields();
    std::array<bool, detail::field_count<T> + 1> seen{};
    bool good = true;
    auto const try_field = [&](auto const& f, std::size_t at, value member) {
        if (f.name != member.key() || !keep(f.name)) return false;
        seen[at] = true;
        using member_type = typename std::remove_cvref_t<decltype(f)>::member;
        reader::place here(in, f.name);
        if (!codec<member_type>::read(in, member, out.*f.pointer)) good = false;
        return true;
    };
    for (auto member : v) {
        bool const known = std::apply(
            [&](auto const&... f) {
                [[maybe_unused]] std::size_t at = 0;
                return (try_field(f, at++, member) || ...);
            },
            fields);
        if (!known && in.unknown() == unknown_members::refuse) {
            detail::refuse_unknown_member(in, member);
            good = false;
        }
    }
    std::apply(
        [&](auto const&... f) {
            [[maybe_unused]] std::size_t at = 0;
            [[maybe_unused]] auto const check = [&](auto const& one) {
                if (!seen[at++] && one.when_missing == presence::required && keep(one.name) && need(one.name)) {
                    detail::refuse_missing_member(in, one.name);
                    good = false;
                }
            };
            (check(f), ...);
        },
        fields);
    return good;
}

/// Writes the described members, without the braces: `first` says whether a comma is due, and is updated.
template <described T>
void write_members(std::string& out, T const& v, bool& first) {
    for_each_field<T>([&](auto const& f) {
        auto const& member = v.*f.pointer;
        if (f.when_missing != presence::required && detail::is_blank(member)) return;
        if (!first) out += ',';
        first = false;
        out += '"';
        out += f.name;
        out += "\":";
        append(out, member);
    });
}

template <described T>
struct codec<T> {
    static bool read(reader& in, value v, T& out) { return read_members(in, v, out); }
    static void write(std::string& out, T const& v) {
        bool first = true;
        out += '{';
        write_members(out, v, first);
        out += '}';
    }
};

template <worded E>
struct codec<E> {
    static bool read(reader& in, value v, E& out) {
        if (!v.is(kind::string)) return in.refuse_shape("must be a string");
        if (auto word = from_word<E>(v.as_string())) {
            out = *word;
            return true;
        }
        static constexpr auto words = words_of(E{});
        return detail::refuse_word(in, words.data(), words.size());
    }
    static void write(std::string& out, E v) {
        out += '"';
        out += to_word(v);
        out += '"';
    }
};

template <auto First, auto... More>
struct codec<one_of<First, More...>> {
    using offered = one_of<First, More...>;
    static bool read(reader& in, value v, offered& out) {
        if (!v.is(kind::string)) return in.refuse_shape("must be a string");
        if (auto word = from_word<typename offered::enumeration>(v.as_string())) {
            out = *word;
            return true;
        }
        return detail::refuse_word(in, offered::words.data(), offered::words.size());
    }
    static void write(std::string& out, offered v) { append(out, v.value); }
};

template <>
struct codec<bool> {
    static bool read(reader& in, value v, bool& out) {
        if (!v.is(kind::boolean)) return in.refuse_shape("must be true or false");
        out = v.as_bool();
        return true;
    }
    static void write(std::string& out, bool v) { out += v ? "true" : "false"; }
};

template <std::signed_integral I>
struct codec<I> {
    static bool read(reader& in, value v, I& out) {
        std::int64_t number = 0;
        if (!detail::read_signed(in, v, std::numeric_limits<I>::min(), std::numeric_limits<I>::max(), number))
            return false;
        out = static_cast<I>(number);
        return true;
    }
    static void write(std::string& out, I v) { append_number(out, static_cast<std::int64_t>(v)); }
};

template <std::unsigned_integral I>
struct codec<I> {
    static bool read(reader& in, value v, I& out) {
        std::uint64_t number = 0;
        if (!detail::read_unsigned(in, v, std::numeric_limits<I>::max(), number)) return false;
        out = static_cast<I>(number);
        return true;
    }
    static void write(std::string& out, I v) { append_number(out, static_cast<std::uint64_t>(v)); }
};

template <>
struct codec<std::string> {
    static bool read(reader& in, value v, std::string& out) {
        std::string_view text;
        if (!detail::read_text(in, v, text)) return false;
        out.assign(text);
        return true;
    }
    static void write(std::string& out, std::string const& v) { append_string(out, v); }
};

template <>
struct codec<std::string_view> {
    static void write(std::string& out, std::string_view v) { append_string(out, v); }
};

template <class T>
struct codec<std::optional<T>> {
    static bool read(reader& in, value v, std::optional<T>& out) {
        if (v.is_null()) {
            out.reset();
            return true;
        }
        return codec<T>::read(in, v, out.emplace());
    }
    static void write(std::string& out, std::optional<T> const& v) {
        if (v) {
            append(out, *v);
        } else {
            out += "null";
        }
    }
};

template <class T>
struct codec<std::vector<T>> {
    static bool read(reader& in, value v, std::vector<T>& out) {
        if (!v.is(kind::array)) return in.refuse_shape("must be an array");
        bool good = true;
        out.clear();
        out.reserve(v.size());
        for (auto item : v) {
            reader::place here(in, out.size());
            if (!codec<T>::read(in, item, out.emplace_back())) good = false;
        }
        return good;
    }
    static void write(std::string& out, std::vector<T> const& v) {
        out += '[';
        bool first = true;
        for (auto const& item : v) {
            if (!first) out += ',';
            first = false;
            append(out, item);
        }
        out += ']';
    }
};

template <class T, class Less>
struct codec<std::map<std::string, T, Less>> {
    static bool read(reader& in, value v, std::map<std::string, T, Less>& out) {
        if (!v.is(kind::object)) return in.refuse_shape("must be an object");
        bool good = true;
        out.clear();
        for (auto member : v) {
            reader::place here(in, member.key());
            if (member.key().size() > limits::string_bytes_max) {
                good = in.refuse_value("has a name that is too long");
            } else if (!codec<T>::read(in, member, out[std::string(member.key())])) {
                good = false;
            }
        }
        return good;
    }
    static void write(std::string& out, std::map<std::string, T, Less> const& v) {
        out += '{';
        bool first = true;
        for (auto const& [key, member] : v) {
            if (!first) out += ',';
            first = false;
            append_string(out, key);
            out += ':';
            append(out, member);
        }
        out += '}';
    }
};

/// JSON inside JSON that the program does not look into: kept as compact text.
struct raw {
    std::string text = "null";
    friend bool operator==(raw const&, raw const&) = default;
};

template <>
struct codec<raw> {
    static bool read(reader& in, value v, raw& out);
    static void write(std::string& out, raw const& v) { out += v.text; }
};

/// A parsed value is written as compact JSON again: members in the order of the text.
template <>
struct codec<value> {
    static void write(std::string& out, value v);
};

template <>
struct codec<sku> {
    static bool read(reader& in, value v, sku& out);
    static void write(std::string& out, sku const& v);
};
template <>
struct codec<location> {
    static bool read(reader& in, value v, location& out);
    static void write(std::string& out, location const& v);
};
template <>
struct codec<quantity> {
    static bool read(reader& in, value v, quantity& out);
    static void write(std::string& out, quantity v) { append_number(out, v.count()); }
};
template <>
struct codec<currency> {
    static bool read(reader& in, value v, currency& out);
    static void write(std::string& out, currency v);
};
template <>
struct codec<money> {
    static bool read(reader& in, value v, money& out);
    static void write(std::string& out, money v);
};
template <>
struct codec<timestamp> {
    static bool read(reader& in, value v, timestamp& out);
    static void write(std::string& out, timestamp v);
};
template <>
struct codec<uuid> {
    static bool read(reader& in, value v, uuid& out);
    static void write(std::string& out, uuid const& v);
};
template <class Kind>
struct codec<id<Kind>> {
    static bool read(reader& in, value v, id<Kind>& out) { return codec<uuid>::read(in, v, out.value); }
    static void write(std::string& out, id<Kind> const& v) { codec<uuid>::write(out, v.value); }
};

template <class T>
bool read_parameter(reader& in, std::string_view text, T& out) {
    if constexpr (detail::is_optional<T>) {
        return read_parameter(in, text, out.emplace());
    } else if constexpr (detail::is_vector<T>) {
        bool good = true;
        out.clear();
        for (bool more = !text.empty(); more;) {
            auto const comma = text.find(',');
            reader::place here(in, out.size());
            if (!read_parameter(in, text.substr(0, comma), out.emplace_back())) good = false;
            more = comma != std::string_view::npos;
            if (more) text.remove_prefix(comma + 1);
        }
        return good;
    } else {
        constexpr auto as = std::same_as<T, bool>       ? detail::parameter::boolean
                            : std::integral<T>          ? detail::parameter::number
                            : std::same_as<T, quantity> ? detail::parameter::number
                                                        : detail::parameter::text;
        auto const node = detail::parameter_node(text, as);
        return codec<T>::read(in, value(&node), out);
    }
}

}  // namespace shop::json

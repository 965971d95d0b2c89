#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>

/// Descriptions of types, from which the JSON codecs and the stores' columns follow.
namespace shop {

/// What becomes of a member that the input leaves out. A record's `added` member is optional, too, and a
/// command's `read_only` one.
enum class presence { required, optional, added, read_only };

/// One described member: its name outside the program, and where it lives.
template <class Owner, class Member>
struct field {
    using owner = Owner;  ///< for those that are given a field as a template parameter
    /// The type of the member, for those that are given a field as a template parameter.
    using member = Member;
    std::string_view name;  ///< in JSON, and of the column or parameter
    /// Where it lives in its owner.
    Member Owner::*pointer;
    presence when_missing;  ///< what becomes of a text without it
};

/// A member that must be there: without it a text is `malformed_request`.
template <class Owner, class Member>
constexpr field<Owner, Member> required(std::string_view name, Member Owner::*pointer) {
    return {name, pointer, presence::required};
}

/// A member that may be missing; the default of the type stays in its place.
template <class Owner, class Member>
constexpr field<Owner, Member> optional(std::string_view name, Member Owner::*pointer) {
    return {name, pointer, presence::optional};
}

/// A member of a command that only the shop sets, and that its answer shows under the same name: so that what was read
/// can be sent back as it is. It is a std::optional. What a caller says there changes nothing, and is refused unless it
/// is what stands there already (`check_read_only_members`).
template <class Owner, class Member>
constexpr field<Owner, Member> read_only(std::string_view name, Member Owner::*pointer) {
    static_assert(
        requires(Member m) { m.has_value(); }, "a std::optional: it may be left out");
    return {name, pointer, presence::read_only};
}

/// A member that a record type got when rows of it were stored already. Stores that check their rows take those without
/// it for what they are.
template <class Owner, class Member>
constexpr field<Owner, Member> added(std::string_view name, Member Owner::*pointer) {
    return {name, pointer, presence::added};
}

/// A type that says its members: `static constexpr auto fields() { return std::tuple{required("id", &order::id), ...};
/// }`.
template <class T>
concept described = requires {
    T::fields();
};

/// An enumeration that says its words, in the order of its values from 0:
/// `constexpr std::array<std::string_view, 3> words_of(kind) { return {"a", "b", "c"}; }`, found by ADL.
template <class E>
concept worded = std::is_enum_v<E> && requires(E e) {
    { words_of(e)[0] } -> std::convertible_to<std::string_view>;
};

/// The word of a value, as `words_of` has it. @pre it is one of the enumeration's.
template <worded E>
constexpr std::string_view to_word(E value) {
    return words_of(value)[static_cast<std::size_t>(value)];
}

/// The value of a word, case-sensitive; nothing for any other text.
template <worded E>
constexpr std::optional<E> from_word(std::string_view word) {
    constexpr auto words = words_of(E{});
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == word) return static_cast<E>(i);
    }
    return std::nullopt;
}

/// A value of an enumeration of which callers are offered only some. The others can be told, too, and are for the rules
/// to refuse; a text that is no word at all is refused with the words of those offered.
template <auto First, auto... More>
struct one_of {
    /// The whole enumeration, offered or not.
    using enumeration = decltype(First);
    /// Of the values that are offered, in the order they are named.
    static constexpr std::array<std::string_view, 1 + sizeof...(More)> words{to_word(First), to_word(More)...};

    constexpr one_of() = default;
    constexpr one_of(enumeration v) : value(v) {}             ///< any value, offered or not
    constexpr operator enumeration() const { return value; }  ///< Reads like the value itself.
    /// Whether it is one of those named.
    constexpr bool is_offered() const { return value == First || (... || (value == More)); }

    enumeration value = First;  ///< may be one that is not offered
};

/// Calls `f` with each described member of `T`, in the order of its description.
template <described T, class F>
constexpr void for_each_field(F&& f) {
    std::apply([&](auto const&... fields) { (f(fields), ...); }, T::fields());
}

}  // namespace shop

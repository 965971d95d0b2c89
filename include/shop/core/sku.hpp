#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>

#include <shop/core/detail/words.hpp>

namespace shop {

namespace detail {

/// A short code, held in place: copied without allocating, compared a word at a time.
class code {
public:
    static constexpr std::size_t characters_max = 64;

    code() = default;
    /// @pre it is at most `characters_max` long and holds no NUL.
    explicit code(std::string_view text) : size_(static_cast<std::uint8_t>(text.size())) {
        std::memcpy(characters_.data(), text.data(), text.size());
    }
    std::string_view text() const { return {characters_.data(), size_}; }
    bool empty() const { return size_ == 0; }
    std::size_t hash() const {
        std::uint64_t mixed = size_;
        for (std::size_t at = 0; at < size_; at += sizeof mixed) {
            mixed = (mixed ^ word(at)) * 0x9e3779b97f4a7c15ULL;
            mixed ^= mixed >> 32;
        }
        return mixed;
    }

    friend bool operator==(code const& a, code const& b) {
        if (a.size_ != b.size_) return false;
        for (std::size_t at = 0; at < a.size_; at += sizeof(std::uint64_t)) {
            if (a.word(at) != b.word(at)) return false;
        }
        return true;
    }
    /// As their texts: what follows the last character is zero.
    friend std::strong_ordering operator<=>(code const& a, code const& b) {
        for (std::size_t at = 0; at < a.size_; at += sizeof(std::uint64_t)) {
            auto const one = big_endian(a.characters_.data() + at), other = big_endian(b.characters_.data() + at);
            if (one != other) return one <=> other;
        }
        return a.size_ <=> b.size_;
    }

private:
    std::uint64_t word(std::size_t at) const {
        std::uint64_t read;
        std::memcpy(&read, characters_.data() + at, sizeof read);
        return read;
    }
    std::array<char, characters_max> characters_{};
    std::uint8_t size_ = 0;
};

}  // namespace detail

/// A stock keeping unit: `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`, case-sensitive.
class sku {
public:
    /// Not a sku of anything: only for containers and decoders to fill.
    sku() = default;
    /// @throws std::invalid_argument if the text is no sku; for input from outside use `parse`.
    explicit sku(std::string_view text);
    /// @throws std::invalid_argument if the text is no sku.
    explicit sku(char const* text) : sku(std::string_view(text)) {}

    static std::optional<sku> parse(std::string_view text);  ///< Nothing for a text that is no sku.

    /// Valid as long as this is.
    std::string_view text() const { return code_.text(); }
    bool empty() const { return code_.empty(); }  ///< Whether it is a sku of nothing, as the default makes it.

    friend auto operator<=>(sku const&, sku const&) = default;

private:
    friend struct std::hash<sku>;
    detail::code code_;
};

/// Where stock lies: the alphabet of a sku; `main` unless told otherwise.
class location {
public:
    location() : code_("main") {}
    /// @throws std::invalid_argument if the text is no location; for input from outside use `parse`.
    explicit location(std::string_view text);

    static std::optional<location> parse(std::string_view text);  ///< Nothing for a text that is no location.

    /// Valid as long as this is.
    std::string_view text() const { return code_.text(); }
    bool is_main() const { return text() == "main"; }  ///< Whether it is where stock lies unless told otherwise.

    friend auto operator<=>(location const&, location const&) = default;

private:
    friend struct std::hash<location>;
    detail::code code_;
};

}  // namespace shop

template <>
struct std::hash<shop::sku> {
    std::size_t operator()(shop::sku const& s) const noexcept { return s.code_.hash(); }
};
template <>
struct std::hash<shop::location> {
    std::size_t operator()(shop::location const& l) const noexcept { return l.code_.hash(); }
};

#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace shop {

/// A stock keeping unit: `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`, case-sensitive.
class sku {
public:
    /// Not a sku of anything: only for containers and decoders to fill.
    sku() = default;
    /// @throws std::invalid_argument if the text is no sku; for input from outside use `parse`.
    explicit sku(std::string_view text);
    explicit sku(char const* text) : sku(std::string_view(text)) {}

    static std::optional<sku> parse(std::string_view text);

    std::string const& text() const { return text_; }
    bool empty() const { return text_.empty(); }

    friend auto operator<=>(sku const&, sku const&) = default;

private:
    std::string text_;
};

/// Where stock lies: the alphabet of a sku; `main` unless told otherwise.
class location {
public:
    location() : text_("main") {}
    /// @throws std::invalid_argument if the text is no location; for input from outside use `parse`.
    explicit location(std::string_view text);

    static std::optional<location> parse(std::string_view text);

    std::string const& text() const { return text_; }
    bool is_main() const { return text_ == "main"; }

    friend auto operator<=>(location const&, location const&) = default;

private:
    std::string text_;
};

}  // namespace shop

template <>
struct std::hash<shop::sku> {
    std::size_t operator()(shop::sku const& s) const noexcept { return std::hash<std::string>{}(s.text()); }
};
template <>
struct std::hash<shop::location> {
    std::size_t operator()(shop::location const& l) const noexcept { return std::hash<std::string>{}(l.text()); }
};

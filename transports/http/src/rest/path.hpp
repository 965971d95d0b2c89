#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shop/async/operation.hpp>
#include <shop/core/result.hpp>
#include <shop/http/message.hpp>

namespace shop::http::detail {

inline constexpr std::size_t path_parameters_max =
    std::tuple_size_v<decltype(routed_path::values)>;  ///< names in braces in one path
inline constexpr std::size_t path_segments_max = 8;    ///< longer paths name nothing

/// The decoded segments of a path; without allocation where nothing is encoded.
class request_path {
public:
    /// @param raw as sent; outlives this object.
    /// @par Errors
    /// Those of `path_segments`.
    result<void> read(std::string_view raw);

    /// Empty for `/`, and for a path that is too long to name anything.
    std::span<std::string_view const> segments() const { return {segments_.data(), count_}; }

    /// What the segments are views of beside `raw`; null if there is nothing. This object has them no more.
    std::shared_ptr<void const> keep() {
        if (decoded_.empty()) return nullptr;
        return std::make_shared<std::vector<std::string> const>(std::move(decoded_));
    }

private:
    bool split_plain(std::string_view raw);

    std::array<std::string_view, path_segments_max> segments_;
    std::size_t count_ = 0;
    std::vector<std::string> decoded_;
};

/// The method of a request, if any resource has it.
std::optional<http_method> method_of(std::string_view word);

/// Finds the route of a method and a path. Paths are matched segment by segment; a literal segment goes before a name.
class router {
public:
    /// @param number of the route, from 1.
    void add(http_method method, std::string_view path, std::size_t number);

    struct match {
        std::size_t number = 0;  ///< 0: there is no such path, or it does not have the method
        std::array<std::string_view, path_parameters_max> values{};
        std::uint8_t methods = 0;  ///< those of the path, one bit each, if it does not have the method
    };
    match find(std::optional<http_method> method, std::span<std::string_view const> segments) const;

private:
    struct pattern {
        std::vector<std::string> segments;  // a name in braces is empty here
        std::array<std::size_t, 5> numbers{};
    };
    pattern& pattern_of(std::string_view path);

    std::vector<pattern> patterns_;
};

/// The value of `Allow`.
std::string methods_to_text(std::uint8_t methods);

/// What a resource answers to a method that it does not have: to OPTIONS what it has, to others a refusal, both with
/// `Allow`.
response answer_by_methods(request const& head, std::string_view allowed);

/// A path without the slash at its end; empty if it has none, or is nothing else.
std::string_view without_last_slash(std::string_view path);

/// A `not_found` for a path that no resource has.
/// @param meant the path without the slash at its end, if that is one; or empty
error no_such_path(request const& head, std::string_view meant);

}  // namespace shop::http::detail

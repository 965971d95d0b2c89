#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shop::http::detail {

/// What is said of a value; a bound that it names is there as a number, too.
struct bounded {
    std::string words;
    std::optional<std::int64_t> least = {};  ///< of a number, or of how many characters, items or entries there are
    std::optional<std::int64_t> most = {};   ///< likewise; of bytes, there are as many characters at most

    bounded() = default;
    bounded(char const* text) : words(text) {}
    bounded(std::string text) : words(std::move(text)) {}
    bounded(std::string text, std::optional<std::int64_t> from, std::int64_t to)
        : words(std::move(text)), least(from), most(to) {}

    /// More words; the bounds are those of the first.
    friend bounded operator+(bounded first, bounded const& more) {
        first.words += more.words;
        return first;
    }
};

/// What the documents of the API say of one member.
struct api_note {
    std::string_view member;        ///< `product.name`; `*.sku` for all of this name that have no note of their own
    bounded text;                   ///< bounds first, then what it is
    std::string_view example = {};  ///< as JSON; where there is none, the type has one
};

std::vector<api_note> api_notes();

/// What they say of one operation, or of the service that a group of them belongs to.
struct operation_note {
    std::string_view name;  ///< `orders.place`; of a service `orders`
    std::string_view summary;
    std::string_view description = {};
    std::string_view example = {};  ///< of its body, as JSON; where there is none, it follows from its members
};

std::vector<operation_note> operation_notes();
std::vector<operation_note> service_notes();

/// What they say of a member that every problem may have.
struct problem_member {
    std::string_view name, type, note;
    bool is_required = true;
};

std::vector<problem_member> problem_members();

/// What they say of one bound of requests.
struct api_limit {
    std::string_view what;
    std::string most;
    std::string_view beyond;  ///< how more is refused
};

std::vector<api_limit> api_limits();

}  // namespace shop::http::detail

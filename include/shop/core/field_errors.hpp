#pragma once

#include <string>
#include <utility>

#include <shop/core/error.hpp>
#include <shop/core/result.hpp>

namespace shop {

/// Collects what is wrong with a command, each at its place, so that a caller hears of all of it at once.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: unsafe.
class field_errors {
public:
    /// @param pointer a JSON pointer (RFC 6901), or the name of a header or a query parameter
    /// @param detail what it must be: `must be 1 to 64`
    void add(std::string pointer, std::string detail) {
        details_.errors.push_back({std::move(pointer), std::move(detail)});
    }
    /// What a refusal found.
    void add(error const& found) {
        auto const& more = found.details().errors;
        details_.errors.insert(details_.errors.end(), more.begin(), more.end());
    }
    /// Adds an error unless `holds`.
    void must(bool holds, std::string pointer, std::string detail) {
        if (!holds) add(std::move(pointer), std::move(detail));
    }
    bool empty() const { return details_.errors.empty(); }  ///< Whether nothing was refused.

    /// All of it as one.
    /// @param detail about the whole; the title of the code if empty
    error to_error(error_code code, std::string detail = {}) && {
        details_.detail = std::move(detail);
        return error(code, std::move(details_));
    }
    /// @par Errors
    /// As `to_error`; none if nothing was added.
    result<void> done(error_code code = error_code::invalid_value, std::string detail = {}) && {
        if (empty()) return {};
        return std::move(*this).to_error(code, std::move(detail));
    }

private:
    error_details details_;
};

}  // namespace shop

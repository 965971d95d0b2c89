#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/assert/source_location.hpp>

#include <shop/core/describe.hpp>
#include <shop/core/sku.hpp>

namespace shop {

/// What sort of failure; HTTP status, log level and retry follow from it, each in one place.
enum class error_kind {
    malformed,  ///< not JSON, or not of the declared shape
    invalid,    ///< the right shape, but a value is refused
    unauthenticated,
    forbidden,
    not_found,
    conflict,
    precondition,           ///< If-Match is stale
    precondition_required,  ///< If-Match is missing
    exhausted,              ///< a quota or rate is used up
    unavailable,
    timeout,
    internal,
};

constexpr std::array<std::string_view, 12> words_of(error_kind) {
    return {"malformed", "invalid",     "unauthenticated", "forbidden",
            "not_found", "conflict",    "precondition",    "precondition_required",
            "exhausted", "unavailable", "timeout",         "internal"};
}

/// Every failure the shop can answer. The stable word, the kind, and the meaning stand in `error_table`;
/// `docs/errors.md` is generated from it.
enum class error_code {
    malformed_json,
    malformed_request,
    unsupported_media_type,
    invalid_value,
    not_supported,
    unknown_sku,
    product_not_active,
    mixed_currency,
    amount_overflow,
    idempotency_key_missing,
    idempotency_key_malformed,
    idempotency_key_reused,
    unauthenticated,
    forbidden,
    not_found,
    already_exists,
    out_of_stock,
    total_mismatch,
    stock_committed,
    stock_changed,
    insufficient_stock,
    allocation_refused,
    allocation_released,
    invalid_transition,
    operation_in_progress,
    version_mismatch,
    version_required,
    rate_limited,
    overloaded,
    unavailable,
    store_unavailable,
    store_corrupt,
    deadline_exceeded,
    outcome_unknown,
    undeliverable,
    internal,
};

/// What is so of every error of a code.
struct error_row {
    error_code code;          ///< equal to the place in `error_table`
    std::string_view word;    ///< stable for ever: it is what callers decide by
    error_kind kind;          ///< decides HTTP status and log level
    bool retryable;           ///< the same request may succeed later, unchanged
    std::string_view title;   ///< one line for people, the same for every occurrence
    std::string_view remedy;  ///< what the caller can do about it
};

/// One row per `error_code`, in its order.
extern std::array<error_row, 36> const error_table;

/// One value that was refused, and where it stands: a JSON pointer into the body, or the name of a parameter or field.
struct field_error {
    std::string pointer;  ///< RFC 6901, or the name of a parameter
    std::string detail;

    static constexpr auto fields() {
        return std::tuple{required("pointer", &field_error::pointer), required("detail", &field_error::detail)};
    }
    friend bool operator==(field_error const&, field_error const&) = default;
};

/// What was asked for and what there was.
struct shortage {
    shop::sku sku;
    std::int64_t requested = 0;  ///< pieces, of all lines of the sku together
    std::int64_t available = 0;  ///< pieces that could have been promised

    static constexpr auto fields() {
        return std::tuple{required("sku", &shortage::sku), required("requested", &shortage::requested),
                          required("available", &shortage::available)};
    }
    friend bool operator==(shortage const&, shortage const&) = default;
};

/// The typed details of a failure; empty ones are left out of the answer.
struct error_details {
    std::string detail = {};                ///< for people, about this occurrence; never holds input, SQL or paths
    std::vector<field_error> errors = {};   ///< one per refused place
    std::vector<shortage> shortages = {};   ///< one per sku
    std::optional<std::string> from = {};   ///< the status a refused transition started from
    std::optional<std::string> to = {};     ///< the status it asked for
    std::vector<std::string> allowed = {};  ///< what would have been allowed
    std::optional<std::uint64_t> current_version = {};  ///< what stands now, for `version_mismatch`
    std::optional<std::int64_t> on_hand = {};           ///< of stock that is committed: the pieces that lie there
    std::optional<std::int64_t> promised = {};          ///< and those promised to orders or held for checkouts
    std::optional<std::int64_t> least = {};             ///< and the least that could be asked for instead
    std::optional<std::uint32_t> retry_after_s = {};    ///< whole seconds to wait
    bool replayed = false;                              ///< the recorded answer of an earlier request with the same key

    static constexpr auto fields() {
        return std::tuple{optional("detail", &error_details::detail),
                          optional("errors", &error_details::errors),
                          optional("shortages", &error_details::shortages),
                          optional("from", &error_details::from),
                          optional("to", &error_details::to),
                          optional("allowed", &error_details::allowed),
                          optional("current_version", &error_details::current_version),
                          optional("on_hand", &error_details::on_hand),
                          optional("promised", &error_details::promised),
                          optional("least", &error_details::least),
                          optional("retry_after_s", &error_details::retry_after_s)};
    }
    friend bool operator==(error_details const&, error_details const&) = default;
};

/// A failure as a value: a code and shared, immutable details; cheap to copy.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: safe to read.
class error {
public:
    error() = default;
    explicit error(error_code code) : code_(code) {}  ///< its title says all
    /// @param detail about this occurrence; for callers, so without secrets
    error(error_code code, std::string detail);
    error(error_code code, error_details details);  ///< With what callers need to mend the request.

    error_code code() const { return code_; }                                              ///< One of the fixed words.
    error_row const& row() const { return error_table[static_cast<std::size_t>(code_)]; }  ///< Valid for ever.
    std::string_view word() const { return row().word; }                                   ///< As callers see it.
    error_kind kind() const { return row().kind; }                                         ///< See `error_kind`.
    bool retryable() const { return row().retryable; }  ///< Whether the same request may succeed later, unchanged.

    error_details const& details() const;  ///< Empty ones where there are none; valid as long as this is.
    /// The detail of this occurrence, or the title of its code.
    std::string_view message() const;
    std::vector<shortage> const& shortages() const& { return details().shortages; }  ///< Valid as long as this is.
    /// Of a temporary, such as what `result::error()` answers, a copy: a loop over it may outlive the temporary.
    std::vector<shortage> shortages() && { return details().shortages; }

    /// The same failure, marked as the recorded answer of an earlier request.
    error as_replay() const;

    /// Equal code and details.
    friend bool operator==(error const& a, error const& b) { return a.code_ == b.code_ && a.details() == b.details(); }

private:
    error_code code_ = error_code::internal;
    std::shared_ptr<error_details const> details_;
};

/// An `invalid_value` at one place.
error invalid_at(std::string pointer, std::string detail);

/// The exception of `result<T>::value()` on a failure.
class failure : public std::exception {
public:
    /// Of this error; thrown by `result<T>::value()`.
    explicit failure(shop::error e);
    /// The detail of the error, valid as long as this is.
    char const* what() const noexcept override { return what_.c_str(); }
    shop::error const& reason() const { return error_; }  ///< Valid as long as this is.

private:
    shop::error error_;
    std::string what_;
};

/// Found by Boost.System's `result<T>::value()` through ADL.
[[noreturn]] void throw_exception_from_error(error const& e, boost::source_location const& where);

}  // namespace shop

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <shop/core/describe.hpp>
#include <shop/core/result.hpp>
#include <shop/storage/storage.hpp>

namespace shop {

namespace asio = boost::asio;

/// What an audit can find. Each names one broken promise; `docs/operating.md` says what each means.
enum class violation_kind {
    corrupt_row,
    negative_count,
    oversold,
    held_mismatch,
    ledger_gap,
    ledger_mismatch,
    allocated_mismatch,
    reference_missing,
    reference_without_movement,
    allocation_without_order,
    order_without_allocation,
    rejected_with_allocation,
    lines_mismatch,
    shipment_mismatch,
    pending_without_operation,
    history_gap,
    history_illegal_step,
    history_missing,
    history_surplus,
    history_without_order,
    status_mismatch,
    total_mismatch,
    key_without_order,
    key_missing,
    duplicate_key_order,
    delivery_without_event,
    cursor_beyond_log,
};

constexpr std::array<std::string_view, 27> words_of(violation_kind) {
    return {"corrupt_row",
            "negative_count",
            "oversold",
            "held_mismatch",
            "ledger_gap",
            "ledger_mismatch",
            "allocated_mismatch",
            "reference_missing",
            "reference_without_movement",
            "allocation_without_order",
            "order_without_allocation",
            "rejected_with_allocation",
            "lines_mismatch",
            "shipment_mismatch",
            "pending_without_operation",
            "history_gap",
            "history_illegal_step",
            "history_missing",
            "history_surplus",
            "history_without_order",
            "status_mismatch",
            "total_mismatch",
            "key_without_order",
            "key_missing",
            "duplicate_key_order",
            "delivery_without_event",
            "cursor_beyond_log"};
}

/// One broken promise and whom it concerns.
struct violation {
    violation_kind kind = violation_kind::corrupt_row;  ///< what was broken
    std::string subject;                                ///< `order 0192...`, `sku MUG-1`, `table orders_order`
    std::string detail;                                 ///< for people: what stands there, and what should

    friend bool operator==(violation const&, violation const&) = default;
};

/// `oversold sku MUG-1: 3 promised, 2 there`: one line.
std::string to_string(violation const& v);

/// What was read, and what was wrong with it.
struct audit_report {
    std::vector<violation> violations;  ///< at most `audit_violations_max`
    std::uint64_t left_out = 0;         ///< more violations than the list holds

    std::uint64_t products = 0;    ///< rows that were looked at
    std::uint64_t stock = 0;       ///< pairs of sku and location
    std::uint64_t movements = 0;   ///< lines of the ledger that were looked at
    std::uint64_t decisions = 0;   ///< rows that were looked at
    std::uint64_t orders = 0;      ///< rows that were looked at
    std::uint64_t keys = 0;        ///< idempotency keys that were looked at
    std::uint64_t events = 0;      ///< rows that were looked at
    std::uint64_t deliveries = 0;  ///< rows that were looked at

    std::uint64_t open_operations = 0;  ///< orders whose outcome recovery still owes: no violation
    std::uint64_t moving = 0;           ///< suspects that changed while the audit read them: not judged, audit again

    bool clean() const { return violations.empty(); }  ///< Whether every promise was found kept.
    /// Whether a violation of that kind was found.
    bool has(violation_kind kind) const;
};

inline constexpr std::size_t audit_violations_max = 10'000;  ///< more are only counted, in `left_out`

/// Checks what the four stores hold against the promises of the shop: conservation of stock and its ledger, no
/// oversell, orders and allocations that agree, histories that are paths of the status machine, one order per key,
/// totals that add up, and rows that are as they were written.
///
/// Reads every table a page at a time and changes nothing. It may run beside a working shop: what moves meanwhile is
/// counted in `moving` instead of being judged. After a corrupt row nothing but corrupt rows is reported, since nothing
/// may be concluded from a table that cannot be read to its end. Needs about 100 bytes of memory per order and per sku.
/// @param of those of orders and inventory, and those of products and notifications if they are to be read too; they
/// may lie in different databases; pass a named object (g++ 12 mishandles aggregate temporaries inside `co_await`).
/// @par Errors
/// `store_unavailable`.
/// @par Thread safety
/// As the stores.
asio::awaitable<result<audit_report>> audit(stores of);

}  // namespace shop

#pragma once

#include <unordered_map>
#include <unordered_set>

#include <shop/inventory/store.hpp>

#include "pages.hpp"

namespace shop::auditing {

/// I1 to I3: counts follow from the ledger, are not negative, and promise no more than there is.
///
/// First `read_ledger`, then `read_stock` and `promise` in any order, then `note_movement` and `conclude`.
class stock_audit {
public:
    stock_audit(inventory::store& store, findings& into, audit_report& report)
        : store_(store), findings_(into), report_(report) {}

    /// The ledger by itself: without gaps, and each line follows from the one before.
    asio::awaitable<result<void>> read_ledger();
    /// References answer late repeats: every recorded movement has one, and each has its movement, and its key if it
    /// came with one.
    asio::awaitable<result<void>> read_references();
    /// The counts against the ledger, and against each other.
    asio::awaitable<result<void>> read_stock();
    /// So many pieces are still promised to an order.
    void promise(inventory::allocated_line const& line, std::int64_t pieces);
    /// What moved since `read_ledger`; who reads the log, against its end.
    asio::awaitable<result<void>> note_movement();
    void conclude();

private:
    struct place {
        shop::sku sku;
        shop::location location;
        friend bool operator==(place const&, place const&) = default;
    };
    struct hash {
        std::size_t operator()(place const& p) const {
            return std::hash<sku>{}(p.sku) * 31 + std::hash<location>{}(p.location);
        }
    };
    struct counts {
        std::uint64_t sequence = 0;
        std::int64_t on_hand = 0;    // by the ledger
        std::int64_t allocated = 0;  // by the ledger
        std::int64_t promised = 0;   // by the decisions
        bool in_ledger = false;
        bool in_stock = false;
    };
    void take(inventory::movement_record const& line);
    void break_ledger(violation_kind kind, sku const& which, std::string detail);
    void take(std::vector<inventory::stock_record> const& locations);
    void check(inventory::reference_record const& reference);
    asio::awaitable<result<void>> check_keys(std::vector<inventory::reference_record> const& references);
    asio::awaitable<result<void>> check_references(std::vector<inventory::movement_record> const& lines);

    inventory::store& store_;
    findings& findings_;
    audit_report& report_;
    std::unordered_map<place, counts, hash> places_;
    std::unordered_map<sku, std::int64_t> transferred_;  // sums to nothing over the locations
    std::unordered_set<sku> broken_;                     // told once: what follows from a broken ledger is no news
    std::optional<std::uint64_t> ledger_end_;
};

}  // namespace shop::auditing

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <shop/audit.hpp>
#include <shop/core/sku.hpp>
#include <shop/core/uuid.hpp>

namespace shop::auditing {

/// What looked wrong so far. Judged at the end, when it is known what moved while the audit read.
class findings {
public:
    void about_order(violation_kind kind, order_id which, std::string detail);
    void about_sku(violation_kind kind, sku const& which, std::string detail);
    void about_table(violation_kind kind, std::string_view table, std::string detail);
    /// A row is not as it was written. Nothing can be concluded any more: the audit reads no further.
    void corrupt_store(error const& why);

    void moved(order_id which) { moved_orders_.insert(which); }
    void moved(sku const& which) { moved_skus_.insert(which); }

    bool corrupt() const { return corrupt_; }
    /// Moves what is left of the suspicions into the report.
    void judge(audit_report& into);

private:
    struct suspicion {
        violation what;
        std::optional<order_id> order;
        std::optional<shop::sku> sku;
    };
    void add(suspicion s);

    std::vector<suspicion> suspicions_;
    std::uint64_t left_out_ = 0;
    bool corrupt_ = false;
    std::unordered_set<order_id> moved_orders_;
    std::unordered_set<shop::sku> moved_skus_;
};

}  // namespace shop::auditing

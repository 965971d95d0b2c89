#include "findings.hpp"

#include <algorithm>

namespace shop {

std::string to_string(violation const& v) {
    std::string out(to_word(v.kind));
    out.append(" ").append(v.subject);
    if (!v.detail.empty()) out.append(": ").append(v.detail);
    return out;
}

bool audit_report::has(violation_kind kind) const {
    return std::ranges::any_of(violations, [&](auto const& v) { return v.kind == kind; });
}

}  // namespace shop

namespace shop::auditing {

void findings::about_order(violation_kind kind, order_id which, std::string detail) {
    add({{kind, "order " + to_string(which), std::move(detail)}, which, {}});
}

void findings::about_sku(violation_kind kind, sku const& which, std::string detail) {
    add({{kind, "sku " + std::string(which.text()), std::move(detail)}, {}, which});
}

void findings::about_table(violation_kind kind, std::string_view table, std::string detail) {
    add({{kind, "table " + std::string(table), std::move(detail)}, {}, {}});
}

void findings::corrupt_store(error const& why) {
    if (!corrupt_) add({{violation_kind::corrupt_row, "store", std::string(why.message())}, {}, {}});
}

void findings::add(suspicion s) {
    corrupt_ = corrupt_ || s.what.kind == violation_kind::corrupt_row;
    // Some of them may turn out to be in motion; more than this is a wreck anyway.
    if (suspicions_.size() < 2 * audit_violations_max) {
        suspicions_.push_back(std::move(s));
    } else {
        ++left_out_;
    }
}

void findings::judge(audit_report& into) {
    into.left_out += left_out_;
    for (auto& s : suspicions_) {
        if (corrupt_ && s.what.kind != violation_kind::corrupt_row) continue;
        if ((s.order && moved_orders_.contains(*s.order)) || (s.sku && moved_skus_.contains(*s.sku))) {
            ++into.moving;
        } else if (into.violations.size() < audit_violations_max) {
            into.violations.push_back(std::move(s.what));
        } else {
            ++into.left_out;
        }
    }
    suspicions_.clear();
}

}  // namespace shop::auditing

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <shop/records/record.hpp>

#include "findings.hpp"

namespace shop::auditing {

/// Reads a table from end to end.
template <class Record>
class pages {
public:
    static constexpr std::size_t page_rows = 1'024;

    pages(record_scan<Record>& from, findings& into, std::optional<key_of<Record>> after = {})
        : from_(from), into_(into), last_(std::move(after)) {}

    /// Reads the next page. False at the end, and where the table cannot be read further.
    asio::awaitable<result<bool>> next() {
        if (ended_ || into_.corrupt()) co_return false;
        auto read = co_await from_.scan_records(std::type_identity<Record>{}, last_, page_rows);
        if (!read && read.error().code() == error_code::store_corrupt) {
            into_.corrupt_store(read.error());
            co_return false;
        }
        if (!read) co_return read.error();
        rows_ = std::move(*read);
        if (rows_.empty()) {
            ended_ = true;
            co_return false;
        }
        last_ = key_of_record(rows_.back());
        count_ += rows_.size();
        co_return true;
    }
    std::vector<Record> const& rows() const { return rows_; }
    std::uint64_t count() const { return count_; }
    /// Where the reading stands.
    std::optional<key_of<Record>> const& last() const { return last_; }

private:
    record_scan<Record>& from_;
    findings& into_;
    std::optional<key_of<Record>> last_;
    std::vector<Record> rows_;
    std::uint64_t count_ = 0;
    bool ended_ = false;
};

/// Loads records by key, in one snapshot. Nothing if one of them is damaged.
template <class Schema>
asio::awaitable<result<std::shared_ptr<loaded_rows<Schema> const>>> look_up(record_store<Schema>& in,
                                                                            key_set<Schema> wanted, findings& into) {
    auto read = co_await in.load(std::move(wanted));
    if (!read && read.error().code() == error_code::store_corrupt) {
        into.corrupt_store(read.error());
        co_return std::shared_ptr<loaded_rows<Schema> const>{};
    }
    co_return read;
}

/// Reads what a log took in after `from`, and checks that nobody was told of more than it holds.
/// @param each called with every record; outlives the call.
template <class Log, class Cursor, class Schema, class F>
asio::awaitable<result<void>> read_log_end(record_store<Schema>& store, findings& into,
                                           std::optional<std::uint64_t> from, F& each) {
    // Cursors first: both grow, and the log must not seem the shorter one.
    std::vector<Cursor> told;
    pages<Cursor> cursors(store, into);
    for (;;) {
        auto more = co_await cursors.next();
        if (!more) co_return more.error();
        if (!*more) break;
        told.insert(told.end(), cursors.rows().begin(), cursors.rows().end());
    }
    std::optional<key_of<Log>> after;
    if (from) after = key_of<Log>{*from};
    pages<Log> since(store, into, after);
    for (;;) {
        auto more = co_await since.next();
        if (!more) co_return more.error();
        if (!*more) break;
        for (auto const& record : since.rows()) each(record);
    }
    auto const end = since.last() ? std::get<0>(*since.last()) : 0;
    for (auto const& c : told) {
        if (c.acknowledged_position <= end) continue;
        into.about_table(violation_kind::cursor_beyond_log, Cursor::table,
                         c.subscriber + " was told up to " + std::to_string(c.acknowledged_position) +
                             ", the log ends at " + std::to_string(end));
    }
    co_return result<void>{};
}

}  // namespace shop::auditing

#pragma once

#include <tuple>
#include <vector>

#include <shop/core/record.hpp>

#include "storage/postgres/columns.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/statements.hpp"

/// One table per record type, by its description. A table holds no rules: it moves records.
namespace shop::postgres {

/// @throws trouble `corrupt` if a row is not as it was written.
template <class Record>
void read_records(rows const& from, std::vector<Record>& out) {
    row_reader row(from);
    out.reserve(out.size() + from.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
        row.start_row(i);
        auto& record = out.emplace_back();
        for_each_field<Record>([&](auto const& f) { storage::read_column(row, record.*f.pointer); });
        if (!row.sound()) {
            throw trouble(fault::corrupt, "a row of " + std::string(Record::table) + " is not as it was written");
        }
    }
}

/// Reads records with hand-written conditions: `select<order_record>(on, text, out, a, b)`, where `text` begins with
/// `select_from<order_record>()` and lives as long as the program. It is never made from input.
template <class Record, class... Values>
void select(connection& on, std::string const& text, std::vector<Record>& out, Values const&... values) {
    value_writer to;
    (storage::write_column(to, values), ...);
    read_records(on.run(text, to.values()), out);
}

/// The next records by primary key.
template <class Record>
void next_by_key(connection& on, std::optional<key_of<Record>> const& after, std::size_t limit,
                 std::vector<Record>& out) {
    if (!after) return select(on, scan_from_start_statement<Record>(), out, limit);
    std::apply([&](auto const&... member) { select(on, scan_statement<Record>(), out, member..., limit); }, *after);
}

namespace detail {

/// Arrays of keys, or of their leading part.
template <class Record, class Key>
std::vector<std::string> arrays_of(std::vector<Key> const& keys) {
    constexpr auto members = std::tuple_size_v<Key>;
    std::vector<column_array> columns;
    columns.reserve(members);
    for_each_key_column<Record>(
        [&](std::string_view, auto member) { columns.emplace_back(kind_of_member<Record>(member)); }, members);
    row_writer row(std::move(columns));
    for (auto const& key : keys) {
        row.start_row();
        std::apply([&](auto const&... member) { (storage::write_column(row, member), ...); }, key);
    }
    return row.take();
}

template <class Record>
std::vector<std::string> arrays_of_records(std::vector<Record const*> const& records) {
    std::vector<column_array> columns;
    for_each_given_column<Record>(
        [&](auto const& f) { columns.emplace_back(kind_of_member<Record>(f.pointer)); });
    row_writer row(std::move(columns));
    for (auto const* record : records) {
        row.start_row();
        for_each_given_column<Record>([&](auto const& f) { storage::write_column(row, record->*f.pointer); });
    }
    return row.take();
}

}  // namespace detail

/// The loaded records of one key set.
template <class Schema>
class loaded_records {
    template <class Record>
    using rows_of = std::vector<Record>;

public:
    /// How many tables are asked: more than one need a snapshot, to be read together.
    static std::size_t tables_of(key_set<Schema> const& keys) {
        std::size_t count = 0;
        Schema::for_each([&]<class Record>() { count += !keys.template of<Record>().empty(); });
        return count;
    }

    /// Loads all keys of `rows` and sets its groups; the records live as long as this, and until the next `fill`.
    /// @throws trouble
    void fill(connection& on, loaded_rows<Schema>& rows, bool and_lock) {
        Schema::for_each([&]<class Record>() { fill_table<Record>(on, rows, and_lock); });
    }

private:
    /// Keys and rows are in the same order, so one walk finds where each group begins.
    template <class Record>
    void fill_table(connection& on, loaded_rows<Schema>& rows, bool and_lock) {
        auto const& keys = rows.keys().template of<Record>();
        if (keys.empty()) return;
        auto& records = std::get<Schema::template index<Record>>(records_);
        records.clear();
        auto const& statement = and_lock ? lock_statement<Record>() : load_statement<Record>();
        read_records(on.run(statement, detail::arrays_of<Record>(keys)), records);
        auto& groups = rows.template groups<Record>();
        std::size_t at = 0;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            auto const begin = at;
            while (at < records.size() && load_key_of_record(records[at]) == keys[i]) ++at;
            groups[i] = {records.data() + begin, at - begin};
        }
        if (at != records.size()) {
            throw trouble(fault::corrupt, std::string(Record::table) + " is not in the order of its keys: its texts need COLLATE \"C\"");
        }
    }

    typename Schema::template map<rows_of> records_;
};

/// Writes what a decision wants, gives records their new revisions.
/// @return whether anything was written.
/// @throws trouble `conflict` if a record is not of the expected revision.
template <class Schema>
bool write_changes(connection& on, changes<Schema>& wanted) {
    bool wrote = false;
    auto const erase = [&]<class Record>() {
        auto const& keys = wanted.template erases<Record>();
        if (keys.empty()) return;
        on.run(erase_statement<Record>(), detail::arrays_of<Record>(keys));
        wrote = true;
    };
    auto const put = [&]<class Record>() {
        std::vector<Record const*> inserts, updates;
        for (auto& record : wanted.template puts<Record>()) {
            if constexpr (is_log<Record>) {
                inserts.push_back(&record);
            } else {
                (record.revision++ == 0 ? inserts : updates).push_back(&record);
            }
        }
        if (!updates.empty()) {
            auto const done = on.run(update_statement<Record>(), detail::arrays_of_records(updates));
            if (done.affected() != updates.size()) {
                throw trouble(fault::conflict, "a record of " + std::string(Record::table) + " changed meanwhile");
            }
        }
        if (!inserts.empty()) {
            auto const done = on.run(insert_statement<Record>(), detail::arrays_of_records(inserts));
            if (done.affected() != inserts.size()) {
                throw trouble(fault::corrupt, "shop_log has no row for " + std::string(Record::table));
            }
        }
        wrote = wrote || !updates.empty() || !inserts.empty();
    };
    auto const put_all = [&](bool logs) {
        Schema::for_each([&]<class Record>() {
            if (is_log<Record> == logs) put.template operator()<Record>();
        });
    };
    Schema::for_each(erase);  // first: a record may go and come back under its key
    put_all(false);
    put_all(true);  // last: the lock on a log's row is held from here to the commit
    return wrote;
}

}  // namespace shop::postgres

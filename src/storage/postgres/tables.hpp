#pragma once

#include <algorithm>
#include <tuple>
#include <vector>

#include <shop/records/record.hpp>

#include "columns.hpp"
#include "connection.hpp"
#include "session.hpp"
#include "statements.hpp"

/// One table per record type, by its description. A table holds no rules: it moves records.
namespace shop::postgres {

/// @param from of the shape `records_of<Record>()`
/// @throws trouble `corrupt` if a row is not as it was written; a misfit if it is none of this table
template <class Record, class Rows>
void read_records(Rows const& from, std::vector<Record>& out) {
    typename Rows::reader row(from);
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

/// Reads records with hand-written conditions: `select(on, what, out, a, b)`, where `what` is
/// `select_where<Record>(...)`.
template <class Record, class... Values>
void select(session& on, statement const& what, std::vector<Record>& out, Values const&... values) {
    value_writer to;
    (storage::write_column(to, values), ...);
    read_records(on.ask(what, to.take()), out);
}

/// The next records by primary key.
template <class Record>
void next_by_key(session& on, std::optional<key_of<Record>> const& after, std::size_t limit, std::vector<Record>& out) {
    if (!after) return select(on, scan_from_start_statement<Record>(), out, limit);
    std::apply([&](auto const&... member) { select(on, scan_statement<Record>(), out, member..., limit); }, *after);
}

namespace detail {

/// Arrays of keys, or of their leading part.
template <class Record, class Key>
std::vector<parameter> arrays_of(std::vector<Key> const& keys) {
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
std::vector<parameter> arrays_of_records(std::vector<Record const*> const& records) {
    std::vector<column_array> columns;
    for_each_given_column<Record>([&](auto const& f) { columns.emplace_back(kind_of_member<Record>(f.pointer)); });
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

    enum class purpose { reading, deciding, locking };

    /// Queues what loads all keys.
    static void ask(connection& on, key_set<Schema> const& keys, purpose why) {
        Schema::for_each([&]<class Record>() {
            auto const& of_table = keys.template of<Record>();
            if (of_table.empty()) return;
            on.queue(load_for<Record>(why), detail::arrays_of<Record>(of_table));
        });
    }

    /// Sets the groups of these keys from the answers; the records live as long as this, and until the next `fill`.
    /// @param asked all keys of `to`, or some of them
    /// @throws trouble
    void fill(std::vector<rows> const& answers, key_set<Schema> const& asked, loaded_rows<Schema>& to) {
        auto next = answers.begin();
        Schema::for_each([&]<class Record>() {
            auto const& of_table = asked.template of<Record>();
            if (!of_table.empty()) fill_table<Record>(*next++, of_table, to);
        });
    }

private:
    template <class Record>
    static statement const& load_for(purpose why) {
        switch (why) {
            case purpose::reading:
                return load_statement<Record>();
            case purpose::deciding:
                return load_to_decide_statement<Record>();
            case purpose::locking:
                return lock_statement<Record>();
        }
        return load_statement<Record>();
    }

    /// Keys and rows are in the same order, so one walk finds where each group begins.
    template <class Record>
    void fill_table(rows const& answer, std::vector<load_key_of<Record>> const& keys, loaded_rows<Schema>& to) {
        auto& records = std::get<Schema::template index<Record>>(records_);
        records.clear();
        read_records(answer, records);
        auto& groups = to.template groups<Record>();
        auto const& all = to.keys().template of<Record>();
        std::size_t at = 0, slot = 0;
        for (auto const& key : keys) {
            auto const begin = at;
            while (at < records.size() && load_key_of_record(records[at]) == key) ++at;
            while (all[slot] != key) ++slot;
            groups[slot] = {records.data() + begin, at - begin};
        }
        if (at != records.size()) {
            auto const was_asked_for = [&](Record const& one) {
                return std::binary_search(keys.begin(), keys.end(), load_key_of_record(one));
            };
            if (!std::all_of(records.begin(), records.end(), was_asked_for)) {
                throw misfit("the rows of " + std::string(Record::table) + " that were asked for", "others");
            }
            throw trouble(fault::corrupt, std::string(Record::table) +
                                              " is not in the order of its keys: its texts need COLLATE \"C\"");
        }
    }

    typename Schema::template map<rows_of> records_;
};

/// Queues what a decision wants written, and gives records their new revisions. The statements see to it that each
/// record is of the expected revision.
/// @return whether there is anything to write.
template <class Schema>
bool queue_changes(connection& on, changes<Schema>& wanted) {
    bool writes = false;
    auto const queue = [&](statement const& what, std::vector<parameter> values, std::optional<std::size_t> rows = {}) {
        on.queue(what, std::move(values), rows);
        writes = true;
    };
    auto const erase = [&]<class Record>() {
        auto const& keys = wanted.template erases<Record>();
        if (!keys.empty()) queue(erase_statement<Record>(), detail::arrays_of<Record>(keys));
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
        // Rows are locked in the order of their keys, whether they were when loaded or are only now.
        if constexpr (!is_log<Record>) {
            auto const by_key = [](auto const* a, auto const* b) { return key_of_record(*a) < key_of_record(*b); };
            std::sort(updates.begin(), updates.end(), by_key);
            std::sort(inserts.begin(), inserts.end(), by_key);
        }
        if constexpr (!is_log<Record>) {
            if (!updates.empty()) queue(update_statement<Record>(), detail::arrays_of_records(updates));
        }
        if (!inserts.empty()) queue(insert_statement<Record>(), detail::arrays_of_records(inserts), inserts.size());
    };
    auto const put_all = [&](bool logs) {
        Schema::for_each([&]<class Record>() {
            if (is_log<Record> == logs) put.template operator()<Record>();
        });
    };
    Schema::for_each(erase);  // first: a record may go and come back under its key
    put_all(false);
    put_all(true);  // last: the lock on a log's row is held from here to the commit
    return writes;
}

}  // namespace shop::postgres

#pragma once

#include <string>
#include <tuple>
#include <vector>

#include <shop/records/record.hpp>

#include "columns.hpp"
#include "connection.hpp"

/// One table per record type, by its description. A table holds no rules: it moves records.
namespace shop::sqlite {

using storage::column_count;
using storage::is_key_column;
using storage::key_columns;
using storage::read_column;
using storage::write_column;

/// `sku = ?4 AND location = ?5`, of the first `members` of the key.
template <class Record>
std::string key_condition(int first_parameter, std::size_t members = std::tuple_size_v<key_of<Record>>) {
    std::string out;
    auto one = [&](std::string_view name, auto) {
        if (!out.empty()) out += " AND ";
        out.append(name).append(" = ?").append(std::to_string(first_parameter++));
    };
    storage::for_each_key_column<Record>(one, members);
    return out;
}

/// `sku, location, ..., checksum`: the columns in the order of the description.
template <class Record>
std::string const& columns_of() {
    static std::string const made = [] {
        std::string out;
        for_each_field<Record>([&](auto const& f) { out.append(f.name).append(", "); });
        return out + "checksum";
    }();
    return made;
}

template <class Record, class Field>
void write_member(binder& to, Record const& record, Field const& f) {
    auto const& member = record.*f.pointer;
    if constexpr (detail::is_optional<typename Field::member>) {
        if (f.when_missing == presence::added && !member) return to.absent();
    }
    write_column(to, member);
}

template <class Record, class Field>
void read_member(row_reader& from, Record& record, Field const& f) {
    if (f.when_missing == presence::added && from.absent()) return;
    read_column(from, record.*f.pointer);
}

/// Reads the record in the current row, whose columns are those of `columns_of` from the first on.
/// `corrupt` if it is not as it was written.
template <class Record>
status read_record(statement const& from, row_digest& digest, Record& out) {
    row_reader row(digest);
    row.start(from);
    for_each_field<Record>([&](auto const& f) { read_member(row, out, f); });
    return row.sound() ? status::ok : status::corrupt;
}

/// Reads records by key.
template <class Record>
class table_reader {
public:
    explicit table_reader(connection& on)
        : connection_(on),
          by_key_(on.prepare("SELECT " + columns_of<Record>() + " FROM " + std::string(Record::table) + " WHERE " +
                             key_condition<Record>(1, Record::load_key_size) +
                             (Record::load_key_size < std::tuple_size_v<key_of<Record>>
                                  ? " ORDER BY " + key_columns<Record>()
                                  : ""))) {}

    /// Appends the group of records under a key, in the order of their primary keys.
    status load(load_key_of<Record> const& key, std::vector<Record>& out) {
        keys_.start(by_key_);
        std::apply([&](auto const&... member) { (write_column(keys_, member), ...); }, key);
        auto read = status::ok;
        while (read == status::ok && by_key_.next()) read = read_record(by_key_, digest_, out.emplace_back());
        auto stepped = by_key_.reset();
        if (read == status::corrupt) connection_.blame(Record::table);
        return read != status::ok ? read : stepped;
    }

private:
    connection& connection_;
    statement by_key_;
    binder keys_;
    row_digest digest_;
};

/// What the writer knows of a table beside its rows; a rollback takes it back as well.
struct table_state {
    std::string_view table;
    bool is_log = false;
    std::uint64_t last_position = 0;
    bool positions_erased = false;  ///< in this transaction: `last_position` must be kept elsewhere
    std::uint64_t rows_written = 0;
};

/// Writes records. @pre a write transaction is open.
template <class Record>
class table_writer {
public:
    table_writer(connection& on, table_state& state) : connection_(on), state_(&state) {
        std::string const table(Record::table);
        std::string values;
        std::string assignments;
        int at = 0;
        for_each_field<Record>([&](auto const& f) {
            ++at;
            values += "?" + std::to_string(at) + ", ";
            if (!is_key_column<Record>(f)) assignments.append(f.name).append(" = ?" + std::to_string(at) + ", ");
        });
        auto checksum = "?" + std::to_string(at + 1);
        insert_ =
            on.prepare("INSERT INTO " + table + " (" + columns_of<Record>() + ") VALUES (" + values + checksum + ")");
        erase_ = on.prepare("DELETE FROM " + table + " WHERE " + key_condition<Record>(1));
        if constexpr (!is_log<Record>) {
            // The key's columns have the same parameters in both places.
            std::string where;
            int parameter = 0;
            for_each_field<Record>([&](auto const& f) {
                ++parameter;
                if (!is_key_column<Record>(f)) return;
                where.append(f.name).append(" = ?" + std::to_string(parameter) + " AND ");
            });
            update_ = on.prepare("UPDATE " + table + " SET " + assignments + "checksum = " + checksum + " WHERE " +
                                 where + "revision = ?" + std::to_string(at + 2));
        }
    }

    /// Inserts, replaces or appends, by revision and kind; gives the record its new revision or position.
    status put(Record& record) {
        if constexpr (is_log<Record>) {
            record.position = ++state_->last_position;
            return run(insert_, record);
        } else {
            auto expected = record.revision++;
            if (expected == 0) return run(insert_, record);
            update_.bind(column_count<Record> + 2, static_cast<std::int64_t>(expected));
            auto done = run(update_, record);
            if (done == status::ok && connection_.rows_changed() == 0) return status::conflict;
            return done;
        }
    }

    status erase(key_of<Record> const& key) {
        if constexpr (is_log<Record>) state_->positions_erased = true;
        ++state_->rows_written;
        columns_.start(erase_);
        std::apply([&](auto const&... member) { (write_column(columns_, member), ...); }, key);
        return erase_.run();
    }

private:
    status run(statement& s, Record const& record) {
        columns_.start(s);
        for_each_field<Record>([&](auto const& f) { write_member(columns_, record, f); });
        columns_.checksum();
        ++state_->rows_written;
        return s.run();
    }

    connection& connection_;
    table_state* state_;
    statement insert_;
    statement update_;
    statement erase_;
    binder columns_;
};

/// The loaded records of one key set, and where each group stands among them.
template <class Schema>
class loaded_records {
    template <class Record>
    using rows_of = std::vector<Record>;
    template <class Record>
    using reader_of = table_reader<Record>;

public:
    using readers = typename Schema::template map<reader_of>;

    /// Loads all keys of `rows` and sets its groups; the records live as long as this, and until the next `fill`.
    status fill(readers& tables, loaded_rows<Schema>& rows) {
        auto done = status::ok;
        Schema::for_each([&]<class Record>() {
            if (done == status::ok) done = fill_table<Record>(std::get<Schema::template index<Record>>(tables), rows);
        });
        return done;
    }

private:
    template <class Record>
    status fill_table(table_reader<Record>& table, loaded_rows<Schema>& rows) {
        auto& records = std::get<Schema::template index<Record>>(records_);
        records.clear();
        starts_.clear();
        for (auto const& key : rows.keys().template of<Record>()) {
            starts_.push_back(records.size());
            if (auto read = table.load(key, records); read != status::ok) return read;
        }
        starts_.push_back(records.size());
        auto& groups = rows.template groups<Record>();
        for (std::size_t i = 0; i < groups.size(); ++i) {
            groups[i] = {records.data() + starts_[i], starts_[i + 1] - starts_[i]};
        }
        return status::ok;
    }

    typename Schema::template map<rows_of> records_;
    std::vector<std::size_t> starts_;
};

}  // namespace shop::sqlite

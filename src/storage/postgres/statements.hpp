#pragma once

#include <string>
#include <string_view>

#include "storage/columns.hpp"
#include "storage/postgres/columns.hpp"

/// The statements of one table, by its description. Each works on a whole set: its parameters are arrays, one per column,
/// so that their number does not grow with a batch.
namespace shop::postgres {

using storage::column_of;
using storage::for_each_key_column;
using storage::is_key_column;
using storage::key_columns;

namespace detail {

template <class Record, class Pointer>
constexpr column_kind kind_of_member(Pointer) {
    return storage::kind_of_column<typename shop::detail::member_of<Pointer>::type>();
}

inline void append_parameter(std::string& to, int number, column_kind kind) {
    if (number > 1) to += ", ";
    to.append("$").append(std::to_string(number)).append("::").append(type_of(kind).name).append("[]");
}

/// `unnest($1::text[], $2::text[]) AS given (sku, location)`: the first `members` of the key.
template <class Record>
std::string given_keys(std::size_t members) {
    std::string arrays, names;
    int at = 0;
    for_each_key_column<Record>(
        [&](std::string_view name, auto member) {
            append_parameter(arrays, ++at, kind_of_member<Record>(member));
            names.append(at > 1 ? ", " : "").append(name);
        },
        members);
    return "unnest(" + arrays + ") AS given (" + names + ")";
}

/// Calls `f(field)` for each column but the position of a log, which the store gives.
template <class Record, class F>
void for_each_given_column(F&& f) {
    for_each_field<Record>([&](auto const& field) {
        if constexpr (is_log<Record>) {
            if (field.name == "position") return;
        }
        f(field);
    });
}

template <class Record>
std::string given_arrays() {
    std::string out;
    int at = 0;
    for_each_given_column<Record>(
        [&](auto const& f) { append_parameter(out, ++at, kind_of_member<Record>(f.pointer)); });
    return out;
}

template <class Record>
std::string given_names() {
    std::string out;
    for_each_given_column<Record>([&](auto const& f) { out.append(out.empty() ? "" : ", ").append(f.name); });
    return out;
}

/// `stored.sku = given.sku AND ...`
template <class Record>
std::string same_key(std::size_t members = std::tuple_size_v<key_of<Record>>) {
    std::string out;
    for_each_key_column<Record>(
        [&](std::string_view name, auto) {
            out.append(out.empty() ? "" : " AND ").append("stored.").append(name).append(" = given.").append(name);
        },
        members);
    return out;
}

template <class Record>
std::string order_by_key() {
    std::string out;
    for_each_key_column<Record>([&](std::string_view name, auto) {
        out.append(out.empty() ? " ORDER BY " : ", ").append("stored.").append(name);
    });
    return out;
}

}  // namespace detail

/// `SELECT stored.sku, ... FROM inventory_stock AS stored`: the columns in the order of the description.
template <class Record>
std::string select_from() {
    std::string out;
    for_each_field<Record>([&](auto const& f) { out.append(out.empty() ? "SELECT " : ", ").append("stored.").append(f.name); });
    return out + " FROM " + std::string(Record::table) + " AS stored";
}

/// Reads groups of records by the leading part of their keys, in the order of their keys.
template <class Record>
std::string const& load_statement() {
    static std::string const text = select_from<Record>() + " JOIN " + detail::given_keys<Record>(Record::load_key_size) +
                                    " ON " + detail::same_key<Record>(Record::load_key_size) +
                                    detail::order_by_key<Record>();
    return text;
}

/// The same, and locks them: in that order, everywhere.
template <class Record>
std::string const& lock_statement() {
    static std::string const text = load_statement<Record>() + " FOR UPDATE OF stored";
    return text;
}

/// Inserts records. Those of a log get the next positions: the row of the log is locked until the commit, so that
/// positions are given, and seen, in the order of commits.
template <class Record>
std::string const& insert_statement() {
    static std::string const text = [] {
        auto const table = std::string(Record::table);
        auto const names = detail::given_names<Record>();
        if constexpr (is_log<Record>) {
            auto const arrays = detail::given_arrays<Record>();
            auto const count = "cardinality(" + arrays.substr(0, arrays.find(',')) + ")";
            return "WITH numbered AS (UPDATE shop_log SET last = last + " + count + " WHERE log = '" + table +
                   "' RETURNING last - " + count + " AS before) INSERT INTO " + table + " (position, " + names +
                   ") SELECT numbered.before + given.number, " + names + " FROM numbered, unnest(" + arrays +
                   ") WITH ORDINALITY AS given (" + names + ", number)";
        } else {
            return "INSERT INTO " + table + " (" + names + ") SELECT " + names + " FROM unnest(" +
                   detail::given_arrays<Record>() + ") AS given (" + names + ")";
        }
    }();
    return text;
}

/// Replaces records of the revision before the one given.
template <class Record>
std::string const& update_statement() {
    static std::string const text = [] {
        std::string assignments;
        for_each_field<Record>([&](auto const& f) {
            if (is_key_column<Record>(f)) return;
            assignments.append(assignments.empty() ? "" : ", ").append(f.name).append(" = given.").append(f.name);
        });
        auto const names = detail::given_names<Record>();
        return "UPDATE " + std::string(Record::table) + " AS stored SET " + assignments + " FROM unnest(" +
               detail::given_arrays<Record>() + ") AS given (" + names + ") WHERE " + detail::same_key<Record>() +
               " AND stored.revision = given.revision - 1";
    }();
    return text;
}

template <class Record>
std::string const& erase_statement() {
    static std::string const text = "DELETE FROM " + std::string(Record::table) + " AS stored USING " +
                                    detail::given_keys<Record>(std::tuple_size_v<key_of<Record>>) + " WHERE " +
                                    detail::same_key<Record>();
    return text;
}

/// The next records by primary key: `$1, ...` the key behind which, then how many.
template <class Record>
std::string const& scan_statement() {
    static std::string const text = [] {
        std::string columns, values;
        int at = 0;
        for_each_key_column<Record>([&](std::string_view name, auto member) {
            columns.append(columns.empty() ? "" : ", ").append("stored.").append(name);
            values.append(values.empty() ? "$" : ", $").append(std::to_string(++at)).append("::");
            values.append(type_of(detail::kind_of_member<Record>(member)).name);
        });
        return select_from<Record>() + " WHERE (" + columns + ") > (" + values + ")" + detail::order_by_key<Record>() +
               " LIMIT $" + std::to_string(at + 1) + "::bigint";
    }();
    return text;
}

/// The first records by primary key.
template <class Record>
std::string const& scan_from_start_statement() {
    static std::string const text = select_from<Record>() + detail::order_by_key<Record>() + " LIMIT $1::bigint";
    return text;
}

}  // namespace shop::postgres

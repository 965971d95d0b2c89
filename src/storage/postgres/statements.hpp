#pragma once

#include <string>
#include <string_view>

#include "columns.hpp"
#include "statement.hpp"
#include "storage/columns.hpp"

/// The statements of one table, by its description. Each works on a whole set: its parameters are arrays, one per
/// column, so that their number does not grow with a batch. One that writes checks by itself that it met the rows it
/// expected, and divides by zero otherwise, so that it can travel together with the commit behind it. One that reads
/// what is decided on checks that its rows are not a standby's, and takes the root of a negative number otherwise
/// (SQLSTATE 2201F).
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

/// `unnest($2::text[])`. Several in one list of SELECT go in step, row by row: in FROM each would be stored first.
inline std::string unnested(int number, column_kind kind) {
    return "unnest($" + std::to_string(number) + "::" + std::string(type_of(kind).name) + "[])";
}

/// `(SELECT unnest($1::text[]) AS sku, unnest($2::text[]) AS location) AS given`: the first `members` of the key.
template <class Record>
std::string given_keys(std::size_t members) {
    std::string out;
    int at = 0;
    for_each_key_column<Record>(
        [&](std::string_view name, auto member) {
            out.append(at++ ? ", " : "(SELECT ");
            out.append(unnested(at, kind_of_member<Record>(member))).append(" AS ").append(name);
        },
        members);
    return out + ") AS given";
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

/// `unnest($1::text[]) AS sku, ...`
template <class Record>
std::string given_columns() {
    std::string out;
    int at = 0;
    for_each_given_column<Record>([&](auto const& f) {
        out.append(at++ ? ", " : "");
        out.append(unnested(at, kind_of_member<Record>(f.pointer))).append(" AS ").append(f.name);
    });
    return out;
}

/// How many rows are given.
template <class Record>
std::string given_count() {
    auto const columns = given_columns<Record>();
    return "cardinality" + columns.substr(columns.find('('), columns.find(')') - columns.find('(') + 1);
}

/// The end of a statement that must have written so many rows.
inline std::string as_many_as(std::string const& count) {
    return "SELECT 1 / (count(*) = " + count + ")::int AS met FROM written";
}

inline answer_shape met() {
    return rows_of({{"met", types::integer}}, 1);
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
    for_each_field<Record>(
        [&](auto const& f) { out.append(out.empty() ? "SELECT " : ", ").append("stored.").append(f.name); });
    return out + " FROM " + std::string(Record::table) + " AS stored";
}

/// The answer of `select_from`.
template <class Record>
answer_shape records_of() {
    std::vector<answer_column> columns;
    for_each_field<Record>([&](auto const& f) {
        columns.push_back({std::string(f.name), type_of(detail::kind_of_member<Record>(f.pointer))});
    });
    return rows_of(std::move(columns));
}

/// Records by a condition: what stands behind `FROM table AS stored`. It is never made from input.
template <class Record>
statement select_where(std::string const& condition) {
    return {select_from<Record>() + condition, records_of<Record>()};
}

namespace detail {

template <class Record>
std::string load_by_key(std::string const& and_condition) {
    if constexpr (Record::load_key_size == 1) {
        // The index gives them in this order by itself.
        auto const first = std::get<0>(Record::key());
        return " WHERE stored." + std::string(column_of<Record>(first)) +
               " = ANY ($1::" + std::string(type_of(kind_of_member<Record>(first)).name) + "[])" + and_condition +
               order_by_key<Record>();
    } else {
        return " JOIN " + given_keys<Record>(Record::load_key_size) + " ON " + same_key<Record>(Record::load_key_size) +
               and_condition + order_by_key<Record>();
    }
}

}  // namespace detail

/// Reads groups of records by the leading part of their keys, in the order of their keys.
template <class Record>
statement const& load_statement() {
    static auto const made = select_where<Record>(detail::load_by_key<Record>(""));
    return made;
}

/// The same, to be decided on: fails where the server is a standby, whose rows are old. A pooler with load balancing
/// may ask one inside of a transaction that is to write, before its first write.
/// The condition names no row, so that it is looked at once, and also where there are no rows.
template <class Record>
statement const& load_to_decide_statement() {
    static auto const made =
        select_where<Record>(detail::load_by_key<Record>(" AND (SELECT sqrt(-pg_is_in_recovery()::int)) = 0"));
    return made;
}

/// The same, and locks them: in that order, everywhere. A standby locks nothing.
template <class Record>
statement const& lock_statement() {
    static auto const made = select_where<Record>(detail::load_by_key<Record>("") + " FOR UPDATE OF stored");
    return made;
}

/// Inserts records. Those of a log get the next positions: the row of the log is locked until the commit, so that
/// positions are given, and seen, in the order of commits.
template <class Record>
statement const& insert_statement() {
    static statement const made = [] {
        auto const table = std::string(Record::table);
        auto const names = detail::given_names<Record>();
        auto const columns = detail::given_columns<Record>();
        if constexpr (is_log<Record>) {
            auto const count = detail::given_count<Record>();
            return statement("WITH numbered AS (UPDATE shop_log SET last = last + " + count + " WHERE log = '" + table +
                                 "' RETURNING last), written AS (INSERT INTO " + table + " (position, " + names +
                                 ") SELECT generate_series(numbered.last - " + count + " + 1, numbered.last), " +
                                 columns + " FROM numbered RETURNING 1) " + detail::as_many_as(count),
                             detail::met());
        } else {
            return statement("INSERT INTO " + table + " (" + names + ") SELECT " + columns, {"INSERT", {}, {}});
        }
    }();
    return made;
}

/// Replaces records of the revision before the one given.
template <class Record>
statement const& update_statement() {
    static statement const made = [] {
        std::string assignments;
        for_each_field<Record>([&](auto const& f) {
            if (is_key_column<Record>(f)) return;
            assignments.append(assignments.empty() ? "" : ", ").append(f.name).append(" = given.").append(f.name);
        });
        return statement("WITH written AS (UPDATE " + std::string(Record::table) + " AS stored SET " + assignments +
                             " FROM (SELECT " + detail::given_columns<Record>() + ") AS given WHERE " +
                             detail::same_key<Record>() + " AND stored.revision = given.revision - 1 RETURNING 1) " +
                             detail::as_many_as(detail::given_count<Record>()),
                         detail::met());
    }();
    return made;
}

template <class Record>
statement const& erase_statement() {
    static statement const made("DELETE FROM " + std::string(Record::table) + " AS stored USING " +
                                    detail::given_keys<Record>(std::tuple_size_v<key_of<Record>>) + " WHERE " +
                                    detail::same_key<Record>(),
                                {"DELETE", {}, {}});
    return made;
}

/// The next records by primary key: `$1, ...` the key behind which, then how many.
template <class Record>
statement const& scan_statement() {
    static statement const made = [] {
        std::string columns, values;
        int at = 0;
        for_each_key_column<Record>([&](std::string_view name, auto member) {
            columns.append(columns.empty() ? "" : ", ").append("stored.").append(name);
            values.append(values.empty() ? "$" : ", $").append(std::to_string(++at)).append("::");
            values.append(type_of(detail::kind_of_member<Record>(member)).name);
        });
        return select_where<Record>(" WHERE (" + columns + ") > (" + values + ")" + detail::order_by_key<Record>() +
                                    " LIMIT $" + std::to_string(at + 1) + "::bigint");
    }();
    return made;
}

/// The first records by primary key.
template <class Record>
statement const& scan_from_start_statement() {
    static auto const made = select_where<Record>(detail::order_by_key<Record>() + " LIMIT $1::bigint");
    return made;
}

}  // namespace shop::postgres

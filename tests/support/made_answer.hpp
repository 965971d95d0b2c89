#pragma once

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "storage/columns.hpp"
#include "storage/postgres/statements.hpp"
#include "storage/postgres/tables.hpp"

namespace shop_test {

/// A result as the driver makes one of what a server sent, right or wrong.
struct made_answer {
    struct column {
        std::string name;
        std::uint32_t type = 0;
        int format = 1;
    };
    using field = std::optional<std::string>;

    ExecStatusType status = PGRES_TUPLES_OK;
    std::vector<column> columns;
    std::vector<std::vector<field>> rows;

    std::shared_ptr<pg_result> made() const {
        std::shared_ptr<pg_result> out(PQmakeEmptyPGresult(nullptr, status), PQclear);
        std::vector<PGresAttDesc> described;
        for (auto const& one : columns) {
            PGresAttDesc to{};
            to.name = const_cast<char*>(one.name.c_str());  // it is copied
            to.format = one.format;
            to.typid = one.type;
            described.push_back(to);
        }
        if (!described.empty())
            require(PQsetResultAttrs(out.get(), static_cast<int>(described.size()), described.data()));
        for (std::size_t r = 0; r < rows.size(); ++r) {
            for (std::size_t c = 0; c < columns.size(); ++c) {
                auto value = c < rows[r].size() ? rows[r][c] : field();
                auto const size = value ? static_cast<int>(value->size()) : -1;
                require(PQsetvalue(out.get(), static_cast<int>(r), static_cast<int>(c), value ? value->data() : nullptr,
                                   size));
            }
        }
        return out;
    }

private:
    static void require(int done) {
        if (done != 1) throw std::runtime_error("the driver makes no such result");
    }
};

/// Writes a record as the server answers it.
class answered_row {
public:
    template <class Record>
    static std::vector<made_answer::field> of(Record const& record) {
        answered_row to;
        shop::for_each_field<Record>([&](auto const& f) { shop::storage::write_column(to, record.*f.pointer); });
        return std::move(to.fields_);
    }

    void boolean(bool value) { fields_.emplace_back(std::string(1, value ? '\1' : '\0')); }
    void integer(std::int64_t value) {
        std::string eight;
        for (int shift = 56; shift >= 0; shift -= 8)
            eight += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
        fields_.emplace_back(std::move(eight));
    }
    void id(std::array<std::uint8_t, 16> const& value) {
        fields_.emplace_back(std::string(value.begin(), value.end()));
    }
    void bytes(std::span<std::uint8_t const> value) { fields_.emplace_back(std::string(value.begin(), value.end())); }
    void text(std::string_view value) { fields_.emplace_back(std::string(value)); }
    void made_text(std::string_view value) { text(value); }
    void null() { fields_.emplace_back(); }

private:
    std::vector<made_answer::field> fields_;
};

/// The answer to a load of these records.
template <class Record>
made_answer answer_with(std::vector<Record> const& records) {
    made_answer out;
    for (auto const& one : shop::postgres::records_of<Record>().columns)
        out.columns.push_back({one.name, one.type.oid, 1});
    for (auto const& one : records) out.rows.push_back(answered_row::of(one));
    return out;
}

/// Reads an answer as the store does.
/// @throws shop::postgres::trouble
template <class Record>
std::vector<Record> read_answer(made_answer const& from) {
    shop::postgres::rows const checked(from.made(), shop::postgres::records_of<Record>());
    std::vector<Record> out;
    shop::postgres::read_records(checked, out);
    return out;
}

/// The answer to a list of these records: as text.
template <class Record>
made_answer text_answer_with(std::vector<Record> const& records) {
    made_answer out;
    for (auto const& one : shop::postgres::records_of<Record>().columns)
        out.columns.push_back({one.name, one.type.oid, 0});
    for (auto const& one : records) {
        shop::postgres::value_writer to;
        shop::for_each_field<Record>([&](auto const& f) { shop::storage::write_column(to, one.*f.pointer); });
        auto& row = out.rows.emplace_back();
        for (auto& value : to.take())
            row.push_back(value.is_null ? made_answer::field() : made_answer::field(std::move(value.value)));
    }
    return out;
}

/// Reads an answer that came through libpqxx, which does not tell its format, as the store does.
/// @throws shop::postgres::trouble
template <class Record>
std::vector<Record> read_text_answer(made_answer const& from) {
    using shop::postgres::text_rows;
    shop::postgres::require_shape(
        shop::postgres::records_of<Record>(), from.columns.size(), from.rows.size(), false, [&](std::size_t i) {
            return shop::postgres::given_column{from.columns[i].name, from.columns[i].type, false};
        });
    std::vector<text_rows::field> fields;
    for (auto const& row : from.rows) {
        for (std::size_t i = 0; i < from.columns.size(); ++i) {
            fields.push_back(i < row.size() && row[i] ? text_rows::field(*row[i]) : std::nullopt);
        }
    }
    std::vector<Record> out;
    shop::postgres::read_records(text_rows(from.columns.size(), std::move(fields), nullptr), out);
    return out;
}

}  // namespace shop_test

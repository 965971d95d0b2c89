#pragma once

#include <algorithm>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include <shop/core/money.hpp>
#include <shop/core/text.hpp>
#include <shop/json/json.hpp>

#include "csv.hpp"

namespace shop_server {

enum class file_format { csv, json_lines };

/// By the ending of its name: `.csv`; `.jsonl`, `.ndjson`, `.json` for JSON Lines.
std::optional<file_format> format_of(std::string const& path);

/// `price: must be a whole number`, of all places that were refused.
std::string in_words(shop::error const& e);

/// A row of an import file, or why it is none.
template <class Row>
struct read_row {
    std::uint64_t line = 0;
    shop::result<Row> row = Row{};
};

/// Reads an import file row by row, in bounded memory. The columns of CSV and the members of JSON are those of the
/// description of `Row`.
template <class Row>
class row_file {
public:
    row_file(std::istream& from, file_format format) : from_(from), format_(format), csv_(from) {}

    /// Reads the header of CSV.
    /// @return why the file is refused as a whole, if it is.
    std::optional<std::string> open();
    /// The next row; nothing at the end.
    std::optional<read_row<Row>> next() { return format_ == file_format::csv ? next_csv() : next_json(); }

private:
    std::optional<read_row<Row>> next_csv();
    std::optional<read_row<Row>> next_json();
    bool set_member(shop::json::reader& in, std::string_view column, std::string const& cell, std::string_view currency,
                    Row& out);

    std::istream& from_;
    file_format format_;
    csv_reader csv_;
    std::vector<std::string> columns_;
    std::uint64_t line_ = 0;
};

/// Reads a line of at most `import_row_bytes_max`; of a longer one no more is kept.
bool read_line(std::istream& from, std::string& into);

/// Why a header is no row of cells, if it can be told: UTF-16, other separators than commas.
std::optional<std::string> why_not_cells(std::vector<std::string> const& header);
/// A cell of the header as it may be shown: in quotes, cut, without what is no plain text.
std::string shown_cell(std::string_view cell);
/// Whether two names are equal but for the case of letters and white space around them.
bool is_like(std::string_view cell, std::string_view name);

/// The names of a row's columns.
template <class Row>
std::string column_names() {
    std::string out;
    shop::for_each_field<Row>([&](auto const& f) {
        if (!out.empty()) out += ',';
        out += f.name;
    });
    return out;
}

template <class Row>
std::optional<std::string> row_file<Row>::open() {
    if (format_ != file_format::csv) return std::nullopt;
    auto const* header = csv_.next();
    if (!header) return "the first line must be the header: " + column_names<Row>();
    if (auto cause = why_not_cells(header->fields)) return *cause;
    if (header->refusal) {
        return "the first line must be the header: " + column_names<Row>() + "; it " + *header->refusal;
    }
    columns_ = header->fields;
    std::optional<std::string> refusal;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        bool known = false;
        shop::for_each_field<Row>([&](auto const& f) { known = known || f.name == columns_[i]; });
        bool const again = std::find(columns_.begin(), columns_.begin() + static_cast<std::ptrdiff_t>(i),
                                     columns_[i]) != columns_.begin() + static_cast<std::ptrdiff_t>(i);
        if (!known || again) {
            std::string why = "column " + std::to_string(i + 1) + " of the header, " + shown_cell(columns_[i]) +
                              ", is " + (known ? "there twice" : "unknown");
            shop::for_each_field<Row>([&](auto const& f) {
                if (!known && is_like(columns_[i], f.name)) why.append(": did you mean ").append(f.name).append("?");
            });
            return why + "; the columns are " + column_names<Row>();
        }
    }
    shop::for_each_field<Row>([&](auto const& f) {
        if (f.when_missing == shop::presence::optional || refusal) return;
        if (std::find(columns_.begin(), columns_.end(), f.name) == columns_.end()) {
            refusal = "the header has no column " + std::string(f.name);
        }
    });
    return refusal;
}

template <class Row>
std::optional<read_row<Row>> row_file<Row>::next_csv() {
    auto const* cells = csv_.next();
    if (!cells) return std::nullopt;
    read_row<Row> out;
    out.line = cells->line;
    auto refuse = [&](std::string why) {
        out.row = shop::error(shop::error_code::malformed_request, std::move(why));
        return out;
    };
    if (cells->refusal) return refuse(*cells->refusal);
    if (cells->fields.size() != columns_.size()) {
        return refuse("has " + std::to_string(cells->fields.size()) + " fields, the header " +
                      std::to_string(columns_.size()));
    }
    shop::json::reader in(shop::json::unknown_members::refuse);
    Row row;
    auto const currency_column = std::find(columns_.begin(), columns_.end(), "currency");
    std::string_view currency;
    if (currency_column != columns_.end()) currency = cells->fields[currency_column - columns_.begin()];
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        shop::json::reader::place here(in, std::string_view(columns_[i]));
        if (!shop::is_plain_text(cells->fields[i], shop::line_breaks::allow)) {
            in.refuse_value("must be plain UTF-8 text");
        } else {
            set_member(in, columns_[i], cells->fields[i], currency, row);
        }
    }
    if (in.refused()) {
        out.row = std::move(in).to_error();
    } else {
        out.row = std::move(row);
    }
    return out;
}

template <class Row>
bool row_file<Row>::set_member(shop::json::reader& in, std::string_view column, std::string const& cell,
                               std::string_view currency, Row& out) {
    bool good = true;
    shop::for_each_field<Row>([&](auto const& f) {
        if (f.name != column) return;
        using member = std::remove_reference_t<decltype(out.*f.pointer)>;
        using texts = std::vector<std::string>;
        if (cell.empty()) {
            if (!Row::may_be_empty(column)) good = in.refuse_value("is missing");
            if constexpr (std::is_same_v<member, std::optional<texts>>) (out.*f.pointer).emplace();
            if constexpr (std::is_same_v<member, std::optional<std::string>>) {
                if (column != "reference") (out.*f.pointer).emplace();
            }
        } else if constexpr (std::is_same_v<member, std::optional<texts>>) {
            auto& all = (out.*f.pointer).emplace();
            for (std::string_view rest = cell;;) {
                auto const bar = rest.find('|');
                all.emplace_back(rest.substr(0, bar));
                if (bar == rest.npos) break;
                rest.remove_prefix(bar + 1);
            }
        } else {
            if constexpr (std::is_same_v<member, std::optional<std::int64_t>>) {
                if (auto const why = shop::refuse_decimal_amount(cell, currency)) {
                    good = in.refuse_value(*why);
                    return;
                }
            }
            good = shop::json::read_parameter(in, cell, out.*f.pointer);
        }
    });
    return good;
}

template <class Row>
std::optional<read_row<Row>> row_file<Row>::next_json() {
    std::string text;
    do {
        if (!read_line(from_, text)) return std::nullopt;
        ++line_;
    } while (text.empty());
    read_row<Row> out;
    out.line = line_;
    if (text.size() > import_row_bytes_max) {
        out.row = shop::error(shop::error_code::malformed_request, "is too long");
    } else {
        out.row = shop::json::decode<Row>(text);
    }
    return out;
}

}  // namespace shop_server

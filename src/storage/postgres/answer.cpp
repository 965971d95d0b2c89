#include "answer.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <string>

namespace shop::postgres {

namespace {

std::string description(given_column const& of) {
    return std::string(of.name) + " of type " + std::to_string(of.type) + (of.is_binary ? "" : " as text");
}

std::string counted(std::size_t count, std::string_view what) {
    return std::to_string(count).append(" ").append(what).append(count == 1 ? "" : "s");
}

/// The number at the end of `INSERT 0 5` or `SELECT 5`.
std::optional<std::size_t> count_of(std::string_view completion) {
    auto const digits = completion.substr(completion.rfind(' ') + 1);
    std::size_t value = 0;
    auto const [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failed != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

}  // namespace

void detail::require_count(answer_shape const& shape, std::size_t columns, std::size_t rows) {
    if (columns != shape.columns.size())
        throw misfit(counted(shape.columns.size(), "column"), counted(columns, "column"));
    if (shape.rows && rows != *shape.rows) throw misfit(counted(*shape.rows, "row"), std::to_string(rows));
}

void detail::refuse_column(given_column const& wanted, given_column const& came) {
    throw misfit(description(wanted), description(came));
}

rows::rows(std::shared_ptr<pg_result> from, answer_shape const& shape) : from_(std::move(from)) {
    auto const* result = from_.get();
    auto const status = PQresultStatus(result);
    if (status != (shape.columns.empty() ? PGRES_COMMAND_OK : PGRES_TUPLES_OK)) {
        throw misfit(shape.columns.empty() ? "an end of " + shape.command : "rows of " + shape.columns.front().name,
                     PQresStatus(status));
    }
    size_ = static_cast<std::size_t>(PQntuples(result));
    columns_ = static_cast<std::size_t>(PQnfields(result));
    require_shape(shape, columns_, size_, true, [&](std::size_t i) {
        auto const at = static_cast<int>(i);
        auto const* name = PQfname(result, at);
        return given_column{name ? name : "", PQftype(result, at), PQfformat(result, at) == 1};
    });
}

void rows::require(std::size_t row, std::size_t column) const {
    if (row >= size_ || column >= columns_) throw misfit("one more field", "none");
}

bool rows::is_null(std::size_t row, std::size_t column) const {
    require(row, column);
    return PQgetisnull(from_.get(), static_cast<int>(row), static_cast<int>(column)) != 0;
}

std::string_view rows::field(std::size_t row, std::size_t column) const {
    require(row, column);
    auto const r = static_cast<int>(row), c = static_cast<int>(column);
    return {PQgetvalue(from_.get(), r, c), static_cast<std::size_t>(PQgetlength(from_.get(), r, c))};
}

void require_completion(pg_result const* from, answer_shape const& shape, std::optional<std::size_t> written) {
    // The driver does not write through it, but asks for more than it needs.
    std::string_view const said = PQcmdStatus(const_cast<pg_result*>(from));
    auto const fits =
        said.starts_with(shape.command) && (said.size() == shape.command.size() || said[shape.command.size()] == ' ');
    if (!fits) throw misfit("an end of " + shape.command, said.empty() ? "none" : said);
    auto const count = shape.columns.empty() ? written : static_cast<std::size_t>(PQntuples(from));
    if (count && count_of(said) != count) throw misfit(shape.command + " of " + counted(*count, "row"), said);
}

}  // namespace shop::postgres

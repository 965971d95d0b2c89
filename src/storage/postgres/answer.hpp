#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "statement.hpp"
#include "trouble.hpp"

struct pg_result;

namespace shop::postgres {

/// A column of an answer, as it came.
struct given_column {
    std::string_view name;
    std::uint32_t type = 0;
    bool is_binary = false;

    friend bool operator==(given_column const&, given_column const&) = default;
};

namespace detail {
/// @throws trouble a misfit
void require_count(answer_shape const& shape, std::size_t columns, std::size_t rows);
[[noreturn]] void refuse_column(given_column const& wanted, given_column const& came);
}  // namespace detail

/// Checks the columns and the number of rows of an answer, whichever driver brought it.
/// @param column `column(i)`: the i-th as it came
/// @throws trouble a misfit that says what was expected and what came
template <class ColumnAt>
void require_shape(answer_shape const& shape, std::size_t columns, std::size_t rows, bool is_binary, ColumnAt column) {
    detail::require_count(shape, columns, rows);
    for (std::size_t i = 0; i < columns; ++i) {
        given_column const wanted{shape.columns[i].name, shape.columns[i].type.oid, is_binary}, came = column(i);
        if (came != wanted) detail::refuse_column(wanted, came);
    }
}

class row_reader;

/// The rows that a statement returned, with fields in their binary form. Cheap to copy; fields live as long as the last
/// copy.
class rows {
public:
    using reader = row_reader;

    /// Takes a result if it is of this shape.
    /// @throws trouble a misfit that says what was expected and what came
    rows(std::shared_ptr<pg_result> from, answer_shape const& shape);

    std::size_t size() const { return size_; }
    bool is_null(std::size_t row, std::size_t column) const;
    /// @throws trouble a misfit if there is no such field
    std::string_view field(std::size_t row, std::size_t column) const;

private:
    void require(std::size_t row, std::size_t column) const;

    std::shared_ptr<pg_result> from_;
    std::size_t size_ = 0;
    std::size_t columns_ = 0;
};

/// Checks the word that completes a command, and its count: of rows returned, or of those written.
/// @param written how many rows a command without an answer must have written, where that is known
/// @throws trouble a misfit
void require_completion(pg_result const* from, answer_shape const& shape, std::optional<std::size_t> written);

}  // namespace shop::postgres

#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "storage/postgres/statement.hpp"
#include "storage/postgres/trouble.hpp"

struct pg_result;

namespace shop::postgres {

/// How fields are written.
enum class field_format { text, binary };

/// The rows that a statement returned. Cheap to copy; fields live as long as the last copy.
class rows {
public:
    /// Takes a result if it is of this shape.
    /// @throws trouble a misfit that says what was expected and what came
    rows(std::shared_ptr<pg_result> from, answer_shape const& shape, field_format format);

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

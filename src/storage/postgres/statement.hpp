#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What is asked of the server, and what it must answer.
namespace shop::postgres {

/// A type of the server: its name in SQL and its object id, which is the same on every server.
struct sql_type {
    std::string_view name;
    std::uint32_t oid;

    friend bool operator==(sql_type const&, sql_type const&) = default;
};

namespace types {
inline constexpr sql_type boolean{"boolean", 16};
inline constexpr sql_type bytea{"bytea", 17};
inline constexpr sql_type bigint{"bigint", 20};
inline constexpr sql_type integer{"integer", 23};
inline constexpr sql_type text{"text", 25};
inline constexpr sql_type uuid{"uuid", 2950};
}  // namespace types

/// One column of an answer. Whether its fields may be NULL, and how long they are, is known to whoever reads them.
struct answer_column {
    std::string name;
    sql_type type;
};

/// What a statement answers. A result that is not so is another statement's.
struct answer_shape {
    std::string command;                 ///< the word of its completion: `SELECT`, `INSERT`, ...
    std::vector<answer_column> columns;  ///< none where it answers no rows
    std::optional<std::size_t> rows;     ///< how many, where that is fixed
};

/// The answer of a `SELECT`.
inline answer_shape rows_of(std::vector<answer_column> columns, std::optional<std::size_t> rows = {}) {
    return {"SELECT", std::move(columns), rows};
}

/// A value of a statement's parameter.
struct parameter {
    std::string value;
    bool is_null = false;
    bool is_binary = false;
};

/// SQL with numbered parameters, and its answer.
///
/// In the server it is prepared under a name that follows from its text alone. So whoever meets a statement of that
/// name, left by another session that a pooler mixed in, meets the same statement.
/// @par Thread safety
/// Shared objects: safe to read.
class statement {
public:
    statement(std::string text, answer_shape answers);

    std::string const& text() const { return text_; }
    /// `shop_` and 32 hexadecimal digits.
    std::string const& name() const { return name_; }
    answer_shape const& answers() const { return answers_; }

private:
    std::string text_;
    std::string name_;
    answer_shape answers_;
};

}  // namespace shop::postgres

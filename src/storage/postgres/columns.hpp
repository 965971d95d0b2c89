#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shop/core/detail/words.hpp>
#include <shop/core/error.hpp>
#include <shop/core/result.hpp>

#include "connection.hpp"
#include "storage/columns.hpp"

/// Columns of PostgreSQL. Batches go in binary form, what is written as arrays, one per column; lists come as text.
///
/// | kind    | type    | in binary form (`row_reader`) | as text (`text_reader`)      |
/// |---------|---------|-------------------------------|------------------------------|
/// | boolean | boolean | a byte                        | `t` or `f`                   |
/// | integer | bigint  | 8 bytes, the highest first    | decimal digits               |
/// | id      | uuid    | 16 bytes                      | 36 characters, in lower case |
/// | bytes   | bytea   | as they are                   | `\x` and hexadecimal digits |
/// | text    | text    | UTF-8                         | UTF-8                        |
namespace shop::postgres {

using storage::column_kind;

constexpr sql_type type_of(column_kind kind) {
    switch (kind) {
        case column_kind::boolean:
            return types::boolean;
        case column_kind::integer:
            return types::bigint;
        case column_kind::id:
            return types::uuid;
        case column_kind::bytes:
            return types::bytea;
        case column_kind::text:
            return types::text;
    }
    return {};
}

/// One column of many rows, as an array in its binary form.
class column_array {
public:
    explicit column_array(column_kind kind) {
        word(1);  // dimensions
        word(0);  // whether any is null; set when one comes
        word(type_of(kind).oid);
        word(0);  // elements; set at the end
        word(1);  // the first index
    }
    void element(void const* data, std::size_t size) {
        word(static_cast<std::uint32_t>(size));
        bytes_.append(static_cast<char const*>(data), size);
        ++count_;
    }
    void null() {
        word(0xFFFFFFFF);
        set_word(4, 1);
        ++count_;
    }
    std::string take() {
        set_word(12, count_);
        if (count_ == 0) bytes_ = std::string(4, '\0').append(bytes_, 4, 8);  // an empty array has no dimension
        return std::move(bytes_);
    }

private:
    static std::array<char, 4> network_order(std::uint32_t value) {
        return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
                static_cast<char>(value)};
    }
    void word(std::uint32_t value) {
        auto const bytes = network_order(value);
        bytes_.append(bytes.data(), bytes.size());
    }
    void set_word(std::size_t at, std::uint32_t value) {
        auto const bytes = network_order(value);
        bytes_.replace(at, bytes.size(), bytes.data(), bytes.size());
    }

    std::string bytes_;
    std::uint32_t count_ = 0;
};

/// Refuses what PostgreSQL cannot hold, before the driver sees it: a NUL, or what is not UTF-8.
void require_text(std::string_view value);

/// Gathers rows, column by column.
class row_writer {
public:
    explicit row_writer(std::vector<column_array> columns) : columns_(std::move(columns)) {}

    void start_row() { at_ = 0; }
    void boolean(bool value) {
        char const byte = value ? 1 : 0;
        next().element(&byte, 1);
    }
    void integer(std::int64_t value) {
        std::array<char, 8> bytes;
        for (std::size_t i = 0; i < 8; ++i)
            bytes[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (56 - 8 * i));
        next().element(bytes.data(), bytes.size());
    }
    void id(std::array<std::uint8_t, 16> const& value) { next().element(value.data(), value.size()); }
    void bytes(std::span<std::uint8_t const> value) { next().element(value.data(), value.size()); }
    /// @throws failure if PostgreSQL could not hold it
    void text(std::string_view value) {
        require_text(value);
        next().element(value.data(), value.size());
    }
    void made_text(std::string_view value) { text(value); }
    void null() { next().null(); }

    std::vector<parameter> take() {
        std::vector<parameter> out;
        out.reserve(columns_.size());
        for (auto& c : columns_) out.push_back({c.take(), false, true});
        return out;
    }

private:
    column_array& next() { return columns_[at_++]; }
    std::vector<column_array> columns_;
    std::size_t at_ = 0;
};

/// Single values of a hand-written query, as text.
class value_writer {
public:
    void boolean(bool value) { add(value ? "t" : "f"); }
    void integer(std::int64_t value) { add(std::to_string(value)); }
    void id(std::array<std::uint8_t, 16> const& value) { add(to_string(uuid{value})); }
    void bytes(std::span<std::uint8_t const> value);
    /// @throws failure if PostgreSQL could not hold it
    void text(std::string_view value) {
        require_text(value);
        add(std::string(value));
    }
    void made_text(std::string_view value) { text(value); }
    void null() { values_.push_back({{}, true, false}); }

    std::vector<parameter> take() { return std::move(values_); }

private:
    void add(std::string value) { values_.push_back({std::move(value), false, false}); }
    std::vector<parameter> values_;
};

/// Reads the columns of a row from the first on. A field that is NULL where none may be, or of a length that its type
/// does not have, is another statement's; one whose value means nothing is damaged.
class row_reader {
public:
    explicit row_reader(rows const& from) : from_(from) {}

    void start_row(std::size_t row) {
        row_ = row;
        at_ = 0;
    }
    /// Takes a NULL if there is one.
    bool null() {
        if (!from_.is_null(row_, at_)) return false;
        ++at_;
        return true;
    }
    /// @throws trouble a misfit, as the others
    bool boolean() { return next(1).front() != 0; }
    std::int64_t integer() {
        return static_cast<std::int64_t>(
            shop::detail::big_endian(reinterpret_cast<std::uint8_t const*>(next(8).data())));
    }
    void id(std::array<std::uint8_t, 16>& to) { bytes(to); }
    void bytes(std::span<std::uint8_t> to) {
        auto const read = next(to.size());
        std::copy(read.begin(), read.end(), to.begin());
    }
    std::string_view text() { return next(any_size); }
    void misfit() { sound_ = false; }
    /// Whether every value so far was as it was written.
    bool sound() const { return sound_; }

private:
    static constexpr std::size_t any_size = static_cast<std::size_t>(-1);

    /// The next field, which is of this size.
    std::string_view next(std::size_t size) {
        auto const column = at_++;
        auto const field = from_.field(row_, column);
        bool const is_null = field.empty() && from_.is_null(row_, column);
        if (is_null || (size != any_size && field.size() != size)) refuse(is_null, field.size(), size);
        return field;
    }
    [[noreturn]] static void refuse(bool is_null, std::size_t came, std::size_t expected);

    rows const& from_;
    std::size_t row_ = 0;
    std::size_t at_ = 0;
    bool sound_ = true;
};

}  // namespace shop::postgres

#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shop/core/error.hpp>
#include <shop/core/result.hpp>

#include "storage/columns.hpp"
#include "storage/postgres/connection.hpp"

/// Columns of PostgreSQL: what is written goes as arrays in their binary form, one per column; what is read comes as
/// text. boolean -> boolean, integer -> bigint, id -> uuid, bytes -> bytea, text -> text.
namespace shop::postgres {

using storage::column_kind;

/// The type of an array's elements: its name in SQL and its object id, which is the same on every server.
struct element_type {
    std::string_view name;
    std::uint32_t oid;
};

constexpr element_type type_of(column_kind kind) {
    switch (kind) {
        case column_kind::boolean:
            return {"boolean", 16};
        case column_kind::integer:
            return {"bigint", 20};
        case column_kind::id:
            return {"uuid", 2950};
        case column_kind::bytes:
            return {"bytea", 17};
        case column_kind::text:
            return {"text", 25};
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
        for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (56 - 8 * i));
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

    std::vector<std::string> take() {
        std::vector<std::string> out;
        out.reserve(columns_.size());
        for (auto& c : columns_) out.push_back(c.take());
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
    void boolean(bool value) { values_.emplace_back(value ? "t" : "f"); }
    void integer(std::int64_t value) { values_.emplace_back(std::to_string(value)); }
    void id(std::array<std::uint8_t, 16> const& value) { values_.emplace_back(to_string(uuid{value})); }
    void bytes(std::span<std::uint8_t const> value);
    /// @throws failure if PostgreSQL could not hold it
    void text(std::string_view value) {
        require_text(value);
        values_.emplace_back(value);
    }
    void made_text(std::string_view value) { text(value); }
    void null() { values_.emplace_back(); }

    std::vector<std::optional<std::string>> const& values() const { return values_; }

private:
    std::vector<std::optional<std::string>> values_;
};

/// Reads the columns of a row from the first on.
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
    bool boolean() { return text() == "t"; }
    std::int64_t integer() {
        auto const digits = text();
        std::int64_t value = 0;
        auto const [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (failed != std::errc{} || end != digits.data() + digits.size()) misfit();
        return value;
    }
    void id(std::array<std::uint8_t, 16>& to) {
        auto const read = parse_uuid(text());
        read ? void(to = read->bytes) : misfit();
    }
    void bytes(std::span<std::uint8_t> to);
    std::string_view text() {
        if (from_.is_null(row_, at_)) {
            misfit();
            ++at_;
            return {};
        }
        return from_.text(row_, at_++);
    }
    void misfit() { fits_ = false; }
    /// Whether everything so far was as it was written.
    bool sound() const { return fits_; }

private:
    rows const& from_;
    std::size_t row_ = 0;
    std::size_t at_ = 0;
    bool fits_ = true;
};

}  // namespace shop::postgres

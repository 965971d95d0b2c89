#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace shop::postgres {

class text_reader;

/// The rows that a statement returned, with fields as text; their shape was checked. Cheap to copy; fields live as long
/// as the last copy.
class text_rows {
public:
    using reader = text_reader;
    using field = std::optional<std::string_view>;  ///< nothing: NULL

    /// @param fields row by row
    /// @param keeps what the fields point into
    text_rows(std::size_t columns, std::vector<field> fields, std::shared_ptr<void const> keeps)
        : columns_(columns),
          fields_(std::make_shared<std::vector<field> const>(std::move(fields))),
          keeps_(std::move(keeps)) {}

    std::size_t size() const { return columns_ == 0 ? 0 : fields_->size() / columns_; }
    /// @throws trouble a misfit if there is no such field
    field const& at(std::size_t row, std::size_t column) const;

private:
    std::size_t columns_;
    std::shared_ptr<std::vector<field> const> fields_;
    std::shared_ptr<void const> keeps_;
};

/// Reads the columns of a row from the first on: `row_reader` for text. A field that is NULL where none may be, or that
/// its type never writes so, is another statement's.
class text_reader {
public:
    explicit text_reader(text_rows const& from) : from_(from) {}

    void start_row(std::size_t row) {
        row_ = row;
        at_ = 0;
    }
    /// Takes a NULL if there is one.
    bool null();
    /// @throws trouble a misfit, as the others
    bool boolean();
    std::int64_t integer();
    void id(std::array<std::uint8_t, 16>& to);
    void bytes(std::span<std::uint8_t> to);
    std::string_view text();
    void misfit() { sound_ = false; }
    /// Whether every value so far was as it was written.
    bool sound() const { return sound_; }

private:
    text_rows const& from_;
    std::size_t row_ = 0;
    std::size_t at_ = 0;
    bool sound_ = true;
};

}  // namespace shop::postgres

#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace shop_server {

/// Longer rows are refused.
inline constexpr std::size_t import_row_bytes_max = 64 * 1024;

/// Reads CSV (RFC 4180) row by row: fields may be quoted, quotes inside are doubled, a quoted field may hold commas and
/// line breaks. Lines end in LF or CR LF; a byte order mark and empty lines are passed over.
class csv_reader {
public:
    explicit csv_reader(std::istream& from);

    struct row {
        std::uint64_t line = 0;  ///< where it begins
        std::vector<std::string> fields;
        std::optional<std::string> refusal;  ///< why it is not CSV; the reader goes on with the next line
    };
    /// The next row, valid until the next call; nothing at the end.
    row const* next();

private:
    int get();
    int peek() { return from_->sgetc(); }
    bool read_field(std::string& into);
    bool read_quoted(std::string& into);
    bool refuse(char const* why);
    void skip_line();

    std::streambuf* from_;
    std::uint64_t line_ = 1;
    std::size_t row_bytes_ = 0;
    row row_;
};

}  // namespace shop_server

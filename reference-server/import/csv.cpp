#include "csv.hpp"

namespace shop_server {

namespace {

constexpr int end_of_file = std::char_traits<char>::eof();

bool ends_row(int c) {
    return c == '\n' || c == end_of_file;
}

}  // namespace

csv_reader::csv_reader(std::istream& from) : from_(from.rdbuf()) {
    for (int const mark : {0xEF, 0xBB, 0xBF}) {
        if (peek() != mark) break;
        get();
    }
}

int csv_reader::get() {
    auto const c = from_->sbumpc();
    if (c == '\n') ++line_;
    ++row_bytes_;
    return c;
}

csv_reader::row const* csv_reader::next() {
    for (;;) {
        while (peek() == '\n' || peek() == '\r') get();
        if (peek() == end_of_file) return nullptr;
        row_.line = line_;
        row_.refusal.reset();
        row_bytes_ = 0;
        std::size_t fields = 0;
        bool more = true;
        while (more) {
            if (fields == row_.fields.size()) row_.fields.emplace_back();
            auto& field = row_.fields[fields++];
            field.clear();
            if (!read_field(field)) {
                skip_line();
                break;
            }
            if (peek() == '\r') get();
            auto const after = get();
            more = after == ',';
            if (!more && !ends_row(after)) {
                refuse("text stands after a closing quote");
                skip_line();
                break;
            }
        }
        row_.fields.resize(fields);
        return &row_;
    }
}

bool csv_reader::read_field(std::string& into) {
    if (peek() == '"') return read_quoted(into);
    for (int c = peek(); c != ',' && !ends_row(c); c = peek()) {
        if (row_bytes_ > import_row_bytes_max) return refuse("is too long");
        if (c == '"') return refuse("has a quote inside a field that does not begin with one");
        get();
        if (c == '\r' && ends_row(peek())) break;
        into += static_cast<char>(c);
    }
    return true;
}

bool csv_reader::read_quoted(std::string& into) {
    get();
    for (;;) {
        if (row_bytes_ > import_row_bytes_max) return refuse("is too long, or a quote is never closed");
        auto const c = get();
        if (c == end_of_file) return refuse("a quote is never closed");
        if (c == '"') {
            if (peek() != '"') return true;
            get();
        }
        into += static_cast<char>(c);
    }
}

bool csv_reader::refuse(char const* why) {
    row_.refusal = why;
    return false;
}

void csv_reader::skip_line() {
    while (!ends_row(peek())) get();
}

}  // namespace shop_server
